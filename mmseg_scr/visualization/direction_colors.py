"""Colours of displacements: a wheel that stays readable without red and green.

Left and right differ in blue and yellow, up and down in light and dark, the two axes that colour
blindness leaves. What does not move is grey.
"""

import numpy as np

ANCHORS = np.array(  # right, down, left, up
    [[230, 159, 0], [64, 10, 80], [0, 114, 178], [196, 242, 214]], float
)
STILL = np.array([150, 150, 150], float)


def direction_colors(offset: np.ndarray, longest: float) -> np.ndarray:
    """Colour every displacement.

    Args:
        offset: (2, H, W), x (right) first, y downwards.
        longest: length that has the full colour; longer ones have it too.

    Returns:
        (H, W, 3) uint8 RGB.
    """
    x, y = offset
    turn = np.arctan2(y, x) / (np.pi / 2) % 4  # 0 right, 1 down, 2 left, 3 up
    first = np.floor(turn).astype(int) % 4
    share = (turn % 1)[..., None]
    hue = (1 - share) * ANCHORS[first] + share * ANCHORS[(first + 1) % 4]
    strength = np.clip(np.hypot(x, y) / max(longest, np.finfo(float).tiny), 0, 1)[..., None]
    return np.rint(STILL + strength * (hue - STILL)).astype(np.uint8)


def color_wheel(side: int = 201) -> np.ndarray:
    """(side, side, 4) uint8 RGBA of all directions up to the longest, transparent outside."""
    line = np.linspace(-1, 1, side)
    x, y = np.meshgrid(line, line)
    wheel = direction_colors(np.stack([x, y]), 1.0)
    inside = 255 * (np.hypot(x, y) <= 1)
    return np.concatenate([wheel, inside[..., None].astype(np.uint8)], axis=2)
