"""Vegetation: trees with a trunk as thin as a pole, and hedges."""

import numpy as np

from mmseg_scr.datasets.scene_drawing.canvas import (
    Canvas,
    pick,
    shade,
    upright_ellipse,
    vary,
)
from mmseg_scr.datasets.scene_drawing.scene_class import SceneClass

LEAVES = ((74, 104, 46), (58, 84, 44), (98, 112, 52), (122, 112, 56), (82, 96, 74))
BARK = ((92, 76, 60), (110, 104, 96), (70, 60, 52))
CLUMPS = 12
FAR_CLUMPS = 6  # beyond DETAILED_UNTIL
DETAILED_UNTIL = 30.0  # metres
BRIGHTEST = 26.0  # of a clump at the top over one at the bottom of the same crown


def draw_tree(
    canvas: Canvas, rng: np.random.Generator, x: float, z: float, *, height: float
) -> None:
    """Draw a tree of ``height`` metres that stands at (x, z)."""
    leaves = vary(rng, pick(rng, LEAVES), 12)
    trunk_width = rng.uniform(0.14, 0.38)
    radius = height * rng.uniform(0.2, 0.3)
    fork = height - 1.6 * radius
    lean = rng.uniform(-0.05, 0.05) * height
    bark = vary(rng, pick(rng, BARK), 14)
    canvas.stick([(x, 0, z), (x + lean, fork, z)], trunk_width, bark, SceneClass.VEGETATION)
    clumps = CLUMPS if z < DETAILED_UNTIL else FAR_CLUMPS
    level = np.sort(rng.uniform(-1, 1, clumps))  # from the bottom, in shadow, to the top
    across = rng.uniform(-0.75, 0.75, clumps) * np.sqrt(1 - 0.8 * level**2)
    size = radius * rng.uniform(0.32, 0.6, clumps)
    crown = upright_ellipse((0, 0, 0), (1, 0.8)) * size[:, None, None]
    crown[..., 0] += x + lean + (across * radius)[:, None]
    crown[..., 1] += (height - radius * (1 - 0.7 * level))[:, None]
    crown[..., 2] = z
    outlines = canvas.outline(crown)
    tones = (BRIGHTEST * level + rng.uniform(-8, 8, clumps)).tolist()
    for index, tone in enumerate(tones):  # one by one, because they overlap
        colour = tuple(channel + tone for channel in leaves)
        canvas.fill(outlines[index : index + 1], colour, z, SceneClass.VEGETATION)


def draw_hedge(
    canvas: Canvas,
    rng: np.random.Generator,
    x: float,
    depths: tuple[float, float],
    *,
    height: float,
) -> None:
    """Draw an uneven hedge of ``height`` metres along the street at ``x``."""
    leaves = vary(rng, pick(rng, LEAVES), 15)
    count = 12
    z = np.linspace(*depths, count)
    top = height * rng.uniform(0.85, 1.15, count)
    rim = np.stack([np.full(count, x), top, z], axis=1)
    face = [(x, 0, depths[0]), *rim, (x, 0, depths[1])]
    depth = float(np.sign(x)) * 0.8
    end = [(x, 0, depths[0]), rim[0], (x + depth, top[0], depths[0]), (x + depth, 0, depths[0])]
    canvas.face(
        [*rim, *(rim[::-1] + np.array([depth, 0, 0]))], shade(leaves, 1.25), SceneClass.VEGETATION
    )
    canvas.face(end, shade(leaves, 0.82), SceneClass.VEGETATION)
    canvas.face(face, leaves, SceneClass.VEGETATION)
