"""Where the labels of the points of a picture go, so that one can read them."""

from collections.abc import Sequence

import numpy as np

DIRECTIONS = 16  # around a point, where its label may stand
DISTANCES = (5, 11, 18, 28, 42, 60, 85)  # between a point and the edge of its label
CLEARANCE = 2  # around a label
POINT_SIZE = 10
LEADER = np.linspace(0, 1, 24)[:, None]  # samples of the line from a point to its label
PASSES = 3

# What a place costs: a pixel of the label that is covered or cut off, a sample of a leader that
# runs over a label or point, two leaders that cross, a point nearer than the own one, a pixel of
# distance.
COVERED, CUT_OFF, RUN_OVER, CROSSED, MISTAKEN, DISTANT = 4.0, 4.0, 20.0, 300.0, 40.0, 1.0


def place_labels(points: np.ndarray, sizes: np.ndarray, frame: Sequence[float]) -> np.ndarray:
    """Find each label a place near its point where it covers no other label and no point.

    One label after the other takes the cheapest place that the others leave, a few times over.
    Where there is no room, labels overlap as little as possible.

    Args:
        points: (N, 2), x and y in pixels.
        sizes: (N, 2), width and height of each label in pixels.
        frame: left, bottom, right and top that labels stay inside of.

    Returns:
        (N, 2) centres of the labels.
    """
    points, sizes = (np.asarray(a, float).reshape(-1, 2) for a in (points, sizes))
    sizes = sizes + 2 * CLEARANCE
    centres = np.full_like(points, np.nan)  # nan: not placed yet, takes part in no comparison
    for _ in range(PASSES):
        for i, (point, size) in enumerate(zip(points, sizes, strict=True)):
            places = _places(point, size)
            others = np.arange(len(points)) != i
            cost = _cost_beside(points[others], centres[others], sizes[others], point, places, size)
            boxes = _boxes(places, size)
            cost += CUT_OFF * (size.prod() - _overlap(boxes, np.asarray(frame)))
            cost += DISTANT * np.linalg.norm(places - point, axis=1)
            centres[i] = places[cost.argmin()]
    return centres


def _places(point: np.ndarray, size: np.ndarray) -> np.ndarray:
    angles = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    around = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    steps = np.asarray(DISTANCES)[:, None, None] + size / 2
    return (point + around * steps).reshape(-1, 2)


def _cost_beside(
    points: np.ndarray,
    centres: np.ndarray,
    sizes: np.ndarray,
    point: np.ndarray,
    places: np.ndarray,
    size: np.ndarray,
) -> np.ndarray:
    """(P,) of a label of ``point`` at each of (P, 2) ``places``, beside all others."""
    dots = _boxes(points, np.full_like(points, POINT_SIZE))
    obstacles = np.concatenate([_boxes(centres, sizes), dots])
    boxes = _boxes(places, size)[:, None]
    leaders = points[:, None] + LEADER * (centres - points)[:, None]  # (N, samples, 2)
    own = point + LEADER * (places - point)[:, None]
    return (
        COVERED * _overlap(boxes, obstacles).sum(axis=1)
        + RUN_OVER * _holds(obstacles, own[:, :, None]).sum(axis=(1, 2))
        + RUN_OVER * _holds(boxes, leaders.reshape(-1, 2)).sum(axis=1)
        + CROSSED * _cross(point, places[:, None], points, centres).sum(axis=1)
        + MISTAKEN * (_gap(boxes, points) < _gap(boxes, point)).sum(axis=1)
    )


def _boxes(centres: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    return np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=-1)


def _overlap(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Areas that boxes share, 0 with a nan."""
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    return np.nan_to_num(np.maximum(sides, 0)).prod(axis=-1)


def _gap(boxes: np.ndarray, spots: np.ndarray) -> np.ndarray:
    """Distance of spots from the edges of boxes, 0 inside of them."""
    sides = np.maximum(boxes[..., :2] - spots, spots - boxes[..., 2:])
    return np.linalg.norm(np.maximum(sides, 0), axis=-1)


def _holds(boxes: np.ndarray, spots: np.ndarray) -> np.ndarray:
    return ((boxes[..., :2] < spots) & (spots < boxes[..., 2:])).all(axis=-1)


def _cross(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Whether the lines from a to b and from c to d cross."""
    return (_turn(a, b, c) * _turn(a, b, d) < 0) & (_turn(c, d, a) * _turn(c, d, b) < 0)


def _turn(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    (abx, aby), (acx, acy) = np.moveaxis(b - a, -1, 0), np.moveaxis(c - a, -1, 0)
    return abx * acy - aby * acx
