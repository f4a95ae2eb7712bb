import logging

import numpy as np
import pytest
import torch
from builders.segmentors import plain_segmentor
from builders.tiny_models import CLASSES, PALETTE

from mmseg_scr.acceleration import report
from mmseg_scr.prediction import fast_predictor
from mmseg_scr.prediction.fast_predictor import FastPredictor
from mmseg_scr.prediction.predictor import Predictor


@pytest.fixture
def calls(monkeypatch):
    """Compile with nothing; what was asked for."""
    own, found = fast_predictor.optimize, []

    def optimize(model, size, **options):
        found.append((dict(model.test_cfg), size, options))
        return own(model, size, backend='eager', keep_memory=False, **options)

    monkeypatch.setattr(fast_predictor, 'optimize', optimize)
    return found


def model(**test_cfg):
    built = plain_segmentor(**test_cfg)
    built.dataset_meta = dict(classes=CLASSES, palette=PALETTE)
    return built


def picture(height=64, width=96):
    return np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize('mode', ['whole', 'slide'])
def test_labels_are_those_of_the_model_and_it_is_optimized_once(mode, calls):
    own, fast = Predictor(model(), mode=mode), FastPredictor(model(), mode=mode)
    for shape in [(64, 96), (80, 70)]:
        expected = own(own.prepare(picture(*shape)))
        actual = fast(fast.prepare(picture(*shape)))
        assert len(np.unique(expected.labels)) > 1
        np.testing.assert_array_equal(actual.labels, expected.labels)
    ((test_cfg, size, options),) = calls
    assert test_cfg['mode'] == mode
    assert size == (64, 96)
    assert torch.equal(options['images'][0], own.prepare(picture())['inputs'])


def test_the_mode_of_the_config_stays_on_the_model(calls):
    fast = FastPredictor(model(), mode='slide')
    fast(fast.prepare(picture()))
    assert fast.model.test_cfg.mode == 'whole'


@pytest.fixture
def failing(monkeypatch):
    """Nothing can be optimized; what was said of it, a line an attempt and a line a warning."""
    lines = []

    def fail(*_, **options):
        lines.append('tried')
        raise RuntimeError('the compiler is out of order')

    def tell(text, logger, level=logging.INFO):
        if level == logging.WARNING:
            lines.append(text)

    monkeypatch.setattr(fast_predictor, 'optimize', fail)
    monkeypatch.setattr(report, 'print_log', tell)
    return lines


WARNING = (
    'the model was not optimized and goes on as it is: RuntimeError: the compiler is out of order'
)


def test_a_model_that_cannot_be_optimized_goes_on_as_it_is_after_one_attempt(failing):
    own, fast = Predictor(model()), FastPredictor(model())
    for shape in [(64, 96), (80, 70)]:
        expected = own(own.prepare(picture(*shape)))
        actual = fast(fast.prepare(picture(*shape)))
        np.testing.assert_array_equal(actual.labels, expected.labels)
    assert failing == ['tried', WARNING]


def test_a_picture_that_fails_by_itself_leaves_the_attempt_to_the_next(failing):
    fast = FastPredictor(model())
    bad = fast.prepare(picture()) | dict(inputs=torch.zeros(5, 64, 96, dtype=torch.uint8))
    with pytest.raises(RuntimeError, match='size of tensor'):
        fast(bad)
    assert failing == ['tried']
    fast(fast.prepare(picture()))
    assert failing == ['tried', 'tried', WARNING]


def test_another_precision_is_refused_before_any_picture():
    with pytest.raises(ValueError, match="one of float32, bfloat16, float16, got 'int8'"):
        FastPredictor(model(), precision='int8')
