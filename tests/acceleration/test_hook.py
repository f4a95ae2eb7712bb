from types import SimpleNamespace

import pytest
import torch
from builders.segmentors import plain_segmentor
from mmseg.models import SegTTAModel
from torch import nn

from mmseg_scr.acceleration import OptimizeHook, hook, report

IMAGES = [torch.full((3, 32, 48), i, dtype=torch.uint8) for i in range(10)]


@pytest.fixture
def calls(monkeypatch):
    found = []

    def record(model, size, **options):
        found.append((model, size, options))
        return nn.Identity()

    monkeypatch.setattr(hook, 'optimize', record)
    return found


def runner(model, dataset=None):
    dataset = dataset or [dict(inputs=image) for image in IMAGES]
    return SimpleNamespace(model=model, test_dataloader=SimpleNamespace(dataset=dataset))


def test_the_first_batch_tells_the_size_and_the_data_set_gives_the_images(calls):
    model = plain_segmentor()
    run, made = runner(model), OptimizeHook('bfloat16')
    for index in range(2):
        made.before_test_iter(run, index, dict(inputs=IMAGES[:2]))
    ((given, size, options),) = calls
    assert given is model
    assert size == (32, 48)
    assert (options['batch'], options['precision']) == (2, 'bfloat16')
    assert [int(image[0, 0, 0]) for image in options['images']] == [0, 2, 5, 7]


def test_the_runner_has_its_own_model_back_afterwards(calls):
    model = plain_segmentor()
    run, made = runner(model), OptimizeHook()
    made.before_test_iter(run, 0, dict(inputs=IMAGES[:1]))
    assert isinstance(run.model, nn.Identity)
    made.after_test_epoch(run)
    assert run.model is model


def test_a_run_after_a_test_that_broke_off_begins_with_the_own_model(calls):
    model = plain_segmentor()
    run, made = runner(model), OptimizeHook()
    made.before_run(run)
    made.before_test_iter(run, 0, dict(inputs=IMAGES[:1]))
    made.before_run(run)  # no after_test_epoch: an error ended the test
    assert run.model is model
    made.before_test_iter(run, 0, dict(inputs=IMAGES[:1]))
    assert isinstance(run.model, nn.Identity)
    assert [given for given, *_ in calls] == [model, model]


def test_a_model_that_cannot_be_optimized_is_evaluated_as_it_is_with_one_warning(monkeypatch):
    def fail(*_, **__):
        raise RuntimeError('no copy of this')

    lines = []
    monkeypatch.setattr(hook, 'optimize', fail)
    monkeypatch.setattr(report, 'print_log', lambda line, **_: lines.append(line))
    model = plain_segmentor()
    run, made = runner(model), OptimizeHook()
    for index in range(2):
        made.before_test_iter(run, index, dict(inputs=IMAGES[:1]))
        assert run.model is model
    made.after_test_epoch(run)
    assert lines == [
        'the model was not optimized and goes on as it is: RuntimeError: no copy of this'
    ]


def test_another_precision_is_refused_before_a_test():
    with pytest.raises(ValueError, match="float16, got 'half'"):
        OptimizeHook('half')


def test_wrappers_stay_and_of_augmented_images_one_is_taken(calls):
    model = plain_segmentor()
    outer = SegTTAModel(module=model)
    run, made = runner(outer, [dict(inputs=[image, image]) for image in IMAGES]), OptimizeHook()
    made.before_test_iter(run, 0, dict(inputs=[IMAGES[:1], IMAGES[1:2]]))
    assert run.model is outer
    assert isinstance(outer.module, nn.Identity)
    assert len(calls[0][2]['images']) == 4
    made.after_test_epoch(run)
    assert outer.module is model


def test_it_comes_after_hooks_that_exchange_weights():
    assert OptimizeHook().priority == 'LOWEST'
