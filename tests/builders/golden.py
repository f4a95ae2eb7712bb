"""Comparing a result with golden numbers: sum, sum of absolute values, first and last entries."""

from collections.abc import Sequence

import pytest
from torch import Tensor


def check_golden(
    result: Tensor,
    total: float,
    total_abs: float,
    first: Sequence[float],
    last: Sequence[float] = (),
) -> None:
    """Compare `result`, flattened in NCHW order, with the numbers as they were printed."""
    flat = result.detach().double().flatten()
    assert float(flat.sum()) == pytest.approx(total, abs=1e-3)
    assert float(flat.abs().sum()) == pytest.approx(total_abs, abs=1e-3)
    assert flat[: len(first)].tolist() == pytest.approx(list(first), abs=1e-5)
    if last:
        assert flat[-len(last) :].tolist() == pytest.approx(list(last), abs=1e-5)
