"""The stage: where kerbs and house fronts run, and the sky, road and sidewalk between them."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from mmseg_scr.datasets.scene_drawing.canvas import Canvas, Colour, shade, vary
from mmseg_scr.datasets.scene_drawing.scene_class import SceneClass

FAR = 400.0  # metres; a street of this length ends at the horizon to within a pixel
HAZE_STOPS = (12.0, 30.0, 60.0, 120.0)
KERB_WIDTH = 0.18
TILE_LENGTH = 1.6
TILED_UNTIL = 22.0
SKY_GRID = (32, 64)
CLOUD_GRID = (4, 7)


@dataclass(frozen=True)
class Street:
    """Cross-section of a straight street, in metres; index 0 is the left side, 1 the right.

    Attributes:
        kerbs: distance of each kerb from the camera.
        walks: width of each sidewalk.
        verges: width of the planted strip behind each sidewalk; 0 for none.
        end: depth at which the rows of houses stop.
        crossing: depth of a zebra crossing; None for none.
    """

    kerbs: tuple[float, float]
    walks: tuple[float, float]
    verges: tuple[float, float]
    end: float
    crossing: float | None

    @classmethod
    def sample(cls, rng: np.random.Generator) -> 'Street':
        """Draw the measures of a street."""
        return cls(
            kerbs=(rng.uniform(2.8, 6.5), rng.uniform(2.2, 5.0)),
            walks=(rng.uniform(1.8, 3.6), rng.uniform(1.8, 3.6)),
            verges=tuple(rng.uniform(0.8, 2.0) * (rng.random() < 0.45) for _ in range(2)),
            end=rng.uniform(35, 90),
            crossing=rng.uniform(5, 18) if rng.random() < 0.35 else None,
        )

    def facade(self, side: int) -> float:
        """Distance of the house fronts from the camera."""
        return self.kerbs[side] + self.walks[side] + self.verges[side]


def on_ground(x0: float, x1: float, z0: float, z1: float) -> list:
    """Corners (4, 3) of a rectangle on the ground."""
    return [(x0, 0.0, z0), (x1, 0.0, z0), (x1, 0.0, z1), (x0, 0.0, z1)]


def draw_sky(canvas: Canvas, rng: np.random.Generator, zenith: Colour, cloud: Colour) -> None:
    """Fill the canvas down to the horizon with a sky that pales on its way, and with clouds."""
    height = np.linspace(1, 0, SKY_GRID[0])[:, None, None]
    sky = height * zenith + (1 - height) * np.array(canvas.haze)
    cover = cv2.resize(rng.random(CLOUD_GRID), SKY_GRID[::-1], interpolation=cv2.INTER_CUBIC)
    cover = np.clip((cover - rng.uniform(0.3, 0.8)) * 1.5, 0, 0.8)[..., None]
    sky = np.clip(sky + cover * (np.array(cloud) - sky), 0, 255).astype(np.uint8)
    canvas.image[: canvas.horizon] = cv2.resize(sky, (canvas.columns, canvas.horizon))
    canvas.label[: canvas.horizon] = SceneClass.SKY


def draw_ground(canvas: Canvas, rng: np.random.Generator, street: Street) -> None:
    """Pave everything below the horizon and lay the road, its marks and the kerbs on it."""
    left, right = -street.kerbs[0], street.kerbs[1]
    paving = vary(rng, (150, 147, 143), 32)
    asphalt = vary(rng, (118, 118, 121), 26)
    _pave(canvas, paving)
    _draw_tiles(canvas, street, shade(paving, rng.uniform(0.78, 0.95)))
    draw_lane(canvas, (left, right), FAR, asphalt, SceneClass.ROAD)
    for _ in range(int(rng.integers(0, 4))):
        x, z = rng.uniform(left, right - 0.8), rng.uniform(3, 25)
        patch = on_ground(x, min(x + rng.uniform(0.6, 2.5), right), z, z + rng.uniform(1, 8))
        canvas.face(patch, vary(rng, asphalt, 10))
    for kerb, outwards in ((left, -1), (right, 1)):
        edges = (kerb, kerb + outwards * KERB_WIDTH)
        draw_lane(canvas, edges, FAR, shade(paving, 1.15), SceneClass.SIDEWALK)
    _draw_marks(canvas, rng, street)


def draw_lane(
    canvas: Canvas, edges: tuple[float, float], end: float, colour: Colour, label: int | None = None
) -> None:
    """Cover the ground between two lines along the street, from the camera to depth ``end``."""
    stops = [0.0, *(stop for stop in HAZE_STOPS if stop < end), end]
    for near, far in pairwise(stops):  # haze is one colour per face
        canvas.face(on_ground(*sorted(edges), near, far), colour, label)


def _pave(canvas: Canvas, paving: Colour) -> None:
    """Cover everything below the horizon, each row in the haze of its depth."""
    below = np.arange(canvas.rows - canvas.horizon) + 0.5
    depth = canvas.columns * canvas.camera.focal * canvas.camera.height / below
    clear = np.exp(-depth / canvas.haze_depth)[:, None, None]
    ground = clear * np.array(paving) + (1 - clear) * np.array(canvas.haze)
    canvas.image[canvas.horizon :] = ground.astype(np.uint8)
    canvas.label[canvas.horizon :] = SceneClass.SIDEWALK


def _draw_tiles(canvas: Canvas, street: Street, joint: Colour) -> None:
    """Draw the joints between paving slabs, on either sidewalk."""
    depths = np.arange(2, TILED_UNTIL, TILE_LENGTH)
    for side, sign in enumerate((-1, 1)):
        edges = sorted((sign * street.kerbs[side], sign * street.facade(side)))
        canvas.face([on_ground(*edges, z, z + 0.06) for z in depths], joint)
        middle = sum(edges) / 2
        canvas.face(on_ground(middle - 0.03, middle + 0.03, 0, TILED_UNTIL), joint)


def _draw_marks(canvas: Canvas, rng: np.random.Generator, street: Street) -> None:
    """Paint the centre line, worn side lines and the zebra crossing; all of it is road."""
    paint = vary(rng, (205, 205, 200), 30)
    left, right = -street.kerbs[0], street.kerbs[1]
    middle = (left + right) / 2 + rng.uniform(-0.3, 0.3)
    dash, period = rng.uniform(1.5, 4), rng.uniform(5, 9)
    starts = np.arange(rng.uniform(0, 5), 80, period)
    if rng.random() < 0.8:
        canvas.face([on_ground(middle - 0.07, middle + 0.07, z, z + dash) for z in starts], paint)
    if rng.random() < 0.4:
        for x in (left + 0.35, right - 0.35):
            draw_lane(canvas, (x - 0.06, x + 0.06), 120, shade(paint, 0.9))
    if street.crossing is not None:
        near = street.crossing
        stripes = np.arange(left + 0.3, right - 0.6, 1.0)
        canvas.face([on_ground(x, x + 0.5, near, near + 3) for x in stripes], paint)
