import numpy as np
import pytest
from builders.figures import NARROW, WIDE, fits

from mmseg_scr.visualization import draw_feature_maps
from mmseg_scr.visualization.feature_maps import channel_norm, principal_component

IMAGE = np.zeros((32, 64, 3), np.uint8)


def steps(seed=0):
    random = np.random.default_rng(seed)
    shapes = (6, 4, 8), (6, 8, 16), (6, 8, 16)
    return {'to stride 4': tuple(random.normal(size=shape) for shape in shapes)}


def test_the_component_is_the_direction_in_which_the_maps_vary():
    direction = np.array([0.6, 0.0, 0.8])
    pattern = np.random.default_rng(0).normal(size=(2, 5, 7))
    maps = [direction[:, None, None] * p for p in pattern]
    pictures, meaning = principal_component(maps)
    np.testing.assert_allclose(pictures, pattern - pattern.mean())
    assert '100 % of the variance' in meaning


def test_equal_maps_give_equal_pictures_whatever_the_other_is():
    """One direction and one origin for all maps."""
    random = np.random.default_rng(1)
    same, other = random.normal(size=(2, 4, 3, 3))
    pictures, _ = principal_component([same, other, same])
    assert np.array_equal(pictures[0], pictures[2])


def test_the_norm_is_over_the_channels():
    (picture,), meaning = channel_norm([np.array([[[3.0]], [[4.0]]])])
    assert picture.tolist() == [[5.0]]
    assert meaning == 'norm over the channels'


def test_before_and_after_share_a_scale_and_a_reduction_that_is_named():
    figure = draw_feature_maps(IMAGE, steps(), reduction='norm')
    before, after = (axis.images[0] for axis in figure.axes[1:3])
    assert before.get_clim() == after.get_clim()
    assert before.get_array().shape == after.get_array().shape == (8, 16)
    assert figure.axes[0].texts[0].get_text() == 'norm over the channels'
    _, aligned, _ = steps()['to stride 4']
    np.testing.assert_allclose(after.get_array(), np.linalg.norm(aligned, axis=0))


def test_a_row_an_alignment():
    many = {name: steps()['to stride 4'] for name in ('to stride 16', 'to stride 8')}
    figure = draw_feature_maps(IMAGE, many)
    assert [figure.axes[i].get_ylabel() for i in (0, 4)] == [*many]


@pytest.mark.parametrize('width', [NARROW, WIDE])
def test_it_stays_on_the_page(width):
    assert fits(draw_feature_maps(IMAGE, steps(), width=width))


def test_no_step_and_another_reduction_are_refused():
    with pytest.raises(ValueError, match='need a step'):
        draw_feature_maps(IMAGE, {})
    with pytest.raises(ValueError, match=r"\['component', 'norm'\].*'mean'"):
        draw_feature_maps(IMAGE, steps(), reduction='mean')
