from dataclasses import replace

import numpy as np
import pytest

from mmseg_scr.datasets.scene_drawing.canvas import Camera, Canvas
from mmseg_scr.datasets.scene_drawing.light import TEXTURE, Light, cast_shadows, expose
from mmseg_scr.datasets.scene_drawing.scene_class import SceneClass
from mmseg_scr.datasets.scene_drawing.street import Street

STREET = Street(kerbs=(4.0, 4.0), walks=(2.0, 2.0), verges=(0.0, 0.0), end=60.0, crossing=None)
PLAIN = replace(
    Light.sample(np.random.default_rng(0)), sun=0.0, gain=np.ones(3), blur=0.1, noise=0.0
)


def shadow(light, feet=()):
    """Ground, white before shadows fall on it, seen by a camera 2 m above."""
    camera = Camera(horizon=0.25, vanishing=0.5, focal=0.5, height=2.0)
    canvas = Canvas((100, 200), camera, haze=(255, 255, 255), haze_depth=100)
    canvas.image[:] = 255
    cast_shadows(canvas, light, STREET, list(feet))
    return canvas.finish()[0][..., 0]


def test_every_class_has_a_texture():
    assert TEXTURE.shape == (len(SceneClass), 2)


def test_leaves_are_rough_and_the_sky_is_smooth():
    image = np.full((64, 128, 3), 128, np.uint8)
    label = np.full((64, 128), SceneClass.SKY, np.uint8)
    label[:, 64:] = SceneClass.VEGETATION
    picture = expose(image, label, PLAIN, np.random.default_rng(0))
    assert picture.mean() == pytest.approx(128, abs=3)
    assert picture[:, 70:].std() > 4 * picture[:, :58].std()


def test_gain_multiplies_each_colour():
    image = np.full((32, 64, 3), 100, np.uint8)
    label = np.full((32, 64), SceneClass.SKY, np.uint8)
    light = replace(PLAIN, gain=np.array([0.5, 1.0, 1.2]))
    picture = expose(image, label, light, np.random.default_rng(0))
    np.testing.assert_allclose(picture.mean(axis=(0, 1)), [50, 100, 120], atol=2)


def test_thing_darkens_the_ground_under_it_only():
    ground = shadow(PLAIN, feet=[(0.0, 4.0, 1.0, 1.0)])
    assert ground[75, 100] < 190  # 4 m away, in the middle
    assert ground[75, 20] == 255
    assert ground[10, 100] == 255


def test_shadow_of_the_houses_falls_on_the_side_of_the_sun():
    ground = shadow(replace(PLAIN, sun=-1.0))
    assert ground[75, 20] < 150
    assert ground[75, 180] == 255


def test_houses_across_from_the_sun_are_brighter():
    light = replace(PLAIN, sun=1.0)
    assert light.brightness(0) > light.brightness(1)


def test_weather_varies():
    rng = np.random.default_rng(0)
    lights = [Light.sample(rng) for _ in range(100)]
    assert 5 < sum(light.dusk for light in lights) < 35
    assert 30 < sum(light.sun != 0 for light in lights) < 70
