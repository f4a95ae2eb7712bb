"""Weighted windows of a coarse map around every pixel of a fine one (arXiv 1905.02188, Sec. 3).

Pixel (Y, X) of the fine map has a window of K x K coarse pixels, row by row, around the one whose
area holds its centre (:func:`~mmseg_scr.ops.nearest.nearest_index`). Outside counts as zero. Three
products of a window are all that forward and backward need, and each is a gradient of the others:

* its weighted sum, :func:`reassemble`: (coarse, kernels) -> fine;
* its similarities, :func:`window_similarity`: (fine, coarse) -> kernels;
* its spreading, the transposed sum: (fine, kernels) -> coarse.

Each runs window position by window position, and nothing but its inputs is kept for the gradient:
the unfolded map (B, C * K * K, H, W) never exists. Where a fine side is a multiple s of the coarse
one, the s * s kernels of a coarse pixel share one window, and its K * K shifted views of the padded
map are all that is read; at other ratios rows and columns are gathered.
"""

from collections.abc import Iterator
from math import isqrt

import torch
import torch.nn.functional as F
from torch import Tensor

from mmseg_scr.ops.nearest import nearest_index
from mmseg_scr.ops.precision import at_least_float32
from mmseg_scr.ops.recording import is_compiled_to_train, is_recorded


def kernel_softmax(logits: Tensor, window: Tensor | None = None) -> Tensor:
    """Kernels that sum to one, in float32 at least.

    Args:
        logits: (B, K * K, H, W).
        window: (K * K,) factors of the positions, before the kernel is normalised again.
    """
    kernels = logits.to(at_least_float32(logits)).softmax(dim=1)
    if window is None:
        return kernels
    kernels = kernels * window.to(kernels).view(1, -1, 1, 1)
    return kernels / kernels.sum(dim=1, keepdim=True)


def reassemble(x: Tensor, kernels: Tensor) -> Tensor:
    """Sum the window of every fine pixel with the pixel's own weights, in float32 at least.

    Args:
        x: (B, C, h, w).
        kernels: (B, K * K, H, W) for an odd K, used as given; H, W need not be multiples of h, w.

    Returns:
        (B, C, H, W), dtype of ``x``.

    Example:
        >>> left = torch.zeros(1, 9, 1, 4)
        >>> left[:, 3] = 1
        >>> reassemble(torch.tensor([[[[1.0, 2.0]]]]), left)
        tensor([[[[0., 0., 1., 1.]]]])

    Raises:
        ValueError: another batch, or a number of weights that is no odd square.
    """
    side = isqrt(kernels.shape[1])
    if side * side != kernels.shape[1] or side % 2 == 0 or kernels.shape[0] != x.shape[0]:
        raise ValueError(
            f'kernels must be (B, K * K, H, W) with an odd K and the batch of x, got kernels '
            f'{tuple(kernels.shape)} and x {tuple(x.shape)}'
        )
    precise = at_least_float32(x)
    call = _WeightedSum.apply if _wants_gradient() else _weighted_sum
    return call(x.to(precise), kernels.to(precise)).to(x.dtype)


def window_similarity(query: Tensor, key: Tensor, window: int) -> Tensor:
    """Multiply every fine pixel with the coarse pixels of its window.

    Args:
        query: (B, D, H, W).
        key: (B, D, h, w); 0 outside, as are the similarities there.
        window: K, odd.

    Returns:
        (B, K * K, H, W) of sums over D, float32 at least.

    Raises:
        ValueError: an even window, or another batch or width of the key.
    """
    if window % 2 == 0 or query.shape[:2] != key.shape[:2]:
        raise ValueError(
            f'window must be odd, query and key of one batch and width, got {window}, query '
            f'{tuple(query.shape)} and key {tuple(key.shape)}'
        )
    precise = at_least_float32(query)
    call = _Similarities.apply if _wants_gradient() else _similarities
    return call(query.to(precise), key.to(precise), window)


def _wants_gradient() -> bool:
    """Whether the gradients are those below: exported and traced graphs know no such functions."""
    return not is_recorded() or is_compiled_to_train()


class _WeightedSum(torch.autograd.Function):
    @staticmethod
    def forward(x: Tensor, kernels: Tensor) -> Tensor:
        return _weighted_sum(x, kernels)

    @staticmethod
    def setup_context(ctx, inputs: tuple, output: Tensor) -> None:
        ctx.save_for_backward(*inputs[:2])

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, Tensor | None]:
        x, kernels = ctx.saved_tensors
        of_x, of_kernels = ctx.needs_input_grad
        return (
            _Spread.apply(gradient, kernels, *x.shape[2:]) if of_x else None,
            _Similarities.apply(gradient, x, isqrt(kernels.shape[1])) if of_kernels else None,
        )


class _Similarities(torch.autograd.Function):
    @staticmethod
    def forward(query: Tensor, key: Tensor, window: int) -> Tensor:
        return _similarities(query, key, window)

    @staticmethod
    def setup_context(ctx, inputs: tuple, output: Tensor) -> None:
        ctx.save_for_backward(*inputs[:2])

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        query, key = ctx.saved_tensors
        of_query, of_key, _ = ctx.needs_input_grad
        return (
            _WeightedSum.apply(key, gradient) if of_query else None,
            _Spread.apply(query, gradient, *key.shape[2:]) if of_key else None,
            None,
        )


