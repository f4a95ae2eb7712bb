"""A pinhole camera over flat ground, and a canvas that paints image and label in one stroke.

World coordinates are metres: X right, Y up from the ground, Z forward from the camera.
Everything is painted at ``SUPERSAMPLING`` times the final size. The image is averaged down and
therefore anti-aliased; the label is picked, never averaged, so it holds class indices only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import cv2
import numpy as np

Colour = Sequence[float]  # red, green, blue in 0..255

SUPERSAMPLING = 2
NEAREST_DEPTH = 0.5  # metres; closer points are moved here, else their projection explodes
CIRCLE_CORNERS = 16
_SUBPIXEL_BITS = 3
_ANGLES = np.linspace(0, 2 * np.pi, CIRCLE_CORNERS, endpoint=False)
_UNIT_CIRCLE = np.stack([np.cos(_ANGLES), np.sin(_ANGLES), 0 * _ANGLES], axis=-1)


@dataclass(frozen=True)
class Camera:
    """Where the camera looks.

    Attributes:
        horizon: row of the horizon, as a share of the image height.
        vanishing: column in which the street vanishes, as a share of the image width.
        focal: focal length, as a share of the image width.
        height: metres above the ground.
    """

    horizon: float
    vanishing: float
    focal: float
    height: float


class Canvas:
    """Image and label of one scene.

    Args:
        size: (H, W) of the final image, in pixels.
        camera: the projection of everything that is painted.
        haze: colour into which distant things fade.
        haze_depth: metres after which about two thirds of a colour have faded.
    """

    def __init__(self, size: tuple[int, int], camera: Camera, haze: Colour, haze_depth: float):
        self.rows, self.columns = (side * SUPERSAMPLING for side in size)
        self.camera = camera
        self.haze = tuple(float(channel) for channel in haze)
        self.haze_depth = haze_depth
        self.image = np.zeros((self.rows, self.columns, 3), np.uint8)
        self.label = np.zeros((self.rows, self.columns), np.uint8)

    @property
    def horizon(self) -> int:
        """First row of the canvas below the horizon."""
        return round(self.rows * self.camera.horizon)

    def outline(self, points: np.ndarray) -> np.ndarray:
        """Project world points (..., 3) to opencv's fixed-point coordinates (..., 2), int32."""
        unit = 1 << _SUBPIXEL_BITS
        centre_x = self.columns * self.camera.vanishing - 0.5  # a pixel's index is its centre
        centre_y = self.rows * self.camera.horizon - 0.5
        scale = self.columns * self.camera.focal / np.maximum(points[..., 2], NEAREST_DEPTH)
        outline = np.empty((*points.shape[:-1], 2))
        outline[..., 0] = centre_x + scale * points[..., 0]
        outline[..., 1] = centre_y + scale * (self.camera.height - points[..., 1])
        outline *= unit
        return np.rint(outline, out=outline).astype(np.int32)

    def fill(
        self, outlines: np.ndarray, colour: Colour, depth: float, label: int | None = None
    ) -> None:
        """Fill polygons that do not overlap one another.

        Args:
            outlines: (M, N, 2), from ``outline``.
            colour: before haze.
            depth: metres, for the haze.
            label: class index; None paints only the image (a texture on something labelled).
        """
        polygons = list(outlines)
        colour = self._in_haze(colour, depth)
        cv2.fillPoly(self.image, polygons, colour, cv2.LINE_8, _SUBPIXEL_BITS)
        if label is not None:
            cv2.fillPoly(self.label, polygons, int(label), cv2.LINE_8, _SUBPIXEL_BITS)

    def face(self, corners: Sequence, colour: Colour, label: int | None = None) -> None:
        """Fill one planar polygon (N, 3), or several (M, N, 3) without overlap, in metres."""
        corners = np.asarray(corners, dtype=float)
        if corners.ndim == 2:
            corners = corners[None]
        depths = corners[..., 2]
        self.fill(self.outline(corners), colour, depths.sum() / depths.size, label)

    def fill_mask(self, mask: np.ndarray, corners: np.ndarray) -> None:
        """Set ``mask``, (rows, columns) uint8, to 255 inside of a polygon (N, 3) in metres."""
        cv2.fillPoly(mask, [self.outline(corners)], 255, cv2.LINE_8, _SUBPIXEL_BITS)

    def blob(self, centre: Sequence, radii: Sequence, colour: Colour, label: int | None = None):
        """Fill an upright ellipse of ``radii`` (across, up) metres that faces the camera."""
        outline = self.outline(upright_ellipse(centre, radii)[None])
        self.fill(outline, colour, centre[2], label)

    def stick(
        self,
        path: Sequence,
        width: float,
        colour: Colour,
        label: int | None = None,
        *,
        closed: bool = False,
    ) -> None:
        """Draw a line (N, 3) of ``width`` metres, at least one pixel of the final image wide."""
        path = np.asarray(path, dtype=float)
        depth = max(path[0, 2], NEAREST_DEPTH)
        pixels = width * self.columns * self.camera.focal / depth
        options = dict(thickness=max(SUPERSAMPLING, round(pixels)), shift=_SUBPIXEL_BITS)
        corners = [self.outline(path)]
        cv2.polylines(self.image, corners, closed, self._in_haze(colour, depth), **options)
        if label is not None:
            cv2.polylines(self.label, corners, closed, int(label), **options)

    def finish(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the image (H, W, 3) as uint8 RGB and the label (H, W) as uint8."""
        size = self.columns // SUPERSAMPLING, self.rows // SUPERSAMPLING
        image = cv2.resize(self.image, size, interpolation=cv2.INTER_AREA)
        label = self.label[::SUPERSAMPLING, ::SUPERSAMPLING]
        return image, np.ascontiguousarray(label)

    def _in_haze(self, colour: Colour, depth: float) -> tuple[float, ...]:
        clear = exp(-depth / self.haze_depth)  # opencv rounds, and clips to 0..255
        return tuple([clear * c + (1 - clear) * h for c, h in zip(colour, self.haze, strict=True)])


def upright_ellipse(centre: Sequence, radii: Sequence) -> np.ndarray:
    """Corners (CIRCLE_CORNERS, 3) of an ellipse that faces the camera, in metres."""
    return _UNIT_CIRCLE * (*radii, 0.0) + centre


def shade(colour: Colour, factor: float) -> tuple[float, ...]:
    """Scale a colour's brightness; what exceeds 255 is cut off when painted."""
    return tuple([factor * channel for channel in colour])


def vary(rng: np.random.Generator, colour: Colour, spread: float) -> tuple[float, ...]:
    """Shift a colour's brightness and, half as much, each of its channels at random."""
    common, *own = (rng.random(4) - 0.5).tolist()
    return tuple(
        min(max(channel + spread * (2 * common + shift), 0.0), 255.0)
        for channel, shift in zip(colour, own, strict=True)
    )


def pick(rng: np.random.Generator, choices: Sequence):
    """Draw one of ``choices``."""
    return choices[int(rng.random() * len(choices))]
