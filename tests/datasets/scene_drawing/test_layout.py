import numpy as np
import pytest

from mmseg_scr.datasets.scene_drawing.canvas import Camera
from mmseg_scr.datasets.scene_drawing.cars import draw_car
from mmseg_scr.datasets.scene_drawing.layout import CAR_LENGTH, CAR_WIDTH, Layout
from mmseg_scr.datasets.scene_drawing.people import draw_person, draw_rider
from mmseg_scr.datasets.scene_drawing.street import Street

CAMERA = Camera(horizon=0.4, vanishing=0.4, focal=0.5, height=1.8)


@pytest.fixture(scope='module')
def placed():
    """(function, x, z, street) of everything on forty streets."""
    found = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        street = Street.sample(rng)
        for _, draw in Layout(rng, street, CAMERA).things:
            found.append((draw.func, draw.keywords['x'], draw.keywords['z'], street))
    return found


def test_people_walk_on_the_sidewalk_or_cross_at_the_zebra(placed):
    people = [(x, z, street) for draw, x, z, street in placed if draw is draw_person]
    assert len(people) > 40
    for x, z, street in people:
        side = int(x > 0)
        on_walk = street.kerbs[side] < abs(x) < street.kerbs[side] + street.walks[side]
        assert on_walk or z == street.crossing + 1.5


def test_most_riders_are_on_the_road(placed):
    riders = [
        abs(x) < street.kerbs[int(x > 0)] for draw, x, _, street in placed if draw is draw_rider
    ]
    assert 0.7 < np.mean(riders) < 1


def test_no_two_vehicles_touch(placed):
    vehicles = [(x, z, id(s)) for draw, x, z, s in placed if draw in (draw_car, draw_rider)]
    for number, (x, z, street) in enumerate(vehicles):
        for other_x, other_z, other_street in vehicles[:number]:
            if street == other_street:
                assert abs(x - other_x) >= CAR_WIDTH or abs(z - other_z) >= CAR_LENGTH


def test_everything_is_inside_the_picture(placed):
    columns = [CAMERA.vanishing + CAMERA.focal * x / z for _, x, z, _ in placed]
    assert min(columns) > 0
    assert max(columns) < 1
