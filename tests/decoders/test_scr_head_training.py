import pytest
import torch
from builders.heads import CLASSES, SMALL_CONTRAST, build_head
from builders.inputs import block_labels, data_samples, stage_maps, stage_sizes
from reference.labels import nearest_labels
from torch.nn import functional as F

from mmseg_scr import aligners, contexts

IMAGE = (64, 96)


def _step(head, image_size=IMAGE, batch=2, labels=None):
    labels = block_labels(batch, image_size, CLASSES) if labels is None else labels
    maps = stage_maps(batch, image_size, head.in_channels)
    return head.loss(maps, data_samples(labels), dict())


def test_terms_have_a_key_each():
    terms = _step(build_head())
    assert set(terms) == {'loss_ce', 'loss_contrast', 'acc_seg'}
    assert terms['loss_contrast'].shape == ()
    assert terms['loss_contrast'] > 0


def test_no_contrast_has_no_term_and_no_parameters():
    head = build_head(contrast=None)
    assert set(_step(head)) == {'loss_ce', 'acc_seg'}
    assert not [name for name, _ in head.named_parameters() if 'contrast' in name]


def test_cross_entropy_is_that_of_the_upsampled_logits():
    head, maps = build_head(dropout_ratio=0), stage_maps(2, (65, 97))
    labels = block_labels(2, (65, 97), CLASSES)
    terms = head.eval().loss(maps, data_samples(labels), dict())
    logits = F.interpolate(head(maps), (65, 97), mode='bilinear')
    torch.testing.assert_close(terms['loss_ce'], F.cross_entropy(logits, labels))


def test_contrast_gets_the_levels_the_logits_and_the_full_labels(monkeypatch):
    head, given = build_head(), []
    monkeypatch.setattr(head.contrast, 'forward', lambda *args: given.extend(args) or args[1].sum())
    labels = block_labels(2, IMAGE, CLASSES)
    _step(head, labels=labels)
    levels, logits, full = given
    assert [tuple(x.shape[1:]) for x in levels] == [(16, *size) for size in stage_sizes(*IMAGE)]
    assert logits.shape == (2, CLASSES, 16, 24)
    assert torch.equal(full, labels)


@pytest.mark.parametrize('image_size', [(65, 97), (32, 32), (90, 120)])
def test_odd_crops_train(image_size):
    terms = _step(build_head(), image_size)
    (terms['loss_ce'] + terms['loss_contrast']).backward()
    assert all(term.isfinite().all() for term in terms.values())


def test_one_image_trains():
    terms = _step(build_head(), batch=1)
    (terms['loss_ce'] + terms['loss_contrast']).backward()
    assert all(term.isfinite().all() for term in terms.values())


@pytest.mark.parametrize('ignored', [255, 9])
def test_all_ignored_crop_is_finite_and_reaches_every_parameter(ignored):
    head = build_head(ignore_index=ignored)
    terms = _step(head, labels=torch.full((2, *IMAGE), ignored))
    (terms['loss_ce'] + terms['loss_contrast']).backward()
    assert terms['loss_contrast'] == 0
    assert [name for name, p in head.named_parameters() if p.grad is None] == []
    assert all(p.grad.isfinite().all() for p in head.parameters())


@pytest.mark.parametrize('context', contexts.__all__)
@pytest.mark.parametrize('aligner', aligners.__all__)
def test_every_parameter_learns_within_three_steps(context, aligner):
    # Narrow stages leave CRM's perceptrons one hidden ReLU each, which may be dead.
    widths = [48, 48, 64, 64]
    head = build_head(in_channels=widths, context=dict(type=context), aligner=dict(type=aligner))
    optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        terms = _step(head, (128, 128), batch=4)
        (terms['loss_ce'] + terms['loss_contrast']).backward()
        assert [name for name, p in head.named_parameters() if p.grad is None] == []
        optimizer.step()
    assert [name for name, p in head.named_parameters() if not p.grad.any()] == []


def test_warm_up_leaves_no_parameter_without_a_gradient():
    head = build_head(contrast=dict(SMALL_CONTRAST, warmup_iters=10))
    terms = _step(head)
    (terms['loss_ce'] + terms['loss_contrast']).backward()
    assert terms['loss_contrast'] == 0
    assert [name for name, p in head.named_parameters() if p.grad is None] == []


def test_mixed_precision_terms_are_finite_and_float32(device):
    head = build_head()
    with torch.autocast(device.type, torch.bfloat16):
        terms = _step(head)
    assert terms['loss_contrast'].dtype == torch.float32
    (terms['loss_ce'] + terms['loss_contrast']).backward()
    assert all(p.grad.isfinite().all() for p in head.parameters())


def _telling_maps(labels):
    """Maps that hold the class of each cell in one-hot form, with noise over it."""
    maps = stage_maps(len(labels), tuple(labels.shape[1:]))
    for x in maps:
        cells = nearest_labels(labels, tuple(x.shape[2:]))
        x.mul_(0.3)[:, :CLASSES] += F.one_hot(cells, CLASSES).permute(0, 3, 1, 2)
    return maps


def test_one_batch_can_be_learnt():
    head, labels = build_head(), block_labels(2, IMAGE, CLASSES)
    maps, samples = _telling_maps(labels), data_samples(labels)
    optimizer = torch.optim.Adam(head.parameters(), lr=5e-3)
    history = []
    for _ in range(30):
        terms = head.loss(maps, samples, dict())
        optimizer.zero_grad()
        (terms['loss_ce'] + terms['loss_contrast']).backward()
        optimizer.step()
        history.append([terms[key].item() for key in ('loss_ce', 'loss_contrast', 'acc_seg')])
    history = torch.tensor(history)
    assert history.isfinite().all()
    start, end = history[:3].mean(0), history[-3:].mean(0)
    assert end[0] < 0.5 * start[0]
    assert end[1] < 0.8 * start[1]
    assert end[2] > start[2]


def test_label_map_of_another_size_than_its_image_is_refused_with_both():
    labels = block_labels(2, (48, 96), CLASSES)
    samples = data_samples(labels)
    for sample in samples:
        sample.set_metainfo(dict(pad_shape=IMAGE, img_shape=IMAGE))
    with pytest.raises(ValueError, match=r'shape \(48, 96\), but its image .* is \(64, 96\)'):
        build_head().loss(stage_maps(2, IMAGE, build_head().in_channels), samples, dict())
