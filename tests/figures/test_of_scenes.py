from dataclasses import replace

import pytest

from mmseg_scr.figures import of_scenes
from mmseg_scr.figures.scenes import each_scene


def test_improvements_have_the_models_in_their_order_and_need_labels(models):
    pair = [models['ours'], models['base']]
    scenes = list(each_scene(pair, [0, 1], lambda *_: None, 'test'))
    figure = of_scenes.improvements(scenes, pair[0], width=7)
    titles = [axis.get_title() for axis in figure.axes[:4]]
    assert titles == ['image', 'truth', 'ours', 'base']
    assert len(figure.axes) == 8
    scenes[1] = replace(scenes[1], truth=None)
    with pytest.raises(ValueError, match='has no labels'):
        of_scenes.improvements(scenes, pair[0], width=7)
