import pytest
import torch

from mmseg_scr.ops import rows
from mmseg_scr.ops.rows import has_rows, pixel_rows, weighted_rows


@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
def test_a_row_holds_the_channels_of_a_pixel(layout):
    x = torch.randn(2, 3, 4, 5).to(memory_format=layout)
    table = pixel_rows(x)
    assert table.shape == (40, 3)
    assert torch.equal(table[(1 * 4 + 2) * 5 + 3], x[1, :, 2, 3])


def test_a_channels_last_map_is_read_in_place_and_another_is_copied():
    x = torch.randn(2, 3, 4, 5)
    last = x.to(memory_format=torch.channels_last)
    assert has_rows(last)
    assert pixel_rows(last).data_ptr() == last.data_ptr()
    assert not has_rows(x)
    assert pixel_rows(x).data_ptr() != x.data_ptr()


def given(dtype=torch.float64):
    table = torch.randn(6, 3).to(dtype).requires_grad_()
    weights = torch.randn(4, 2, dtype=torch.float64 if dtype == torch.float64 else torch.float32)
    return table, torch.tensor([[0, 5], [5, 5], [1, 2], [3, 0]]), weights.requires_grad_()


@pytest.mark.parametrize('dtype', [torch.float64, torch.bfloat16, torch.float16])
def test_equals_the_sum_by_loops(dtype):
    table, index, weights = given(dtype)
    summed = weighted_rows(table, index, weights)
    expected = [
        sum(table[i].to(w.dtype) * w for i, w in zip(*pair, strict=True))
        for pair in zip(index.tolist(), weights, strict=True)
    ]
    torch.testing.assert_close(summed, torch.stack(expected))


def test_gradients_of_table_and_weights():
    table, index, weights = given()
    assert torch.autograd.gradcheck(lambda t, w: weighted_rows(t, index, w), (table, weights))


def test_gradient_of_the_weights_alone_is_the_same_by_each_way(monkeypatch):
    table, index, weights = given()
    expected = torch.autograd.grad(weighted_rows(table, index, weights).square().sum(), weights)
    for is_old in {True, rows.IS_OLD}:
        monkeypatch.setattr(rows, 'IS_OLD', is_old)
        alone = weighted_rows(table.detach(), index, weights).square().sum()
        torch.testing.assert_close(torch.autograd.grad(alone, weights), expected)


def test_a_second_derivative_is_refused():
    table, index, weights = given()
    (first,) = torch.autograd.grad(
        weighted_rows(table, index, weights).square().sum(), table, create_graph=True
    )
    with pytest.raises(RuntimeError, match='embedding_bag'):
        first.sum().backward()
