import pytest
import torch
from builders.tiny_models import tiny_config
from mmengine.config import ConfigDict
from mmseg.registry import MODELS

from mmseg_scr.prediction.windows import GIB, WindowChoice

LARGE = torch.zeros(3, 1, 1).expand(3, 2000, 3000)
SMALL = torch.zeros(3, 64, 64)


def build_model(**test_cfg):
    config = tiny_config(**test_cfg)
    model = MODELS.build(config.model).eval()
    model.cfg = config
    return model


def build(mode='auto', *, free=None):
    return WindowChoice(build_model(), mode, free=lambda device: free)


def choose(windows, inputs=LARGE):
    return windows.choose(inputs, tuple(inputs.shape[1:]))


def test_a_config_of_whole_pictures_is_followed_where_memory_suffices():
    choice = choose(build(free=100 * GIB))
    assert choice.test_cfg.mode == 'whole'
    assert choice.message == 'whole pictures, as the config says'


def test_unknown_memory_follows_the_config():
    assert choose(build(free=None)).test_cfg.mode == 'whole'


def test_windows_slide_where_the_whole_does_not_fit_and_the_message_has_the_numbers():
    choice = choose(build(free=0.9 * GIB))
    assert choice.test_cfg.mode == 'slide'
    assert choice.test_cfg.crop_size == (512, 512)
    assert choice.test_cfg.stride == (342, 342)
    assert '3000x2000 pixels do not fit whole: it needs about' in choice.message
    assert '0.7 GiB are free' in choice.message
    assert choice.message.startswith('windows of 512x512')


def test_windows_shrink_to_what_memory_allows_and_nothing_fits_in_none():
    side = torch.zeros(3, 1, 1).expand(3, 300, 300)
    with pytest.raises(ValueError, match='300x300 pixels need more memory than there is'):
        choose(build(free=1000), side)


def test_small_pictures_are_not_measured():
    windows = build(free=1)
    assert choose(windows, SMALL).test_cfg.mode == 'whole'


def test_a_config_that_slides_is_followed_with_its_own_numbers():
    slides = build_model(mode='slide', crop_size=(48, 96), stride=(32, 64))
    choice = choose(WindowChoice(slides, free=lambda device: 1))
    assert choice.test_cfg.crop_size == (48, 96)
    assert choice.message == 'windows of 96x48, 64 and 32 apart; as the config says'


def test_the_mode_that_was_asked_for_wins():
    assert choose(build('slide'), SMALL).message.endswith('as asked')
    slides = build_model(mode='slide', crop_size=(48, 96), stride=(32, 64))
    assert choose(WindowChoice(slides, 'whole')).test_cfg.mode == 'whole'


def test_windows_have_the_size_of_the_training_crops():
    model = build_model()
    model.cfg.crop_size = (96, 128)
    assert choose(WindowChoice(model, 'slide')).test_cfg.crop_size == (96, 128)


def test_when_memory_ran_out_pictures_of_that_size_slide():
    windows = build(free=None)
    assert windows.ran_out(LARGE)
    assert not windows.ran_out(LARGE)
    choice = choose(windows)
    assert choice.test_cfg.mode == 'slide'
    assert 'memory ran out' in choice.message
    assert choose(windows, SMALL).test_cfg.mode == 'whole'


def test_a_model_without_a_mode_stays_as_it_is():
    model = torch.nn.Linear(1, 1)
    assert WindowChoice(model, 'slide').choose(SMALL, (64, 64)).test_cfg is None


def test_another_mode_is_refused():
    with pytest.raises(ValueError, match="got 'half'"):
        WindowChoice(torch.nn.Linear(1, 1), 'half')


def test_the_models_own_options_stay():
    model = build_model()
    model.test_cfg = ConfigDict(mode='whole', other=3)
    assert choose(WindowChoice(model, 'slide'), SMALL).test_cfg.other == 3
