import pytest
import torch
from reference import boundary as reference

from mmseg_scr.ops.boundary import boundary_band


def test_a_vertical_border_gets_a_band_of_the_width_on_either_side():
    labels = torch.tensor([[[0, 0, 0, 0, 3, 3, 3, 3]]])
    expected = [[[False, False, True, True, True, True, False, False]]]
    assert boundary_band(labels, 2, 255).tolist() == expected


def test_one_class_and_the_rim_of_the_image_give_no_band():
    assert not boundary_band(torch.full((2, 5, 6), 4), 3, 255).any()


def test_ignored_pixels_neither_make_nor_join_a_border():
    labels = torch.tensor([[[1, 1, 255, 255, 255, 2, 2]]])
    assert not boundary_band(labels, 1, 255).any()
    assert boundary_band(labels, 5, 255).tolist() == [
        [[True, True, False, False, False, True, True]]
    ]


@pytest.mark.parametrize('ignore_index', [255, 0, -1])
@pytest.mark.parametrize('width', [1, 2, 5])
def test_equals_the_search_over_all_pairs(width, ignore_index):
    labels = torch.randint(0, 3, (2, 7, 9)).repeat_interleave(2, dim=2)
    labels[torch.rand(labels.shape) < 0.2] = ignore_index
    expected = reference.boundary_band(labels, width, ignore_index)
    assert torch.equal(boundary_band(labels, width, ignore_index), expected)


@pytest.mark.parametrize(('shape', 'width'), [((1, 4, 4), 0), ((4, 4), 1)])
def test_bad_arguments_are_named(shape, width):
    with pytest.raises(ValueError, match='width at least 1, got labels'):
        boundary_band(torch.zeros(shape, dtype=torch.long), width, 255)
