import torch

from mmseg_scr.ops.recording import is_recorded


class Plus(torch.nn.Module):
    def forward(self, x):
        return x + (1 if is_recorded() else 2)


def test_graphs_are_told_from_eager_calls():
    x = torch.zeros(2)
    assert Plus()(x).tolist() == [2, 2]
    for recorded in (torch.export.export(Plus(), (x,)).module(), torch.jit.trace(Plus(), x)):
        assert recorded(x).tolist() == [1, 1]
