import pytest
import torch

from mmseg_scr.ops.recording import is_compiled_to_predict, is_compiled_to_train, is_recorded


class Plus(torch.nn.Module):
    def forward(self, x):
        return x + (1 if is_recorded() else 2)


def test_graphs_are_told_from_eager_calls():
    x = torch.zeros(2)
    assert Plus()(x).tolist() == [2, 2]
    for recorded in (torch.export.export(Plus(), (x,)).module(), torch.jit.trace(Plus(), x)):
        assert recorded(x).tolist() == [1, 1]


class Times(torch.nn.Module):
    def forward(self, x):
        return x * (3 if is_compiled_to_predict() else 2)


@pytest.mark.needs_torch('2.7', 'an exporter told from a compiler')
def test_a_program_for_predictions_is_told_from_one_that_learns_and_from_an_export():
    x, times = torch.ones(2), Times()
    compiled = torch.compile(Times(), backend='eager')
    assert compiled(x).tolist() == [2, 2]
    with torch.no_grad():
        assert compiled(x).tolist() == [3, 3]
        assert times(x).tolist() == [2, 2]
        for recorded in (torch.export.export(times, (x,)).module(), torch.jit.trace(times, x)):
            assert recorded(x).tolist() == [2, 2]


class Learns(torch.nn.Module):
    def forward(self, x):
        return x * (3 if is_compiled_to_train() else 2)


@pytest.mark.needs_torch('2.7', 'an exporter told from a compiler')
def test_a_program_that_learns_is_told_from_one_for_predictions_and_from_an_export():
    x, learns = torch.ones(2), Learns()
    compiled = torch.compile(Learns(), backend='eager')
    assert compiled(x).tolist() == [3, 3]
    with torch.no_grad():
        assert compiled(x).tolist() == [2, 2]
    for recorded in (
        learns,
        torch.export.export(learns, (x,)).module(),
        torch.jit.trace(learns, x),
    ):
        assert recorded(x).tolist() == [2, 2]
