import numpy as np
import pytest
import torch
from builders.segmentors import plain_segmentor

from mmseg_scr.acceleration.inputs import network_size, try_inputs


def test_the_network_gets_what_the_preprocessor_pads():
    model = plain_segmentor()
    assert network_size(model, (64, 96)) == (64, 96)
    assert network_size(model, (60, 97)) == (64, 128)  # to multiples of 32


def test_windows_are_known_from_the_config():
    model = plain_segmentor(mode='slide', crop_size=(48, 64), stride=(32, 32))
    assert network_size(model, None) == (48, 64)
    assert network_size(model, (500, 500)) == (48, 64)


@pytest.mark.parametrize(
    ('size', 'message'),
    [
        (None, 'needs size'),
        ((0, 8), r'got \(0, 8\)'),
        (64, 'two positive integers, got 64'),
        ((3, 64, 96), r'got \(3, 64, 96\)'),
        ((64.0, 96.0), r'got \(64\.0, 96\.0\)'),
    ],
)
def test_without_a_size_nothing_can_be_tried(size, message):
    with pytest.raises(ValueError, match=message):
        network_size(plain_segmentor(), size)


def test_pictures_are_prepared_as_the_model_prepares_them():
    model = plain_segmentor()
    picture = np.full((40, 30, 3), (10, 20, 30), np.uint8)  # blue, green, red
    noise, prepared = try_inputs(model, (64, 96), [picture], batch=2)
    (image,) = prepared
    assert noise[0].shape == image.shape == (2, 3, 64, 96)
    red = (30 - 123.675) / 58.395
    assert image[:, 0].allclose(torch.full((2, 64, 96), red))


def test_arrays_and_tensors_are_the_same_picture():
    picture = np.random.default_rng(0).integers(0, 255, (64, 96, 3), dtype=np.uint8)
    tensor = torch.from_numpy(picture).permute(2, 0, 1)
    _, (one, other) = try_inputs(plain_segmentor(), (64, 96), [picture, tensor], batch=1)
    assert torch.equal(one, other)


def test_an_array_may_be_flipped():
    picture = np.random.default_rng(0).integers(0, 255, (64, 96, 3), dtype=np.uint8)
    flipped = picture[..., ::-1]
    _, (one, other) = try_inputs(plain_segmentor(), (64, 96), [flipped, flipped.copy()], batch=1)
    assert torch.equal(one, other)


@pytest.mark.parametrize('picture', [np.zeros((64, 96, 3)), torch.zeros(3, 64, 96)])
def test_one_picture_in_place_of_several_is_refused(picture):
    with pytest.raises(ValueError, match=r'images must be a list, got one of shape \('):
        try_inputs(plain_segmentor(), (64, 96), picture, batch=1)


def test_the_name_of_a_file_is_refused():
    with pytest.raises(ValueError, match=r"or tensors \(3, h, w\), got 'a\.png'"):
        try_inputs(plain_segmentor(), (64, 96), ['a.png'], batch=1)


OTHERS = [np.zeros((3, 8, 8)), np.zeros((8, 8)), torch.zeros(8, 8, 3), torch.zeros(8, 8)]


@pytest.mark.parametrize('picture', OTHERS)
def test_other_shapes_are_refused(picture):
    with pytest.raises(ValueError, match='images must be'):
        try_inputs(plain_segmentor(), (64, 96), [picture], batch=1)
