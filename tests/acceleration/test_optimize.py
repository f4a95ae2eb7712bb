import copy
import pickle

import numpy as np
import pytest
import torch
from builders.segmentors import plain_segmentor, tiny_segmentor
from builders.tiny_models import HEADS
from mmengine.structures import PixelData
from mmseg.apis import inference_model
from mmseg.models import SegTTAModel
from mmseg.structures import SegDataSample
from torch import nn

from mmseg_scr.acceleration import optimize, steps, trials
from mmseg_scr.acceleration.likeness import Likeness, logits
from mmseg_scr.acceleration.trial import Times
from mmseg_scr.checks import compilers
from mmseg_scr.checks.compilers import missing_compiler

SIZE = (64, 96)
SIZES = [SIZE, (96, 64), (64, 64), (65, 97), (160, 96), (200, 100), (72, 99), (128, 128)]
SIZES += [(97, 65), (64, 256)]
PICTURE = np.random.default_rng(0).integers(0, 255, (*SIZE, 3), dtype=np.uint8)


def fast(model, size=SIZE, **options):
    return optimize(model, size, **dict(backend='eager', keep_memory=False) | options)


def names(found):
    return [step.name for step in found]


def assert_like(model, changed, *shape):
    images = torch.randn(*shape)
    expected = logits(model, images)
    difference = (logits(changed, images) - expected).abs().max() / expected.abs().max()
    assert difference < 1e-4


@pytest.mark.slow
@pytest.mark.parametrize('head', HEADS)
def test_every_head_says_what_it_said_at_ten_sizes_with_two_programs_a_part(head, faster):
    model = tiny_segmentor(head)
    changed = fast(model, images=[PICTURE])
    assert names(changed.acceleration.taken) == ['fold', 'compile backbone', 'compile decode_head']
    for size in SIZES:
        assert_like(model, changed, 1, 3, *size)
    for part in (changed.backbone, changed.decode_head):
        assert part.forward.programs.count == 2


def test_the_model_itself_stays_as_it_was_and_so_do_the_random_numbers(faster):
    model = plain_segmentor().train()
    before, state = copy.deepcopy(model.state_dict()), torch.get_rng_state()
    fast(model)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(module.training for module in model.modules())
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert type(model.backbone).forward.__get__(model.backbone) == model.backbone.forward


def test_slower_code_is_refused_and_the_model_is_eager(monkeypatch):
    monkeypatch.setattr(trials, 'take_turns', lambda *_, **__: Times(1.0, 1.5, 1.5))
    changed = fast(plain_segmentor())
    assert names(changed.acceleration.refused) == [
        'compile backbone',
        'compile decode_head',
        'channels_last',
    ]
    assert {step.reason for step in changed.acceleration.refused} == {'it is no faster'}
    assert changed.backbone.forward.programs is None


def test_without_a_compiler_it_says_so_and_gains_what_eager_mode_gains(monkeypatch, faster):
    monkeypatch.setenv('CXX', 'no-such-compiler')
    model = plain_segmentor()
    changed = fast(model, backend='inductor')
    assert names(changed.acceleration.taken) == ['fold', 'channels_last']
    (step,) = changed.acceleration.refused
    assert step.reason.startswith('there is no C++ compiler (no-such-compiler)')
    assert step.reason.endswith('it stays eager')
    assert_like(model, changed, 1, 3, 64, 96)


def test_a_part_that_does_not_compile_is_left_alone_and_the_others_are_not(monkeypatch, faster):
    model = plain_segmentor()
    own = type(model.decode_head)._forward_feature

    def breaks_the_graph(self, inputs):
        torch._dynamo.graph_break()
        return own(self, inputs)

    monkeypatch.setattr(type(model.decode_head), '_forward_feature', breaks_the_graph)
    changed = fast(model)
    assert names(changed.acceleration.refused) == ['compile decode_head']
    assert '\n' not in changed.acceleration.refused[0].reason
    assert names(changed.acceleration.taken) == ['fold', 'compile backbone', 'channels_last']
    assert_like(model, changed, 1, 3, 64, 96)


def test_a_wrong_change_is_refused_alone(monkeypatch, faster):
    def wrong(model, run):
        model.decode_head.conv_seg.bias.data[0] += 1
        return 1

    monkeypatch.setattr(steps, 'fold_normalizations', wrong)
    model = plain_segmentor()
    changed = fast(model)
    assert names(changed.acceleration.refused) == ['fold', 'channels_last']
    assert changed.acceleration.refused[0].reason.startswith('results differ by more than 1e-04')
    assert_like(model, changed, 1, 3, 64, 96)


class Unrepeatable(nn.Module):
    count = 0.0

    def forward(self, x):
        self.count += 1
        return x + self.count


def test_a_model_that_disagrees_with_itself_is_left_alone():
    model = plain_segmentor()
    model.decode_head.dropout = Unrepeatable()
    changed = fast(model)
    (step,) = changed.acceleration.steps
    assert step.reason == 'two runs of the model itself differ, with equal random numbers'


