from dataclasses import replace

import numpy as np
import pytest
import torch

from mmseg_scr.figures.insides import Look


@pytest.fixture(scope='module')
def look(models):
    return Look(models['ours'], 0)


def test_arrays_of_every_part_cover_the_image(look):
    assert look.image.shape == (64, 96, 3)
    assert [*look.steps()] == ['to stride 16', 'to stride 8', 'to stride 4']
    coarse, aligned, fine = look.steps()['to stride 4']
    assert (coarse.shape, aligned.shape, fine.shape) == ((16, 8, 12), (16, 16, 24), (16, 16, 24))
    finest = look.offsets()['decode_head.aligners.0']
    assert finest['refined'].shape == finest['own'].shape == (2, 16, 24)
    np.testing.assert_allclose(finest['weights'].sum(0), 1, rtol=1e-5)
    (stages,) = look.factors().values()
    assert {name: len(f) for name, f in stages.items()} == {
        f'stage {i}': width for i, width in enumerate((8, 16, 24, 32), start=1)
    }


def test_attention_is_that_of_the_chosen_pixel(look):
    """Of pixels of one cell of the grid the same, of others another; the shared part of all."""
    one, same, other = (
        next(iter(look.attention(pixel).values())) for pixel in ((0, 0), (31, 31), (64, 32))
    )
    assert one['of this pixel'].shape == (2, 3)
    assert one['of this pixel'].sum() == pytest.approx(1)
    assert np.array_equal(one['of this pixel'], same['of this pixel'])
    assert not np.array_equal(one['of this pixel'], other['of this pixel'])
    assert np.array_equal(one['shared by all pixels'], other['shared by all pixels'])


def test_a_model_of_sliding_windows_is_looked_at_as_a_whole_and_left_as_it_was(models):
    network = models['ours'].network
    before = network.test_cfg
    network.test_cfg = type(before)(mode='slide', crop_size=(64, 64), stride=(32, 32))
    try:
        look = Look(models['ours'], 0)
        assert look.steps()['to stride 4'][1].shape == (16, 16, 24)
        assert network.test_cfg.mode == 'slide'
    finally:
        network.test_cfg = before


def test_a_compiled_model_is_looked_through(models):
    compiled = replace(
        models['ours'], network=torch.compile(models['ours'].network, backend='eager')
    )
    assert [*Look(compiled, 0).offsets()][-1] == 'decode_head.aligners.0'


def test_padding_that_the_model_adds_is_grey_in_the_picture(models):
    preprocessor = models['ours'].network.data_preprocessor
    before = preprocessor.test_cfg
    preprocessor.test_cfg = dict(size_divisor=80)
    try:
        look = Look(models['ours'], 0)
        assert look.image.shape == (80, 160, 3)
        assert (look.image[64:] == 128).all()
        assert look.offsets()['decode_head.aligners.0']['refined'].shape == (2, 20, 40)
    finally:
        preprocessor.test_cfg = before
