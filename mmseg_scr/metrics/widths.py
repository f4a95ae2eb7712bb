"""Widths and tolerances as users give them: pixels, or a share of the image's diagonal."""

import math
from collections.abc import Callable, Sequence
from numbers import Integral, Real


def check_width(name: str, width: int | float) -> int | float:
    """Return ``width`` if it is whole pixels from 1, or a share between 0 and 1.

    Raises:
        ValueError: it is neither.
    """
    if not isinstance(width, bool):
        if isinstance(width, Integral) and width >= 1:
            return int(width)
        if isinstance(width, Real) and 0 < width < 1:
            return float(width)
    raise ValueError(
        f'{name} must be whole pixels from 1 (such as 3) or a share of the diagonal between 0 and '
        f'1 (such as 0.005), got {width!r}'
    )


def check_widths(name: str, widths: Sequence[int | float]) -> tuple[int | float, ...]:
    """Return ``widths`` as a tuple if each is a width and none is there twice.

    Raises:
        ValueError: naming the option.
    """
    if isinstance(widths, (str, Real)):
        raise ValueError(f'{name} must be a list of widths, got {widths!r}')
    checked = tuple(check_width(f'each of {name}', width) for width in widths)
    if len(set(checked)) < len(checked):
        raise ValueError(f'{name} must differ from one another, got {list(widths)}')
    return checked


def in_pixels(
    width: int | float, shape: tuple[int, int], rounding: Callable[[float], int] = round
) -> int:
    """Turn a width into pixels of an image.

    Args:
        width: pixels, or a share of the diagonal.
        shape: (H, W) of the label.
        rounding: of the share in pixels; Python's ``round`` takes halves to the even neighbour.

    Returns:
        At least 1.
    """
    if isinstance(width, int):
        return width
    return max(1, rounding(width * math.hypot(*shape)))