@pytest.mark.parametrize(('seconds', 'taken'), [((2.0, 1.0), True), ((1.0, 1.0), False)])
def test_memory_is_kept_where_that_is_faster(monkeypatch, faster, seconds, taken):
    times, state = iter(seconds), []
    monkeypatch.setattr(trials, 'time_alone', lambda *_, **__: next(times))
    monkeypatch.setattr(trials, 'keep_memory', lambda: state.append('kept'))
    monkeypatch.setattr(steps, 'return_memory', lambda: state.append('returned'))
    monkeypatch.setattr(steps, 'can_keep_memory', lambda: True)
    report = fast(plain_segmentor(), keep_memory=True).acceleration
    assert report.steps[-1].name == 'memory'
    assert report.steps[-1].taken == taken
    assert state == (['kept'] if taken else ['kept', 'returned'])
    assert report.ratio == (0.25 if taken else 0.5)


def test_half_precision_is_judged_on_images(faster):
    model = plain_segmentor()
    model.decode_head.conv_seg.bias.data[2] += 100  # no pixel is between two classes
    refused = fast(model, precision='bfloat16').acceleration
    assert refused.precision == 'float32'
    assert refused.refused[-1].reason.endswith('none were given; pass images=[...]')
    changed = fast(model, precision='bfloat16', images=[PICTURE])
    assert changed.acceleration.precision == 'bfloat16'
    assert changed.acceleration.taken[-1].name == 'bfloat16'
    assert 1e-7 < changed.acceleration.difference < 0.01
    (result,) = changed.test_step(batch())
    assert result.seg_logits.data.dtype == torch.float32


def coarse(monkeypatch, part):
    """Pictures lose half of their classes while a part of the model, by name, is in bfloat16."""
    real = trials.Trials.likeness

    def likeness(self, *args, on_pictures=False):
        found = real(self, *args, on_pictures=on_pictures)
        is_coarse = on_pictures and getattr(self.model, part).forward.dtype is not None
        return Likeness(found.difference, 0.5) if is_coarse else found

    monkeypatch.setattr(trials.Trials, 'likeness', likeness)


def in_half(half_steps):
    return [step.name for step in half_steps if step.name.startswith('bfloat16')]


def test_half_precision_that_changes_classes_is_refused(monkeypatch, faster):
    monkeypatch.setattr(Likeness, 'agrees', False)
    report = fast(plain_segmentor(), precision='bfloat16', images=[PICTURE]).acceleration
    assert report.precision == 'float32'
    assert in_half(report.refused) == ['bfloat16', 'bfloat16 backbone', 'bfloat16 decode_head']
    assert report.taken
    assert report.difference < 1e-4


@pytest.mark.parametrize(
    ('part', 'other'), [('backbone', 'decode_head'), ('decode_head', 'backbone')]
)
def test_a_part_that_keeps_the_classes_is_in_half_precision_if_the_whole_may_not(
    part, other, monkeypatch, faster
):
    coarse(monkeypatch, part)
    model = plain_segmentor()
    model.decode_head.conv_seg.bias.data[2] += 100  # no pixel is between two classes
    changed = fast(model, precision='bfloat16', images=[PICTURE])
    report = changed.acceleration
    assert report.precision == f'float32, bfloat16 in {other}'
    assert in_half(report.refused) == ['bfloat16', f'bfloat16 {part}']
    assert in_half(report.taken) == [f'bfloat16 {other}']
    assert 1e-7 < report.difference < 0.01
    assert {level.dtype for level in changed.backbone(torch.zeros(1, 3, *SIZE))} == {torch.float32}
    (result,) = changed.test_step(batch())
    assert result.seg_logits.data.dtype == torch.float32


def batch(*shape):
    size = shape or SIZE
    image = torch.randint(0, 255, (3, *size), generator=torch.Generator().manual_seed(1))
    meta = dict(ori_shape=size, img_shape=size, pad_shape=size, scale_factor=(1.0, 1.0))
    return dict(inputs=[image.byte()], data_samples=[SegDataSample(metainfo=meta)])


@pytest.mark.parametrize(
    'test_cfg',
    [dict(mode='whole'), dict(mode='slide', crop_size=SIZE, stride=(40, 60))],
    ids=lambda cfg: cfg['mode'],
)
@pytest.mark.parametrize('shape', [SIZE, (100, 130)])
def test_test_step_predicts_the_same_whole_and_in_windows(test_cfg, shape, faster):
    model = plain_segmentor(**test_cfg)
    changed = fast(model)
    with torch.no_grad():
        (expected,), (actual,) = model.test_step(batch(*shape)), changed.test_step(batch(*shape))
    assert expected.pred_sem_seg.data.unique().numel() > 1
    assert isinstance(actual.pred_sem_seg, PixelData)
    assert torch.equal(actual.pred_sem_seg.data, expected.pred_sem_seg.data)


def test_inference_model_of_mmseg_takes_it(faster):
    model = plain_segmentor()
    changed = fast(model)
    expected, actual = inference_model(model, PICTURE), inference_model(changed, PICTURE)
    assert torch.equal(actual.pred_sem_seg.data, expected.pred_sem_seg.data)


