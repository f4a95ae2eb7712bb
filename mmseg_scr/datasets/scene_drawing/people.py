"""Pedestrians and cyclists: the same body, and only what is beneath it tells them apart."""

from dataclasses import dataclass

import numpy as np

from mmseg_scr.datasets.scene_drawing.canvas import (
    Canvas,
    Colour,
    pick,
    shade,
    upright_ellipse,
    vary,
)
from mmseg_scr.datasets.scene_drawing.scene_class import SceneClass

CLOTHES = (
    (38, 40, 48), (60, 70, 98), (122, 38, 40), (170, 168, 160), (84, 96, 70),
    (196, 170, 60), (52, 98, 130), (108, 84, 66), (206, 202, 198), (128, 128, 130),
)  # fmt: skip
SKIN = ((224, 182, 152), (188, 140, 108), (132, 94, 70), (92, 64, 50))
HAIR = ((38, 30, 26), (92, 66, 42), (168, 138, 88), (150, 150, 150), (190, 60, 50))
WHEEL_RADIUS = 0.34
WHEELBASE = 1.05
TYRE = 0.05
NARROWEST = 0.22  # a bicycle seen from behind, relative to one seen from the side


@dataclass(frozen=True)
class Looks:
    """Colours of one person."""

    top: Colour
    legs: Colour
    skin: Colour
    hair: Colour

    @classmethod
    def sample(cls, rng: np.random.Generator) -> 'Looks':
        """Draw one person's colours."""
        top, legs = (vary(rng, pick(rng, CLOTHES), 20) for _ in range(2))
        return cls(top, legs, vary(rng, pick(rng, SKIN), 10), vary(rng, pick(rng, HAIR), 10))


def draw_person(canvas: Canvas, rng: np.random.Generator, x: float, z: float) -> None:
    """Draw a pedestrian who stands or walks at (x, z)."""
    looks, label = Looks.sample(rng), SceneClass.PERSON
    height = rng.uniform(1.45, 1.92)
    stride, swing = rng.uniform(0.0, 0.2), rng.uniform(-0.12, 0.12)
    hip, shoulder = 0.5 * height, 0.82 * height
    for foot in (-1, 1):
        leg = [(x + 0.07 * foot, hip, z), (x + (0.08 + stride) * foot + swing / 2, 0.03, z)]
        canvas.stick(leg, 0.15, looks.legs, label)
    hem = hip - rng.uniform(0.02, 0.3) * (rng.random() < 0.4)
    torso = [
        (x - 0.17, hem, z),
        (x + 0.17, hem, z),
        (x + 0.22, shoulder, z),
        (x - 0.22, shoulder, z),
    ]
    canvas.face(torso, looks.top, label)
    for arm in (-1, 1):
        hand = (x + arm * 0.27 + swing, 0.47 * height, z)
        canvas.stick(
            [(x + arm * 0.22, shoulder - 0.05, z), hand], 0.1, shade(looks.top, 0.85), label
        )
    _draw_head(canvas, rng, (x, 0.92 * height, z), looks, label)


def draw_rider(canvas: Canvas, rng: np.random.Generator, x: float, z: float) -> None:
    """Draw a cyclist at (x, z), seen from anywhere between behind and the side."""
    looks, label = Looks.sample(rng), SceneClass.RIDER
    turn = pick(rng, (-1, 1)) * rng.uniform(NARROWEST, 1)

    def at(along: float, up: float) -> tuple[float, float, float]:
        """World point on the bicycle, ``along`` metres ahead of its middle."""
        return (x + along * turn, up, z)

    _draw_bicycle(canvas, vary(rng, pick(rng, CLOTHES), 25), at, abs(turn))
    hip, shoulder, grip = at(-0.2, 0.98), at(0.14, 1.48), at(0.42, 1.08)
    side = 0.16 * (1 - abs(turn))  # the two legs and arms part only when seen from behind
    for half in (-1, 1):
        knee = at(0.2 + 0.06 * half, 0.68 + 0.12 * half)
        pedal = at(-0.02 + 0.14 * half, 0.28 + 0.14 * half)
        leg = np.array([hip, knee, pedal]) + np.array([half * side, 0, 0])
        canvas.stick(leg, 0.14, looks.legs, label)
    canvas.stick([hip, shoulder], 0.34 - 0.08 * abs(turn), looks.top, label)
    for half in (-1, 1):
        arm = np.array([shoulder, grip]) + np.array([half * 1.3 * side, 0, 0])
        canvas.stick(arm, 0.09, shade(looks.top, 0.85), label)
    _draw_head(canvas, rng, at(0.24, 1.7), looks, label)


def _draw_bicycle(canvas: Canvas, frame: Colour, at, turn: float) -> None:
    """Draw two rings and a diamond; one sees through all of them, in the label too."""
    label = SceneClass.RIDER
    for hub in (-WHEELBASE / 2, WHEELBASE / 2):
        rim = upright_ellipse(at(hub, WHEEL_RADIUS), (WHEEL_RADIUS * turn, WHEEL_RADIUS))
        canvas.stick(rim, TYRE, (30, 30, 32), label, closed=True)
    rear, front = at(-WHEELBASE / 2, WHEEL_RADIUS), at(WHEELBASE / 2, WHEEL_RADIUS)
    saddle, crank, head = at(-0.22, 0.92), at(-0.02, 0.3), at(0.36, 0.9)
    canvas.stick([rear, saddle, crank, rear], TYRE, frame, label)
    canvas.stick([crank, head, saddle], TYRE, frame, label)
    canvas.stick([front, head, at(0.42, 1.08)], TYRE, frame, label)


def _draw_head(canvas: Canvas, rng, centre: tuple, looks: Looks, label: SceneClass) -> None:
    """Draw a head whose face shows or not, as the person looks at us or away."""
    x, y, z = centre
    canvas.stick([(x, y - 0.2, z), (x, y, z)], 0.1, looks.skin, label)
    canvas.blob((x, y, z), (0.11, 0.14), looks.hair, label)
    face = rng.uniform(-0.03, 0.03)
    if rng.random() < 0.6:
        canvas.blob((x + face, y - 0.03, z), (0.075, 0.1), looks.skin)
