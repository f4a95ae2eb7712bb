"""Each pixel and its 3x3 neighbours: their weighted combination, and how like they are."""

import torch
import torch.nn.functional as F
from torch import Tensor

from mmseg_scr.ops.precision import at_least_float32

WINDOW = [(dy, dx) for dy in range(3) for dx in range(3)]  # k = 1..9, row by row

SHORTEST = 1e-8  # a shorter vector has no direction
PADDING_MODES = {'zeros': 'constant', 'replicate': 'replicate'}  # names of nn.Conv2d: of F.pad


def combine_neighbors(offset: Tensor, weights: Tensor, *, padding_mode: str = 'zeros') -> Tensor:
    """Sum the 3x3 neighbours of every pixel, each times the pixel's own weight for it (Eq. 3).

    Computed in float32 at least as nine shifted views of one padded map: no unfolded copy.

    Args:
        offset: (B, 2, H, W); any number of channels is accepted.
        weights: (B, 9, H, W), window positions row by row (0 is up-left, 4 the pixel itself), used
            as given: a softmax over them is the caller's.
        padding_mode: what neighbours outside of the map count as: ``'zeros'``, so that a constant
            map shrinks at its border (to 4/9 in a corner under equal weights of 1/9), or
            ``'replicate'``, the nearest pixel inside.

    Returns:
        Like ``offset``.

    Raises:
        ValueError: ``weights`` is not (B, 9, H, W) on the grid of ``offset``, or another mode.
    """
    if padding_mode not in PADDING_MODES:
        raise ValueError(f'padding_mode must be one of {[*PADDING_MODES]}, got {padding_mode!r}')
    if weights.shape[1] != len(WINDOW) or weights.shape[2:] != offset.shape[2:]:
        raise ValueError(
            f'weights must be (B, 9, H, W) on the grid of offset, got weights '
            f'{tuple(weights.shape)} and offset {tuple(offset.shape)}'
        )
    precise = at_least_float32(offset)
    padded = F.pad(offset.to(precise), (1, 1, 1, 1), mode=PADDING_MODES[padding_mode])
    weights = weights.to(precise)
    height, width = offset.shape[2:]
    total = torch.zeros_like(offset, dtype=precise)
    for k, (dy, dx) in enumerate(WINDOW):
        neighbor = padded[:, :, dy : dy + height, dx : dx + width]
        total = torch.addcmul(total, neighbor, weights[:, k : k + 1])
    return total.to(offset.dtype)


def neighbor_cosines(x: Tensor, *, distance: int) -> Tensor:
    """Cosines of every pixel and its eight neighbours in a number of pixels' distance.

    Args:
        x: (B, C, H, W).
        distance: in rows and in columns, 1 or more.

    Returns:
        (B, 8, H, W), row by row without the pixel itself, 0 outside of the map; float32 at least.
    """
    x = x.to(at_least_float32(x))
    unit = F.normalize(x, dim=1, eps=SHORTEST)
    padded = F.pad(unit, (distance,) * 4)
    height, width = x.shape[2:]
    cosines = []
    for dy, dx in WINDOW:
        if (dy, dx) != (1, 1):
            rows = slice(dy * distance, dy * distance + height)
            columns = slice(dx * distance, dx * distance + width)
            cosines.append((unit * padded[:, :, rows, columns]).sum(dim=1))
    return torch.stack(cosines, dim=1)