def test_augmentation_goes_around_it(faster):
    model = plain_segmentor()
    views = [batch(*SIZE), batch(96, 128)]
    data = {key: [view[key] for view in views] for key in views[0]}
    for view in data['data_samples']:
        view[0].set_metainfo(dict(ori_shape=SIZE, flip=False, flip_direction=None, img_path=''))
    results = [
        SegTTAModel(module=own).test_step(copy.deepcopy(data))[0] for own in (model, fast(model))
    ]
    assert torch.equal(*(result.pred_sem_seg.data for result in results))


def test_it_names_a_torch_that_is_too_old(monkeypatch):
    monkeypatch.setattr(compilers, 'OLDEST', '99.0')
    with pytest.raises(ImportError, match=r'^optimize\(\) needs torch 99.0 or later, this is \d'):
        fast(tiny_segmentor())


def test_it_refuses_what_its_code_would_not_follow(faster):
    changed = fast(plain_segmentor())
    with pytest.raises(RuntimeError, match='cannot be trained'):
        changed.train()
    with pytest.raises(RuntimeError, match='takes no other weights'):
        changed.load_state_dict(changed.state_dict())
    with torch.no_grad():
        changed.decode_head.conv_seg.weight.mul_(2)
    with pytest.raises(RuntimeError, match='weights of decode_head changed'):
        logits(changed, torch.zeros(1, 3, *SIZE))
    with pytest.raises(TypeError, match='cannot be copied'):
        copy.deepcopy(changed)
    with pytest.raises(TypeError, match='was optimized before'):
        fast(changed)
    with pytest.raises(TypeError, match='cannot be pickled'):
        pickle.dumps(changed)


def test_a_hook_that_compiled_code_would_not_call_is_refused_and_one_around_it_runs(faster):
    changed, calls = fast(plain_segmentor()), []
    changed.decode_head.register_forward_hook(lambda *_: calls.append('around'))
    changed.backbone.register_forward_hook(lambda *_: calls.append('around'))
    logits(changed, torch.zeros(1, 3, *SIZE))
    assert 'around' in calls
    handle = changed.backbone.conv.register_forward_hook(lambda _, given, out: out * 0)
    with pytest.raises(RuntimeError, match=r'hooks inside of backbone changed after optimize\(\)'):
        logits(changed, torch.zeros(1, 3, *SIZE))
    handle.remove()
    logits(changed, torch.zeros(1, 3, *SIZE))


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(precision='half'), 'precision must be one of float32, bfloat16, float16'),
        (dict(batch=0), 'batch must be at least 1, got 0'),
        (dict(size=None), 'needs size'),
    ],
)
def test_options_out_of_range_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        fast(plain_segmentor(), **options)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float64])
def test_weights_of_another_precision_are_refused(dtype):
    with pytest.raises(ValueError, match=rf"float32 model, got {dtype}; .* precision='bfloat16'"):
        fast(plain_segmentor().to(dtype))


def test_a_network_of_other_channels_is_refused():
    model = plain_segmentor()
    model.backbone.conv = nn.Conv2d(6, 8, 5)
    with pytest.raises(ValueError, match='the network takes 6 channels'):
        fast(model)


def test_what_is_no_segmentor_is_refused_and_what_is_inside_is_named():
    with pytest.raises(TypeError, match='takes a segmentor, got Conv2d'):
        fast(nn.Conv2d(1, 1, 1))
    with pytest.raises(TypeError, match=r'got SegTTAModel, take its \.module'):
        fast(SegTTAModel(module=plain_segmentor()))


class Neck(nn.Conv2d):
    def forward(self, maps):
        return [super(Neck, self).forward(x) for x in maps]


def test_a_neck_is_a_part_too_and_batches_are(faster):
    model = plain_segmentor()
    model.neck = Neck(8, 8, 1)
    changed = fast(model, batch=2)
    assert 'compile neck' in names(changed.acceleration.taken)
    assert_like(model, changed, 2, 3, 64, 96)
    assert_like(model, changed, 1, 3, 64, 96)


@pytest.mark.slow
@pytest.mark.skipif(missing_compiler(torch.device('cpu'), 'inductor'), reason='no C++ compiler')
def test_code_of_torchs_compiler_says_the_same_with_the_same_random_numbers(faster):
    model = tiny_segmentor('LightHamHead')
    changed = fast(model, backend='inductor', images=[PICTURE])
    assert names(changed.acceleration.taken) == ['fold', 'compile backbone', 'compile decode_head']
    for size in (SIZE, (72, 88), (88, 72)):  # the last two share a program
        assert_like(model, changed, 1, 3, *size)
    programs = changed.backbone.forward.programs, changed.decode_head.forward.programs
    assert [(own.count, own.failure) for own in programs] == [(2, None)] * 2
    images = torch.randn(1, 3, *SIZE)
    assert not torch.equal(logits(changed, images, seed=1), logits(changed, images, seed=2))
