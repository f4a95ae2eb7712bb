"""Composes a picture: samples street, light and things, and draws them from far to near."""

import numpy as np

from mmseg_scr.datasets.scene_drawing.buildings import draw_building, draw_skyline
from mmseg_scr.datasets.scene_drawing.canvas import Camera, Canvas, vary
from mmseg_scr.datasets.scene_drawing.layout import SIDES, Layout
from mmseg_scr.datasets.scene_drawing.light import Light, cast_shadows, expose
from mmseg_scr.datasets.scene_drawing.plants import draw_hedge, draw_tree
from mmseg_scr.datasets.scene_drawing.scene_class import SceneClass
from mmseg_scr.datasets.scene_drawing.street import Street, draw_ground, draw_lane, draw_sky

NOISE_STREAM = 1  # keeps the scene itself the same at every image size
HOUSES = 0.78  # share of the plots along the street that are built on


def draw_street_scene(
    size: tuple[int, int], *, seed: int, index: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw a scene; equal arguments give equal arrays, and no global state is read or changed.

    Args:
        size: (H, W) in pixels. The same scene is drawn at every size of one aspect ratio.
        seed: of the family of scenes, >= 0.
        index: of the scene in its family, >= 0.

    Returns:
        The image, (H, W, 3) uint8 in opencv's order BGR, and the label, (H, W) uint8 with the
        values of ``SceneClass``.
    """
    rng = np.random.default_rng([seed, index])
    light = Light.sample(rng)
    camera = Camera(
        horizon=rng.uniform(0.34, 0.52),
        vanishing=rng.uniform(0.34, 0.66),
        focal=rng.uniform(0.45, 0.62),
        height=rng.uniform(1.5, 2.3),
    )
    street = Street.sample(rng)
    canvas = Canvas(size, camera, light.haze, light.haze_depth)
    layout = Layout(rng, street, camera)
    draw_sky(canvas, rng, light.zenith, light.cloud)
    draw_ground(canvas, rng, street)
    cast_shadows(canvas, light, street, layout.feet)
    _draw_sides(canvas, rng, street, light)
    for _, draw in sorted(layout.things, key=lambda thing: -thing[0]):
        draw(canvas, rng)
    image, label = canvas.finish()
    noise = np.random.default_rng([seed, index, NOISE_STREAM])
    image = expose(image, label, light, noise)
    return np.ascontiguousarray(image[..., ::-1]), label


def _draw_sides(canvas: Canvas, rng: np.random.Generator, street: Street, light: Light) -> None:
    """Draw what borders the street, from the far end to the near: houses, gaps, hedges."""
    if rng.random() < 0.6:
        draw_skyline(canvas, rng, street.end + 25, light.dusk)
    for _ in range(int(rng.integers(0, 7))):
        x = rng.uniform(-0.9, 0.9) * street.end
        draw_tree(canvas, rng, x, street.end + 15, height=rng.uniform(5, 12))
    for side, sign in SIDES:
        front = sign * street.facade(side)
        verge = sign * (street.kerbs[side] + street.walks[side])
        if street.verges[side]:
            grass = vary(rng, (96, 112, 62), 20)
            draw_lane(canvas, (verge, front), street.end, grass, SceneClass.VEGETATION)
        for depths, built in reversed(_plots(rng, street.end)):
            if built:
                options = dict(brightness=light.brightness(side), dusk=light.dusk)
                height = rng.uniform(4.5, 17)
                draw_building(canvas, rng, front, depths, height=height, **options)
            else:
                for z in np.linspace(depths[1], depths[0] + 1, int(rng.integers(1, 4))):
                    x = front + sign * rng.uniform(1, 4)
                    draw_tree(canvas, rng, x, z, height=rng.uniform(4, 9))
        if street.verges[side] and rng.random() < 0.7:
            start = rng.uniform(2, 12)
            depths = (start, min(start + rng.uniform(6, 40), street.end))
            draw_hedge(canvas, rng, verge + sign * 0.2, depths, height=rng.uniform(0.7, 1.5))


def _plots(rng: np.random.Generator, end: float) -> list[tuple[tuple[float, float], bool]]:
    """Divide one side of the street into (near, far) depths with a house on it or not."""
    plots, z = [], rng.uniform(0.8, 5)
    while z < end:
        length = rng.uniform(6, 17)
        plots.append(((z, z + length), bool(rng.random() < HOUSES)))
        z += length
    return plots
