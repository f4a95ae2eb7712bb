"""What lies between the scene and its picture: sun, shadows, texture, blur and noise."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from mmseg_scr.datasets.scene_drawing.canvas import Canvas, Colour, upright_ellipse, vary
from mmseg_scr.datasets.scene_drawing.street import Street, on_ground

# Standard deviation, in grey levels, of (mottling, grain); a row for each SceneClass.
TEXTURE = np.array(
    [(4, 5), (5, 6), (5, 5), (2, 2), (2, 2), (18, 16), (2, 1), (4, 4), (4, 4), (3, 2)], np.float32
)
MOTTLING, GRAIN = (40, 80), (120, 240)  # grids of random numbers that are stretched to the image
REFERENCE_HEIGHT = 128  # pixels; blur is given for this height


class Weather(NamedTuple):
    """Mean colours of a sky (overhead, at the horizon, of clouds) and range of the exposure."""

    zenith: Colour
    haze: Colour
    cloud: Colour
    gain: tuple[float, float]


CLEAR = Weather((84, 138, 206), (206, 218, 228), (245, 245, 245), (0.8, 1.2))
OVERCAST = Weather((176, 180, 186), (200, 202, 204), (150, 152, 158), (0.7, 1.05))
DUSK = Weather((70, 84, 130), (198, 160, 140), (170, 120, 120), (0.5, 0.8))
WEATHERS, WEATHER_SHARES = (CLEAR, OVERCAST, DUSK), (0.5, 0.33, 0.17)


@dataclass(frozen=True)
class Light:
    """Weather and camera of one picture.

    Attributes:
        zenith: colour of the sky overhead.
        haze: colour of the sky at the horizon, and of what is far.
        cloud: colour of the clouds.
        haze_depth: metres after which two thirds of a colour have faded.
        sun: -1 (stands on the left) to 1 (on the right); 0 without cast shadows.
        gain: (3,) factor on red, green and blue.
        dusk: whether lamps are on.
        blur: standard deviation, in pixels at ``REFERENCE_HEIGHT``.
        noise: standard deviation of the sensor, in grey levels.
    """

    zenith: Colour
    haze: Colour
    cloud: Colour
    haze_depth: float
    sun: float
    gain: np.ndarray
    dusk: bool
    blur: float
    noise: float

    @classmethod
    def sample(cls, rng: np.random.Generator) -> 'Light':
        """Draw the light: clear, overcast or dusk."""
        weather = WEATHERS[int(rng.choice(len(WEATHERS), p=WEATHER_SHARES))]
        side = 1 if rng.random() < 0.5 else -1
        return cls(
            zenith=vary(rng, weather.zenith, 18),
            haze=vary(rng, weather.haze, 12),
            cloud=weather.cloud,
            haze_depth=rng.uniform(70, 260),
            sun=side * rng.uniform(0.3, 1) if weather is CLEAR else 0.0,
            gain=rng.uniform(*weather.gain) * (1 + rng.uniform(-0.09, 0.09, 3)),
            dusk=weather is DUSK,
            blur=rng.uniform(0.1, 0.75),
            noise=rng.uniform(1, 7),
        )

    def brightness(self, side: int) -> float:
        """Of the house fronts on a side (0 left, 1 right): those across from the sun are lit."""
        return 0.98 - (0.2 if side else -0.2) * self.sun


def cast_shadows(canvas: Canvas, light: Light, street: Street, feet: list[tuple]) -> None:
    """Darken the ground behind the houses' edge and under things; to be called before they stand.

    Args:
        canvas: has only sky and ground so far.
        light: where the sun stands and how hard it is.
        street: its fronts cast the broad shadow.
        feet: (x, z, across, along) of every thing, in metres.
    """
    mask = np.zeros((canvas.rows, canvas.columns), np.uint8)
    shapes = []
    for x, z, across, along in feet:
        flat = upright_ellipse((x - 0.6 * light.sun * across, 0, 0), (across, along))
        shapes.append(np.stack([flat[:, 0], np.zeros(len(flat)), z + flat[:, 1]], axis=1))
    if light.sun:
        side = int(light.sun > 0)
        front = street.facade(side)
        sign = 1 if side else -1
        reach = sign * (front - 7 * abs(light.sun))
        shapes.append(np.array(on_ground(*sorted((sign * front, reach)), 0, street.end)))
    for shape in shapes:
        canvas.fill_mask(mask, shape)
    strength = 0.3 + 0.25 * abs(light.sun)
    mask = cv2.blur(mask, (max(canvas.rows // 64, 1),) * 2)[canvas.horizon :]
    kept = cv2.merge([255 - cv2.convertScaleAbs(mask, alpha=strength)] * 3)
    ground = canvas.image[canvas.horizon :]
    ground[:] = cv2.multiply(ground, kept, scale=1 / 255)


def expose(
    image: np.ndarray, label: np.ndarray, light: Light, rng: np.random.Generator
) -> np.ndarray:
    """Turn flat colours into a photograph.

    Args:
        image: (H, W, 3), uint8 RGB.
        label: (H, W), decides each pixel's texture.
        light: gain, blur and noise.
        rng: source of texture and noise; nothing drawn from it changes the scene.

    Returns:
        (H, W, 3), uint8 RGB.
    """
    rows, columns = label.shape
    mottling, grain = (
        cv2.resize(field, (columns, rows), interpolation=cv2.INTER_CUBIC)
        for field in (rng.standard_normal(grid, np.float32) for grid in (MOTTLING, GRAIN))
    )
    picture = image.astype(np.float32)
    picture += (TEXTURE[:, 0][label] * mottling + TEXTURE[:, 1][label] * grain)[..., None]
    # A larger picture comes from a better camera: its blur grows, but slower than its size.
    picture = cv2.GaussianBlur(picture, (0, 0), light.blur * (rows / REFERENCE_HEIGHT) ** 0.5)
    picture *= light.gain.astype(np.float32) * _falloff(rows, columns, light.sun)
    picture += light.noise * rng.standard_normal((rows, columns, 3), np.float32)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def _falloff(rows: int, columns: int, sun: float) -> np.ndarray:
    """(1, W, 1): the side away from the sun is a little darker."""
    return (1 + 0.12 * sun * np.linspace(-1, 1, columns, dtype=np.float32))[None, :, None]
