"""Cars: a side view extruded to a body, turned and drawn face by face from far to near."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise

import numpy as np

from mmseg_scr.datasets.scene_drawing.canvas import (
    CIRCLE_CORNERS,
    Canvas,
    Colour,
    pick,
    shade,
    upright_ellipse,
    vary,
)
from mmseg_scr.datasets.scene_drawing.scene_class import SceneClass

PAINTS = (
    (196, 198, 200), (40, 42, 46), (120, 124, 128), (150, 30, 34), (36, 62, 120),
    (222, 222, 220), (86, 92, 84), (150, 120, 80), (60, 96, 110), (100, 100, 102),
)  # fmt: skip
GLASS, TYRE, HUB, PLATE = (52, 60, 68), (26, 26, 28), (130, 130, 132), (214, 212, 196)
HEADLIGHT, TAILLIGHT = (236, 232, 214), (176, 24, 24)
WHEEL_RADIUS = 0.33
HALF_WIDTH = 0.88


@dataclass(frozen=True)
class Shape:
    """Side view of a car that looks to the right, in metres (along, up).

    Attributes:
        profile: corners from the rear bumper's foot over the roof to the front bumper's foot.
        glass: which edges of the profile, each from one corner to the next, are windows.
        side_window: corners of the window in the side.
        axle: distance of either axle from the middle.
    """

    profile: tuple[tuple[float, float], ...]
    glass: tuple[int, ...]
    side_window: tuple[tuple[float, float], ...]
    axle: float


SEDAN = Shape(
    ((-2.2, 0.28), (-2.22, 0.92), (-1.55, 0.98), (-0.95, 1.42), (0.3, 1.44), (1.05, 0.98),
     (2.1, 0.8), (2.2, 0.28)),
    (2, 4), ((-1.35, 1.0), (-0.85, 1.36), (0.25, 1.38), (0.85, 1.0)), 1.35,
)  # fmt: skip
HATCHBACK = Shape(
    ((-1.9, 0.28), (-1.95, 0.95), (-1.6, 1.48), (0.2, 1.5), (0.95, 1.0), (1.8, 0.82), (1.9, 0.28)),
    (1, 3), ((-1.6, 1.02), (-1.4, 1.4), (0.15, 1.42), (0.75, 1.02)), 1.2,
)  # fmt: skip
VAN = Shape(
    ((-2.4, 0.32), (-2.42, 1.15), (-2.35, 2.05), (1.1, 2.05), (1.8, 1.15), (2.35, 0.98),
     (2.4, 0.32)),
    (1, 3), ((0.1, 1.2), (0.1, 1.85), (1.0, 1.85), (1.5, 1.2)), 1.5,
)  # fmt: skip
SHAPES = (SEDAN, HATCHBACK, HATCHBACK, SEDAN, VAN)


def draw_car(
    canvas: Canvas, rng: np.random.Generator, x: float, z: float, *, heading: float
) -> None:
    """Draw a car at (x, z).

    Args:
        canvas: what to draw on.
        rng: source of its make and colour.
        x: of its middle, in metres.
        z: of its middle, in metres.
        heading: radians clockwise from driving away from the camera.
    """
    body, paint = _build(pick(rng, SHAPES)), vary(rng, pick(rng, PAINTS), 16)
    sine, cosine = np.sin(heading), np.cos(heading)
    axes = np.array([(sine, 0, cosine), (0, 1, 0), (cosine, 0, -sine)])  # along, up, across
    corners = body.corners @ axes + (x, 0, z)
    distances = np.hypot(*corners.mean(axis=1)[:, [0, 2]].T).tolist()

    def distance(side: range) -> float:
        return distances[side[0]]

    # Of two opposite sides only the nearer shows; what shows is drawn from far to near.
    nearer = min(body.flanks, key=distance), min(body.bumpers, key=distance)
    visible = sorted((*nearer, *body.panels), key=distance, reverse=True)
    outlines = canvas.outline(corners)
    for face in chain(*body.underside, *visible):
        material = body.materials[face]
        colour = shade(paint, material) if isinstance(material, float) else material
        canvas.fill(outlines[face : face + 1], colour, z, SceneClass.CAR)


@dataclass(frozen=True)
class _Body:
    """The faces of one shape in its own coordinates; a side is a range of them.

    Attributes:
        corners: (F, CIRCLE_CORNERS, 3) along, up and across, in metres.
        materials: colour of each face; a number is a shade of the car's paint.
        underside: dark faces under the body.
        flanks: left and right.
        bumpers: rear and front.
        panels: what lies between the bumpers: boot, windows, roof, bonnet.
    """

    corners: np.ndarray
    materials: list[float | Colour]
    underside: list[range]
    flanks: list[range]
    bumpers: list[range]
    panels: list[range]


@cache
def _build(shape: Shape) -> _Body:
    """Extrude a side view."""
    edges = [np.array(edge) for edge in pairwise(shape.profile)]
    groups = dict(
        underside=[_skirt(shape, across) for across in (0.05 - HALF_WIDTH, HALF_WIDTH - 0.05)],
        flanks=[_flank(shape, across) for across in (-HALF_WIDTH, HALF_WIDTH)],
        bumpers=[_bumper(edges[0], TAILLIGHT), _bumper(edges[-1][::-1], HEADLIGHT)],
        panels=[_panel(edges[n], n in shape.glass) for n in range(1, len(edges) - 1)],
    )
    faces, numbers = [], {name: [] for name in groups}
    for name, sides in groups.items():
        for side in sides:
            numbers[name].append(range(len(faces), len(faces) + len(side)))
            faces += side
    # One array for all faces: the last corner of the shorter ones is repeated.
    corners = [np.pad(c, ((0, CIRCLE_CORNERS - len(c)), (0, 0)), 'edge') for c, _ in faces]
    return _Body(np.stack(corners), [material for _, material in faces], **numbers)


def _skirt(shape: Shape, across: float) -> list[tuple]:
    """(corners, material) of the dark space under the body."""
    rear, front = shape.profile[0][0], shape.profile[-1][0]
    return [(_flat([(rear, 0.2), (rear, 0.5), (front, 0.5), (front, 0.2)], across), TYRE)]


def _flank(shape: Shape, across: float) -> list[tuple]:
    """(corners, material) of what is seen from one side: body, window, two wheels."""
    faces = [(_flat(shape.profile, across), 0.86), (_flat(shape.side_window, across), GLASS)]
    for axle in (-shape.axle, shape.axle):
        for radius, material in ((WHEEL_RADIUS, TYRE), (WHEEL_RADIUS / 2, HUB)):
            circle = upright_ellipse((axle, WHEEL_RADIUS, 0), (radius, radius))
            faces.append((_flat(circle[:, :2], across), material))
    return faces


def _bumper(edge: np.ndarray, lamp: Colour) -> list[tuple]:
    """(corners, material) of what is seen from behind or in front; ``edge`` begins at its foot."""
    tyre = np.array([(edge[0, 0], 0.0), (edge[0, 0], 0.3)])
    return [
        (_band(edge, (0, 1), (-1, 1)), 1.0),
        *((_band(tyre, (0, 1), sides), TYRE) for sides in ((-1, -0.72), (0.72, 1))),
        *((_band(edge, (0.55, 0.9), sides), lamp) for sides in ((-0.95, -0.6), (0.6, 0.95))),
        (_band(edge, (0.35, 0.55), (-0.28, 0.28)), PLATE),
    ]


def _panel(edge: np.ndarray, glass: bool) -> list[tuple]:
    """(corners, material) of what runs across the car, with a window in it or not."""
    window = [(_band(edge, (0.1, 0.9), (-0.85, 0.85)), GLASS)] if glass else []
    return [(_band(edge, (0, 1), (-1, 1)), 1.12), *window]


def _flat(along_up: Sequence, across: float) -> np.ndarray:
    """Corners (N, 3) of side-view points (N, 2), ``across`` metres right of the middle."""
    return np.pad(np.asarray(along_up, dtype=float), ((0, 0), (0, 1)), constant_values=across)


def _band(edge: np.ndarray, rows: tuple, sides: tuple) -> np.ndarray:
    """Corners (4, 3) of a part of what runs across the car.

    Args:
        edge: (2, 2), two neighbours of the profile.
        rows: from where to where along that edge, 0..1.
        sides: from where to where across, -1..1.
    """
    low, high = edge[0] + np.array(rows)[:, None] * (edge[1] - edge[0])
    left, right = (side * HALF_WIDTH for side in sides)
    return np.concatenate([_flat([low, high], left), _flat([high, low], right)])
