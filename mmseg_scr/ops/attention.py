"""Attention of every pixel to all pixels.

Disentangled (arXiv 2412.08671, Eq. 8-9; the idea of arXiv 2006.06668) and plain (arXiv 1809.02983).
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from mmseg_scr.ops.precision import at_least_float32


def disentangled_attention(
    q: Tensor, k: Tensor, v: Tensor, unary: Tensor, *, whiten: bool = True
) -> Tensor:
    """Sum values over all pixels, weighted by a whitened pairwise and by a unary softmax (Eq. 8-9).

    The pairwise weights are softmax over j of (q_i - mean q) . (k_j - mean k), unscaled. The mean
    of k shifts a whole row of logits and drops out of the softmax, so only q is centred. The unary
    weights are softmax over j of ``unary``; their sum of values is the same for every pixel. Rows
    of weights sum to 2. Logits are float32 at least and no N x N matrix is kept.

    Args:
        q: (B, N, D) queries.
        k: (B, N, D) keys.
        v: (B, N, Cv) values. On a CPU memory stays linear in N where Cv equals D.
        unary: (B, N) logits of the query-independent term.
        whiten: False takes q and k as they are, as plain non-local attention does.

    Returns:
        (B, N, Cv), dtype of ``v``.
    """
    precise = at_least_float32(q, k, v)
    with torch.autocast(v.device.type, enabled=False):
        q, k, values = q.to(precise), k.to(precise), v.to(precise)
        q = q - q.mean(dim=1, keepdim=True) if whiten else q
        # The fused kernels want the channels of a pixel side by side, else all pairs are kept.
        heads = (t.unsqueeze(1).contiguous() for t in (q, k, values))  # (B, 1, N, .)
        pairwise = F.scaled_dot_product_attention(*heads, scale=1.0).squeeze(1)
        shared = unary.to(precise).softmax(dim=1).unsqueeze(1) @ values  # (B, 1, Cv)
    return (pairwise + shared).to(v.dtype)


def pixel_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Sum values over all pixels, weighted by softmax over j of q_i . k_j, unscaled.

    Logits are float32 at least.

    Args:
        q: (B, D, H, W) queries.
        k: (B, D, H, W) keys.
        v: (B, C, H, W) values. On a CPU memory stays linear in the pixels where C equals D.

    Returns:
        (B, C, H, W), dtype of ``v``.
    """
    precise = at_least_float32(q, k, v)
    with torch.autocast(v.device.type, enabled=False):
        pixels = (t.to(precise).flatten(2).transpose(1, 2) for t in (q, k, v))
        heads = (t.unsqueeze(1).contiguous() for t in pixels)  # (B, 1, HW, .)
        attended = F.scaled_dot_product_attention(*heads, scale=1.0).squeeze(1)
    return attended.transpose(1, 2).unflatten(2, v.shape[2:]).to(v.dtype)