class _Spread(torch.autograd.Function):
    @staticmethod
    def forward(fine: Tensor, kernels: Tensor, height: int, width: int) -> Tensor:
        return _spread(fine, kernels, (height, width))

    @staticmethod
    def setup_context(ctx, inputs: tuple, output: Tensor) -> None:
        ctx.save_for_backward(*inputs[:2])

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        fine, kernels = ctx.saved_tensors
        of_fine, of_kernels, *_ = ctx.needs_input_grad
        return (
            _WeightedSum.apply(gradient, kernels) if of_fine else None,
            _Similarities.apply(fine, gradient, isqrt(kernels.shape[1])) if of_kernels else None,
            None,
            None,
        )


def _weighted_sum(x: Tensor, kernels: Tensor) -> Tensor:
    ratio = _ratio(x.shape[2:], kernels.shape[2:])
    kernels = _blocks(kernels, ratio)
    total = x.new_zeros(*x.shape[:2], *kernels.shape[2:])
    for k, neighbor in _neighbors(x, isqrt(kernels.shape[1]), kernels.shape[3:], ratio):
        total.addcmul_(neighbor, kernels[:, k].unsqueeze(1))
    return _unblock(total, ratio)


def _similarities(query: Tensor, key: Tensor, window: int) -> Tensor:
    ratio = _ratio(key.shape[2:], query.shape[2:])
    query = _blocks(query, ratio)
    similarities = [None] * window**2
    # Were memory got at every position, a CPU would take most of the time for that.
    products = None if is_recorded() else torch.empty_like(query)
    for k, neighbor in _neighbors(key, window, query.shape[3:], ratio):
        similarities[k] = torch.mul(query, neighbor, out=products).sum(dim=1)
    return _unblock(torch.stack(similarities, dim=1), ratio)


def _spread(fine: Tensor, kernels: Tensor, size: tuple[int, int]) -> Tensor:
    """The transposed weighted sum: (B, C, H, W), (B, K * K, H, W) -> (B, C, h, w)."""
    ratio, side = _ratio(size, fine.shape[2:]), isqrt(kernels.shape[1])
    fine, kernels = _blocks(fine, ratio), _blocks(kernels, ratio)
    (height, width), border = size, side // 2
    padded = fine.new_zeros(*fine.shape[:2], height + 2 * border, width + 2 * border)
    if ratio:
        for k in range(side**2):
            row, column = divmod(k, side)
            window = padded[:, :, row : row + height, column : column + width]
            for place in range(ratio**2):
                window.addcmul_(fine[:, :, place], kernels[:, k, place].unsqueeze(1))
    else:
        rows, columns = _centers(size, fine.shape[3:], fine.device)
        for column in range(side):
            strip = fine.new_zeros(*padded.shape[:3], fine.shape[4])
            for row in range(side):
                share = (fine * kernels[:, row * side + column].unsqueeze(1)).squeeze(2)
                strip.index_add_(2, rows + row, share)
            padded.index_add_(3, columns + column, strip)
    return padded[:, :, border : border + height, border : border + width].contiguous()


def _neighbors(
    x: Tensor, side: int, size: tuple[int, int], ratio: int
) -> Iterator[tuple[int, Tensor]]:
    """Window positions k, each with its (B, C, 1, H, W), or (B, C, 1, h, w) of blocks.

    To be used before the next is asked for: memory is got once.
    """
    (height, width), border = x.shape[2:], side // 2
    padded = F.pad(x.contiguous(), (border,) * 4)
    if ratio:
        for k in range(side**2):
            row, column = divmod(k, side)
            yield k, padded[:, :, row : row + height, column : column + width].unsqueeze(2)
        return
    rows, columns = _centers((height, width), size, x.device)
    neighbor = None if is_recorded() else x.new_empty(*x.shape[:2], *size)
    for column in range(side):
        strip = padded.index_select(3, columns + column)
        for row in range(side):
            read = torch.index_select(strip, 2, rows + row, out=neighbor)
            yield row * side + column, read.unsqueeze(2)


def _centers(
    source: tuple[int, int], target: tuple[int, int], device: torch.device
) -> tuple[Tensor, Tensor]:
    rows, columns = (nearest_index(*s, device=device) for s in zip(source, target, strict=True))
    return rows, columns


def _ratio(source: tuple[int, int], target: tuple[int, int]) -> int:
    """How many times finer both sides are, if a whole number and the same for both; else 0.

    0 also where a graph is recorded: another size may have another ratio.
    """
    if is_recorded():
        return 0
    (height, width), ratio = source, max(target[0] // source[0], 1)
    return ratio if tuple(target) == (ratio * height, ratio * width) else 0


def _blocks(fine: Tensor, ratio: int) -> Tensor:
    """(B, C, H, W) -> (B, C, ratio * ratio, h, w), one row for each place in a coarse pixel."""
    if ratio < 2:
        return fine.contiguous().unsqueeze(2)
    return F.pixel_unshuffle(fine.contiguous(), ratio).unflatten(1, (-1, ratio**2))


def _unblock(blocks: Tensor, ratio: int) -> Tensor:
    return blocks.squeeze(2) if ratio < 2 else F.pixel_shuffle(blocks.flatten(1, 2), ratio)
