import numpy as np
import torch

from mmseg_scr.export import SIZES, draw_pictures
from mmseg_scr.export.model import EXAMPLE


def test_usual_sizes_are_odd_portrait_a_batch_and_none_of_them_the_example():
    assert len(SIZES) >= 4
    assert EXAMPLE not in SIZES.values()
    assert any(height % 2 and width % 2 for _, height, width in SIZES.values())
    assert any(height > width for _, height, width in SIZES.values())
    assert 3 in {batch for batch, *_ in SIZES.values()}


def test_scenes_have_their_sizes_and_differ():
    pictures = draw_pictures({'a': (2, 40, 30)})
    assert pictures['a'].shape == (2, 3, 40, 30)
    assert pictures['a'].max() <= 255
    assert not torch.equal(pictures['a'][0], pictures['a'][1])


def test_photograph_is_taken_as_it_is():
    photo = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    pictures = draw_pictures({}, photo)
    assert pictures['photograph'].shape == (1, 3, 4, 5)
    assert pictures['photograph'][0, 2, 3, 4] == photo[3, 4, 2]
