"""Criss-cross attention (CCNet, arXiv 1811.11721, Sec. 3.2): every pixel attends to its cross."""

import torch
from torch import Tensor

from mmseg_scr.ops.precision import at_least_float32


def criss_cross_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Sum values over the row and the column of every pixel, weighted by one softmax over both.

    Logits are q . k, unscaled, float32 at least; the pixel itself counts once. For the gradient,
    the H + W weights of every pixel are kept and one channels-last copy of each operand.

    Args:
        q: (B, D, H, W) queries.
        k: (B, D, H, W) keys.
        v: (B, C, H, W) values.

    Returns:
        (B, C, H, W), dtype of ``v``.
    """
    b, _, h, w = v.shape
    precise = at_least_float32(q, k, v)
    with torch.autocast(v.device.type, enabled=False):
        # With the batch inside of the rows both axes are one strided batch: no second copy.
        q, k, values = (t.to(precise).permute(2, 0, 3, 1).contiguous() for t in (q, k, v))
        own_pixel = q.new_full((h,), -torch.inf).diag()  # the row has it already
        column = torch.baddbmm(own_pixel, _columns(q), _columns(k).mT)  # (BW, H, H)
        row = torch.bmm(_rows(q), _rows(k).mT)  # (HB, W, W)
        column, row = column.transpose(0, 1).unflatten(1, (b, w)), row.unflatten(0, (h, b))
        weights = torch.cat([column, row], dim=3).softmax(dim=3)  # (H, B, W, H + W)
        column, row = weights.split([h, w], dim=3)
        down = torch.bmm(_columns(column), _columns(values)).transpose(0, 1)  # (H, BW, C)
        across = torch.bmm(_rows(row), _rows(values))  # (HB, W, C)
        attended = down.unflatten(1, (b, w)) + across.unflatten(0, (h, b))
    return attended.permute(1, 3, 0, 2).to(v.dtype)


def _rows(x: Tensor) -> Tensor:
    """View of (H, B, W, C) as (HB, W, C)."""
    return x.flatten(0, 1)


def _columns(x: Tensor) -> Tensor:
    """View of (H, B, W, C) as (BW, H, C)."""
    return x.flatten(1, 2).transpose(0, 1)
