"""Thin things: street lamps, bollards, and posts that carry a traffic sign."""

import numpy as np

from mmseg_scr.datasets.scene_drawing.canvas import Canvas, pick, shade, upright_ellipse, vary
from mmseg_scr.datasets.scene_drawing.scene_class import SceneClass

METALS = ((120, 122, 126), (86, 88, 92), (152, 152, 150), (60, 66, 62))
RED, WHITE, BLUE = (190, 30, 36), (226, 226, 224), (36, 76, 160)
GREEN, YELLOW, BLACK = (30, 104, 72), (224, 188, 40), (40, 40, 42)
BACK = (128, 130, 132)  # of any sign: bare metal, as the post
PLATES = ((RED, WHITE), (RED, WHITE), (BLUE, WHITE), (GREEN, WHITE), (YELLOW, BLACK), (BACK, BACK))


def draw_lamp(canvas: Canvas, rng: np.random.Generator, x: float, z: float) -> None:
    """Draw a street lamp that reaches over the road."""
    metal = vary(rng, pick(rng, METALS), 14)
    height, reach = rng.uniform(4.5, 8.0), -np.sign(x) * rng.uniform(0.6, 1.8)
    mast = [(x, 0, z), (x, height, z), (x + reach, height + 0.25, z)]
    canvas.stick(mast, rng.uniform(0.08, 0.13), metal, SceneClass.POLE)
    head = [(x + reach, height + 0.25, z), (x + 1.35 * reach, height + 0.2, z)]
    canvas.stick(head, 0.2, shade(metal, 0.8), SceneClass.POLE)


def draw_bollard(canvas: Canvas, rng: np.random.Generator, x: float, z: float) -> None:
    """Draw a knee-high post."""
    metal = vary(rng, pick(rng, METALS), 10)
    canvas.stick([(x, 0, z), (x, 0.95, z)], 0.13, metal, SceneClass.POLE)


def draw_sign(canvas: Canvas, rng: np.random.Generator, x: float, z: float) -> None:
    """Draw a post with one or two traffic signs, of which one may show its back."""
    metal = vary(rng, pick(rng, METALS), 14)
    height = rng.uniform(2.4, 3.4)
    canvas.stick([(x, 0, z), (x, height, z)], rng.uniform(0.07, 0.1), metal, SceneClass.POLE)
    for level in range(1 + int(rng.random() < 0.35)):
        rim, inside = pick(rng, PLATES)
        rim, inside = vary(rng, rim, 16), vary(rng, inside, 16)
        radius = rng.uniform(0.3, 0.48)
        centre = np.array([x, height - radius - level * 0.9, z])
        outline = _plate_outline(rng, radius)
        canvas.face(centre + outline, rim, SceneClass.SIGN)
        canvas.face(centre + outline * rng.uniform(0.55, 0.75), inside)


def _plate_outline(rng: np.random.Generator, radius: float) -> np.ndarray:
    """Corners (N, 3), around the origin, of a disc, a triangle, a square or a wide board."""
    shape = int(rng.integers(4))
    if shape == 0:
        return upright_ellipse((0, 0, 0), (radius, radius))
    if shape == 1:
        corners = [(-1, -0.75), (1, -0.75), (0, 1)]
    elif shape == 2:
        corners = [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)]
    else:
        corners = [(-1.7, -0.7), (1.7, -0.7), (1.7, 0.7), (-1.7, 0.7)]
    return radius * np.array([(across, up, 0.0) for across, up in corners])
