import pytest
import torch

from mmseg_scr.probes import attention_map
from mmseg_scr.probes.attention import CrissCrossRows, DotProductRows, SharedRow

GRID = (3, 4)


def test_the_row_of_the_chosen_pixel_and_no_other_is_made(monkeypatch):
    q, k = torch.randn(2, 12, 5), torch.randn(2, 12, 5)
    asked = []
    plain = DotProductRows.logits
    monkeypatch.setattr(
        DotProductRows,
        'logits',
        lambda self, rows: asked.extend(rows.tolist()) or plain(self, rows),
    )
    weights = attention_map(DotProductRows(q, k), GRID, 1, 2)
    assert asked == [6]
    expected = (q @ k.mT).softmax(dim=2)[:, 6].reshape(2, 3, 4)
    torch.testing.assert_close(weights, expected)


def test_criss_cross_looks_along_its_row_and_column_and_at_itself_once():
    q, k = torch.randn(1, 5, *GRID), torch.randn(1, 5, *GRID)
    (weights,) = attention_map(CrissCrossRows(q, k), GRID, 1, 2)
    assert weights.sum().item() == pytest.approx(1)
    seen = torch.zeros(GRID, dtype=torch.bool)
    seen[1], seen[:, 2] = True, True
    assert torch.equal(weights > 0, seen)
    logits = torch.einsum('d,dhw->hw', q[0, :, 1, 2], k[0]).masked_fill(~seen, -torch.inf)
    torch.testing.assert_close(weights, logits.flatten().softmax(0).view(GRID))


def test_a_shared_row_is_that_of_every_pixel():
    row = SharedRow(torch.randn(2, 12))
    assert torch.equal(attention_map(row, GRID, 0, 0), attention_map(row, GRID, 2, 3))


def test_a_pixel_outside_and_rows_of_something_else_are_refused():
    with pytest.raises(ValueError, match=r'grid \(3, 4\), got \(3, 0\)'):
        attention_map(SharedRow(torch.randn(1, 12)), GRID, 3, 0)
    with pytest.raises(ValueError, match='7 rows are not the pixels'):
        attention_map(DotProductRows(torch.randn(1, 7, 2), torch.randn(1, 7, 2)), GRID, 0, 0)
