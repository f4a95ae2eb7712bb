import math

import pytest
import torch

from mmseg_scr.ops.attention import disentangled_attention
from mmseg_scr.ops.criss_cross import criss_cross_attention
from mmseg_scr.probes import attention
from mmseg_scr.probes.attention import (
    CrissCrossRows,
    DotProductRows,
    SharedRow,
    attention_statistics,
)


def test_rows_of_the_pairwise_and_the_shared_term_give_the_attention_of_eq_8():
    q, k, v = torch.randn(2, 6, 4), torch.randn(2, 6, 4), torch.randn(2, 6, 3)
    unary = torch.randn(2, 6)
    every = torch.arange(6)
    pairwise = DotProductRows(q - q.mean(dim=1, keepdim=True), k).weights(every)
    weights = pairwise + SharedRow(unary).weights(every)
    torch.testing.assert_close(weights @ v, disentangled_attention(q, k, v, unary))


def test_rows_of_a_cross_give_the_criss_cross_attention():
    q, k, v = torch.randn(2, 4, 3, 5), torch.randn(2, 4, 3, 5), torch.randn(2, 2, 3, 5)
    rows = CrissCrossRows(q, k)
    weights = rows.weights(torch.arange(rows.count))
    expected = criss_cross_attention(q, k, v)
    for pixel in range(15):
        y, x = divmod(pixel, 5)
        cross = torch.cat([v[:, :, :, x], v[:, :, y]], dim=2)  # (B, 2, H + W)
        attended = (cross * weights[:, pixel, None]).sum(dim=2)
        torch.testing.assert_close(attended, expected[:, :, y, x])


def test_equal_logits_are_an_average_over_all():
    statistics = attention_statistics(DotProductRows(torch.zeros(1, 8, 2), torch.randn(1, 8, 2)))
    assert statistics == {
        'largest_weight': pytest.approx(1 / 8),
        'logit_spread': 0.0,
        'entropy': pytest.approx(1.0),
    }


def test_large_logits_look_at_one():
    q = 1000 * torch.eye(8)[None]
    statistics = attention_statistics(DotProductRows(q, torch.eye(8)[None]))
    assert statistics['largest_weight'] == pytest.approx(1.0)
    assert statistics['entropy'] == pytest.approx(0.0)
    assert statistics['logit_spread'] == pytest.approx(1000 * math.sqrt(7 / 64))


def test_what_is_added_to_a_whole_row_does_not_spread_it():
    q, k = torch.randn(2, 9, 4), torch.randn(2, 9, 4)
    shifted = attention_statistics(DotProductRows(q, k + 100 * torch.randn(1, 1, 4)))
    assert shifted == pytest.approx(attention_statistics(DotProductRows(q, k)), rel=1e-3)


def test_spread_is_that_of_numpy_over_the_logits_of_a_row():
    q, k = torch.randn(1, 5, 4), torch.randn(1, 5, 4)
    logits = (q @ k.mT * 0.5)[0].double().numpy()
    expected = math.sqrt((logits.std(axis=1) ** 2).mean())
    statistics = attention_statistics(DotProductRows(q, k, scale=0.5))
    assert statistics['logit_spread'] == pytest.approx(expected, rel=1e-5)


def test_the_masked_pixel_of_a_cross_takes_no_part():
    rows = CrissCrossRows(torch.zeros(1, 2, 3, 5), torch.randn(1, 2, 3, 5))
    statistics = attention_statistics(rows)
    assert statistics['largest_weight'] == pytest.approx(1 / 7)
    assert statistics['entropy'] == pytest.approx(1.0)


def test_a_row_of_one_weight_has_no_entropy():
    statistics = attention_statistics(DotProductRows(torch.ones(1, 1, 2), torch.ones(1, 1, 2)))
    assert statistics == {'largest_weight': 1.0, 'logit_spread': 0.0}


def test_large_maps_are_sampled_in_chunks(monkeypatch):
    """No more logits are made at once than the limit, nor more rows than the limit in all."""
    monkeypatch.setattr(attention, 'MAX_LOGITS', 4000)
    seen = []

    class Watched(DotProductRows):
        def logits(self, rows):
            seen.append(rows)
            return super().logits(rows)

    attention_statistics(Watched(torch.randn(1, 1000, 2), torch.randn(1, 1000, 2)))
    _, *chunks = seen
    assert max(len(rows) for rows in chunks) <= 4
    rows = torch.cat(chunks)
    assert len(rows) == attention.MAX_ROWS
    assert rows.diff().min() > 0
    assert rows[-1] > 990


def test_half_precision_is_raised_before_the_product():
    q = torch.full((1, 4, 8), 200.0, dtype=torch.float16)
    assert DotProductRows(q, q).logits(torch.arange(4)).isfinite().all()
