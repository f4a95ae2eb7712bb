"""Houses: a front to the street, a gable to the camera, windows, ledges and shops."""

from dataclasses import dataclass

import numpy as np

from mmseg_scr.datasets.scene_drawing.canvas import Canvas, Colour, pick, shade, vary
from mmseg_scr.datasets.scene_drawing.scene_class import SceneClass

# Greys first: they are the sidewalk's and the overcast sky's own colours.
WALLS = (
    (140, 136, 132), (112, 110, 110), (172, 172, 176), (158, 92, 74), (196, 176, 142),
    (214, 206, 190), (120, 84, 66), (150, 158, 140), (98, 108, 126), (202, 160, 120),
)  # fmt: skip
GLASS = ((44, 52, 62), (70, 84, 100), (120, 140, 160), (168, 186, 204))
LIT_GLASS = (232, 204, 140)
AWNINGS = ((170, 40, 40), (40, 70, 150), (40, 110, 60), (210, 180, 60), (60, 60, 66))
GABLE_WIDTH = 11.0
SHOP_HEIGHT = 3.2
DETAILED_UNTIL = 45.0  # metres; beyond, a window of a front along the street is below a pixel


@dataclass(frozen=True)
class Wall:
    """What one house is made of; lengths in metres.

    Attributes:
        colour: of the masonry.
        glass: colour of the windows.
        storey: height of a storey.
        bay: distance from window to window.
        opening: share of the bay and of the storey that is window.
        ledges: whether a ledge runs above every storey.
        awning: colour of the shop's band; None without a shop.
    """

    colour: Colour
    glass: Colour
    storey: float
    bay: float
    opening: tuple[float, float]
    ledges: bool
    awning: Colour | None

    @classmethod
    def sample(cls, rng: np.random.Generator, dusk: bool) -> 'Wall':
        """Draw a material; at ``dusk`` some houses have their lights on."""
        lit = dusk and rng.random() < 0.6
        return cls(
            colour=vary(rng, pick(rng, WALLS), 18),
            glass=vary(rng, LIT_GLASS if lit else pick(rng, GLASS), 12),
            storey=rng.uniform(2.7, 3.6),
            bay=rng.uniform(1.8, 4.2),
            opening=(rng.uniform(0.3, 0.8), rng.uniform(0.35, 0.65)),
            ledges=rng.random() < 0.5,
            awning=vary(rng, pick(rng, AWNINGS), 20) if rng.random() < 0.45 else None,
        )


def draw_building(
    canvas: Canvas,
    rng: np.random.Generator,
    x: float,
    depths: tuple[float, float],
    *,
    height: float,
    brightness: float,
    dusk: bool,
) -> None:
    """Draw one house.

    Args:
        canvas: what to draw on.
        rng: source of its material.
        x: house front, in metres; negative is left of the camera.
        depths: near and far end of the front, in metres.
        height: in metres.
        brightness: of the front, relative to the material; the sun stands on one side.
        dusk: whether lights may be on.
    """
    wall = Wall.sample(rng, dusk)
    near, far = depths
    inner_end = x + np.sign(x) * GABLE_WIDTH
    gable, pitch = rng.uniform(0.75, 0.9), rng.uniform(1.5, 4) * (rng.random() < 0.3)
    if pitch:
        ridge = ((x + inner_end) / 2, height + pitch, near)
        roof = [(x, height, near), (inner_end, height, near), ridge]
        canvas.face(roof, shade(wall.colour, gable), SceneClass.BUILDING)
    draw_wall(canvas, wall, (x, near), (inner_end, near), height, gable)
    draw_wall(canvas, wall, (x, near), (x, far), height, brightness)


def draw_wall(
    canvas: Canvas,
    wall: Wall,
    start: tuple[float, float],
    end: tuple[float, float],
    height: float,
    brightness: float,
) -> None:
    """Draw a wall of ``height`` metres between two points (x, z), with everything on it."""
    depth = (start[1] + end[1]) / 2
    colour = shade(wall.colour, brightness)
    shop = SHOP_HEIGHT if wall.awning and height > SHOP_HEIGHT + wall.storey else 0.0
    panels = [(0.0, 0.0, 1.0, height), (0.05, 0.4, 0.95, 2.4), (0.03, 2.5, 0.97, 3.0)]
    windows, ledges = [], []
    if depth < DETAILED_UNTIL or start[1] == end[1]:
        length = abs(end[0] - start[0]) + abs(end[1] - start[1])
        windows, ledges = _windows_and_ledges(wall, length, height, shop)
    outlines = canvas.outline(_on_wall([*panels, *windows, *ledges], start, end))
    canvas.fill(outlines[:1], colour, depth, SceneClass.BUILDING)
    if shop:
        canvas.fill(outlines[1:2], shade(wall.glass, 0.8), depth)
        canvas.fill(outlines[2:3], shade(wall.awning, brightness), depth)
    if windows:
        canvas.fill(outlines[3 : 3 + len(windows)], wall.glass, depth)
    if ledges:
        canvas.fill(outlines[3 + len(windows) :], shade(colour, 1.18), depth)


def draw_skyline(canvas: Canvas, rng: np.random.Generator, depth: float, dusk: bool) -> None:
    """Close the street with a row of distant houses seen from the front."""
    reach = depth / canvas.camera.focal
    x = -reach
    while x < reach:
        width, height = rng.uniform(6, 16), rng.uniform(4, 16)
        wall = Wall.sample(rng, dusk)
        if rng.random() < 0.7:
            draw_wall(canvas, wall, (x, depth), (x + width, depth), height, 0.9)
        x += width


def _windows_and_ledges(
    wall: Wall, length: float, height: float, shop: float
) -> tuple[list[tuple], list[tuple]]:
    """Panels (u0, v0, u1, v1), u as a share of the wall's length and v in metres above ground."""
    columns = max(int(length / wall.bay), 1)
    floors = max(int((height - shop - 0.3) / wall.storey), 1)
    width, tall = wall.opening
    windows = []
    for floor in range(floors):
        sill = shop + wall.storey * (floor + 0.6 * (1 - tall))
        lintel = min(sill + tall * wall.storey, height - 0.1)
        for column in range(columns):
            left = (column + (1 - width) / 2) / columns
            windows.append((left, sill, left + width / columns, lintel))
    tops = (min(shop + wall.storey * (floor + 1), height - 0.16) for floor in range(floors))
    return windows, [(0.0, top, 1.0, top + 0.15) for top in tops] if wall.ledges else []


def _on_wall(panels: list[tuple], start: tuple, end: tuple) -> np.ndarray:
    """World corners (M, 4, 3) of panels on the wall from ``start`` to ``end``, both (x, z)."""
    panels = np.array(panels)
    u, v = panels[:, [0, 2, 2, 0]], panels[:, [1, 1, 3, 3]]
    corners = np.empty((*u.shape, 3))
    corners[..., 0] = start[0] + u * (end[0] - start[0])
    corners[..., 1] = v
    corners[..., 2] = start[1] + u * (end[1] - start[1])
    return corners
