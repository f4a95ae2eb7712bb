"""Non-negative matrix factorisation by multiplicative updates (arXiv 2109.04553).

Written from the equations. Original codes: Enjoy-Hamburger (GPL-3.0), SegNeXt and mmseg
(Apache-2.0). Differs: sums and quotients are float32 at least, for the epsilon is lost in half
precision; initial bases are the caller's, so that a result can be had twice.

Shapes: B images, D channels, N pixels, R bases.
"""

import torch
from torch import Tensor

from mmseg_scr.ops.precision import at_least_float32

EPSILON = 1e-6  # of a denominator, as in the original codes


def approximate_by_nmf(
    x: Tensor, bases: Tensor, steps: int, *, one_step_gradient: bool = False
) -> Tensor:
    """Approximate every image by R non-negative bases times non-negative coefficients.

    Coefficients start as the softmax over the bases of their products with a pixel. A step updates
    the coefficients, then the bases; after the last one the coefficients are updated once more.

    Args:
        x: (B, D, N), not negative.
        bases: (D, R), or (B, D, R) of each image: where to start. Not negative, their columns of
            length 1.
        steps: number of updates of the bases.
        one_step_gradient: True propagates the gradient through the last update of the coefficients
            alone, as the original Hamburger; False through all steps, as SegNeXt.

    Returns:
        (B, D, N), not negative, dtype of ``x``.
    """
    precise = at_least_float32(x)
    with torch.autocast(x.device.type, enabled=False):
        exact = x.to(precise)
        seen = exact.detach() if one_step_gradient else exact
        # Expanded, for a product of a matrix and a batch would copy the pixels to fold the batch.
        bases = bases.to(precise).expand(x.shape[0], -1, -1)
        coefficients = (bases.mT @ seen).softmax(dim=1)  # (B, R, N)
        for _ in range(steps):
            coefficients = _update_coefficients(seen, bases, coefficients)
            bases = _update_bases(seen, bases, coefficients)
        return (bases @ _update_coefficients(exact, bases, coefficients)).to(x.dtype)


def _update_coefficients(x: Tensor, bases: Tensor, coefficients: Tensor) -> Tensor:
    return coefficients * (bases.mT @ x) / (bases.mT @ bases @ coefficients + EPSILON)


def _update_bases(x: Tensor, bases: Tensor, coefficients: Tensor) -> Tensor:
    products = coefficients @ coefficients.mT  # (B, R, R)
    return bases * (x @ coefficients.mT) / (bases @ products + EPSILON)
