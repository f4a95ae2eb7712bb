"""Decides what stands between the house fronts, and where."""

from collections.abc import Callable
from functools import partial

import numpy as np

from mmseg_scr.datasets.scene_drawing.canvas import Camera
from mmseg_scr.datasets.scene_drawing.cars import draw_car
from mmseg_scr.datasets.scene_drawing.people import draw_person, draw_rider
from mmseg_scr.datasets.scene_drawing.plants import draw_tree
from mmseg_scr.datasets.scene_drawing.posts import draw_bollard, draw_lamp, draw_sign
from mmseg_scr.datasets.scene_drawing.street import Street

SIDES = ((0, -1), (1, 1))  # (index in Street, sign of x)
CAR_LENGTH, CAR_WIDTH = 5.0, 2.2  # metres of road that a car keeps for itself
PEOPLE = (0.08, 0.22, 0.25, 0.2, 0.15, 0.1)  # chance of 0, 1, ... pedestrians
RIDERS = (0.28, 0.4, 0.22, 0.1)
MOST_CARS = 7


class Layout:
    """Things that stand on a street, each with a place of its own.

    Attributes:
        things: (depth by which to sort, ``draw(canvas, rng)``).
        feet: what each covers of the ground: (x, z, half width, half length), in metres.
    """

    def __init__(self, rng: np.random.Generator, street: Street, camera: Camera):
        self.things: list[tuple[float, Callable]] = []
        self.feet: list[tuple[float, float, float, float]] = []
        self._on_road: list[tuple[float, float]] = []
        self._rng, self._street, self._camera = rng, street, camera
        self._place_posts()
        self._place_riders()
        self._place_cars()
        self._place_people()

    def _place(self, draw: Callable, x: float, z: float, foot: tuple, **options) -> None:
        # A long thing hides what stands beside it, so its near end counts.
        self.things.append((z - (foot[1] - foot[0]), partial(draw, x=x, z=z, **options)))
        self.feet.append((x, z, *foot))

    def _place_posts(self) -> None:
        """Stand lamps, signs, bollards and trees along either kerb."""
        rng = self._rng
        for side, sign in SIDES:
            x = sign * (self._street.kerbs[side] + 0.45)
            for _ in range(int(rng.integers(0, 3))):
                self._place(draw_lamp, x, self._depth(x, 5, 50), (0.2, 0.2))
            for _ in range(int(rng.integers(0, 3))):
                self._place(draw_sign, x, self._depth(x, 5, 22), (0.3, 0.3))
            if rng.random() < 0.25:
                start, spacing = self._depth(x, 5, 15), rng.uniform(1.5, 3)
                for step in range(int(rng.integers(3, 8))):
                    self._place(draw_bollard, x, start + step * spacing, (0.15, 0.15))
            if rng.random() < 0.3:
                height, spacing = rng.uniform(4, 8), rng.uniform(7, 14)
                for z in np.arange(self._depth(x, 7, 20), 60, spacing).tolist():
                    tall = height * rng.uniform(0.8, 1.2)
                    self._place(draw_tree, x, z, (0.3 * tall, 0.3 * tall), height=tall)

    def _place_riders(self) -> None:
        """Put cyclists near a kerb; few on the sidewalk, so that the place alone does not tell."""
        rng = self._rng
        for _ in range(int(rng.choice(len(RIDERS), p=RIDERS))):
            side, sign = SIDES[int(rng.integers(2))]
            x = sign * (self._street.kerbs[side] - rng.uniform(0.5, 2.0))
            if rng.random() < 0.12:
                x = sign * (self._street.kerbs[side] + 0.5 * self._street.walks[side])
            z = self._depth(x, 4.5, 24)
            if self._take(x, z):
                self._place(draw_rider, x, z, (0.5, 0.5))

    def _place_cars(self) -> None:
        """Put cars into either lane or park them at the kerb; some are turning."""
        rng = self._rng
        left, right = -self._street.kerbs[0], self._street.kerbs[1]
        for _ in range(int(rng.integers(1, MOST_CARS + 1))):
            x, heading = (left / 2, np.pi) if rng.random() < 0.5 else (right / 2, 0.0)
            turn, manner = rng.normal(0, 0.06), rng.random()
            if manner < 0.45:
                x = left + 1.05 if x < 0 else right - 1.05
            elif manner > 0.9:
                turn = rng.uniform(0.7, 2.4)
            z = self._depth(x, 6.8, 40)
            if self._take(x, z):
                self._place(draw_car, x, z, (1.15, 2.4), heading=heading + turn)

    def _place_people(self) -> None:
        """Let people walk on the sidewalks, and a few over the zebra crossing."""
        rng, street = self._rng, self._street
        for _ in range(int(rng.choice(len(PEOPLE), p=PEOPLE))):
            side, sign = SIDES[int(rng.integers(2))]
            x = sign * (street.kerbs[side] + rng.uniform(0.5, 0.95) * street.walks[side])
            z = self._depth(x, 4.5, 26)
            if street.crossing is not None and rng.random() < 0.3:
                x, z = rng.uniform(-street.kerbs[0], street.kerbs[1]), street.crossing + 1.5
            self._place(draw_person, x, z, (0.3, 0.3))

    def _take(self, x: float, z: float) -> bool:
        """Reserve a car's room on the road around (x, z); False if it is taken."""
        for other_x, other_z in self._on_road:
            if abs(x - other_x) < CAR_WIDTH and abs(z - other_z) < CAR_LENGTH:
                return False
        self._on_road.append((x, z))
        return True

    def _depth(self, x: float, nearest: float, farthest: float) -> float:
        """Draw a depth, near ones more often, from which ``x`` is inside the picture."""
        camera = self._camera
        reach = 1 - camera.vanishing if x > 0 else camera.vanishing
        nearest = max(nearest, 1.1 * abs(x) * camera.focal / reach)
        return nearest * (max(farthest, nearest) / nearest) ** self._rng.random()
