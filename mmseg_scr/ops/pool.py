"""Averaging over a grid of windows, in a form that survives a compiler."""

import torch
import torch.nn.functional as F
from torch import Tensor

from mmseg_scr.ops.precision import at_least_float32
from mmseg_scr.ops.recording import is_compiling


def average_pool(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Average ``x`` over ``size`` windows, the ones of ``F.adaptive_avg_pool2d``; they may overlap.

    Compilers and exporters have no lowering of that operator for free sizes: they bake in the
    windows of the example, compile anew at every size, or round a ratio down. While a graph is
    recorded two small matrix products take its place. Not in eager: there they cost 0.7x of the
    operator on contiguous maps, but 17-25x on channels_last ones, and FLOP counters would see them.

    Args:
        x: (B, C, H, W).
        size: (h, w), at least 1; larger than (H, W) repeats pixels.

    Returns:
        (B, C, h, w), dtype of ``x``. The sums are float32 at least.
    """
    if is_compiling():
        return pool_by_products(x, size)
    return F.adaptive_avg_pool2d(x, size)


def pool_by_products(x: Tensor, size: tuple[int, int]) -> Tensor:
    """:func:`average_pool` as rows (h, H) @ ``x`` @ columns (W, w), whatever the sizes."""
    precise = at_least_float32(x)
    with torch.autocast(x.device.type, enabled=False):
        exact = x.to(precise)
        rows, columns = (
            _window_weights(target, source, like=exact)
            for target, source in zip(size, x.shape[2:], strict=True)
        )
        return (rows @ (exact @ columns.mT)).to(x.dtype)


def _window_weights(target: int, source: int, *, like: Tensor) -> Tensor:
    """(target, source): row i is 1 / width of window i inside of it and 0 elsewhere."""
    window = torch.arange(target, device=like.device).unsqueeze(1)
    start = window * source // target
    end = ((window + 1) * source + target - 1) // target
    pixel = torch.arange(source, device=like.device)
    inside = (start <= pixel) & (pixel < end)
    return inside.to(like.dtype) / (end - start)
