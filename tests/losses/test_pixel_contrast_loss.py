import pytest
import torch
from mmengine.logging import MessageHub
from reference.anchors import anchor_quotas
from reference.contrast import contrast_by_loops
from reference.labels import nearest_labels
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn import functional as F

from mmseg_scr.losses import PixelContrastLoss
from mmseg_scr.losses import pixel_contrast as contrast_module

CLASSES = 4
SIZE = (12, 14)


def build(**options):
    small = dict(embed_channels=6, max_samples=48, max_views=6)
    return PixelContrastLoss([3, 4], num_classes=CLASSES, ignore_index=255, **(small | options))


def batch(images=2, size=SIZE, scale=4):
    """Two feature maps of 3 + 4 channels, logits, and labels at `scale` times their size."""
    height, width = size
    features = [
        torch.randn(images, 3, height, width),
        torch.randn(images, 4, height // 2, width // 2),
    ]
    logits = torch.randn(images, CLASSES, height, width)
    labels = torch.randint(CLASSES, (images, height * scale, width * scale))
    labels[:, :, : 2 * scale] = 255
    return [x.requires_grad_() for x in features], logits, labels


@pytest.fixture
def drawn(monkeypatch):
    """The slots that the sampler filled, one entry a call."""
    calls, sample = [], contrast_module.fill_anchor_slots

    def spy(*args):
        calls.append(sample(*args))
        return calls[-1]

    monkeypatch.setattr(contrast_module, 'fill_anchor_slots', spy)
    return calls


def _all_pixels_projected(loss, features, size):
    """The published order: resize, concatenate, convolve every pixel, normalise -> (B, N, D)."""
    resized = [F.interpolate(x, size, mode='bilinear') for x in features]
    weight = loss.embed.weight[:, :, None, None]
    return (
        F.normalize(F.conv2d(torch.cat(resized, 1), weight, loss.embed.bias), dim=1).flatten(2).mT
    )


def test_equals_eq_11_on_the_anchors_drawn_from_all_pixels_projected(drawn):
    loss, (features, logits, labels) = build(temperature=0.2), batch()
    contrast = loss(features, logits, labels)
    image, pixel, label = (slot[drawn[0].valid] for slot in drawn[0][:3])
    assert len(image) > 20
    expected_labels = nearest_labels(labels, SIZE).flatten(1)
    assert torch.equal(expected_labels[image, pixel], label)
    assert not (label == 255).any()
    embeddings = _all_pixels_projected(loss, features, SIZE)[image, pixel]
    expected = contrast_by_loops(embeddings, label.tolist(), 0.2)
    assert contrast.item() == pytest.approx(expected, rel=1e-5)


def test_gradients_equal_those_of_projecting_all_pixels(drawn):
    loss, (features, logits, labels) = build(), batch()
    inputs = [*features, *loss.parameters()]
    fast = torch.autograd.grad(loss(features, logits, labels), inputs)
    image, pixel, label = (slot[drawn[0].valid] for slot in drawn[0][:3])
    embeddings = _all_pixels_projected(loss, features, SIZE)[image, pixel]
    slow = torch.autograd.grad(contrast_module.pixel_contrast(embeddings, label, 0.1), inputs)
    for one, other in zip(fast, slow, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_no_table_of_anchors_by_anchors_is_kept_for_the_gradient():
    loss, (features, logits, labels) = build(max_samples=64, max_views=64), batch(scale=1)
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(
        lambda x: kept.append(x.numel()) or x, lambda x: x
    ):
        loss(features, logits, labels).backward()
    assert 0 < max(kept) < 64 * 64


def test_half_of_the_anchors_are_where_the_logits_are_wrong(drawn):
    features, logits, labels = batch()
    build()(features, logits, labels)
    at_features = nearest_labels(labels, SIZE).flatten(1)
    guesses = logits.max(dim=1).indices.flatten(1)
    image, pixel, label = (slot[drawn[0].valid] for slot in drawn[0][:3])
    right = guesses[image, pixel] == label
    quotas = anchor_quotas(at_features, guesses, 48, 6, 255).values()
    assert int(right.sum()) == sum(right for _, right in quotas)
    assert int((~right).sum()) == sum(wrong for wrong, _ in quotas)


@pytest.mark.parametrize('full', [(48, 56), (45, 53), (12, 14), (23, 27)])
def test_labels_may_have_any_size(full, drawn):
    features, logits, _ = batch()
    labels = torch.randint(CLASSES, (2, *full))
    build()(features, logits, labels)
    image, pixel, label = (slot[drawn[0].valid] for slot in drawn[0][:3])
    assert torch.equal(nearest_labels(labels, SIZE).flatten(1)[image, pixel], label)


def _with_labels(labels):
    features, logits, _ = batch(images=len(labels))
    return features, logits, labels


CORNER_CASES = {
    'all ignored': lambda: _with_labels(torch.full((2, *SIZE), 255)),
    'one class': lambda: _with_labels(torch.zeros(2, *SIZE, dtype=torch.long)),
    'one image': lambda: batch(images=1),
    'tiny crop': lambda: batch(size=(2, 2)),
    'classes too small': lambda: batch(size=(4, 4)),
}


@pytest.mark.parametrize('case', CORNER_CASES)
def test_corner_cases_are_finite_and_reach_every_parameter(case):
    loss, (features, logits, labels) = build(), CORNER_CASES[case]()
    contrast = loss(features, logits, labels)
    contrast.backward()
    assert contrast.isfinite()
    for value in (*features, *loss.parameters()):
        assert value.grad.isfinite().all()


def test_more_pairs_than_anchors_are_finite():
    loss = build(max_samples=5, max_views=3)
    features, logits, labels = batch(images=6)
    contrast = loss(features, logits, labels)
    contrast.backward()
    assert contrast.isfinite()
    assert features[0].grad.isfinite().all()


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
@pytest.mark.parametrize('scale', [1, 1000])
def test_half_precision_and_huge_features_are_finite_in_float32(dtype, scale, device):
    loss, (features, logits, labels) = build(), batch()
    low = [(scale * x.detach()).to(dtype).requires_grad_() for x in features]
    with torch.autocast(device.type, dtype):
        contrast = loss(low, logits.to(dtype), labels)
    contrast.backward()
    assert contrast.dtype == torch.float32
    assert contrast.isfinite()
    for value in (*low, *loss.parameters()):
        assert value.grad.isfinite().all()


def test_loss_weight_multiplies():
    one, half, inputs = build(), build(loss_weight=0.5), batch()
    half.load_state_dict(one.state_dict())
    torch.manual_seed(1)
    full = one(*inputs)
    torch.manual_seed(1)
    torch.testing.assert_close(half(*inputs), 0.5 * full)


@pytest.fixture
def hub():
    hub = MessageHub.get_current_instance()
    yield hub
    hub.update_info('iter', 0)


@pytest.mark.parametrize(('iteration', 'counts'), [(0, False), (9, False), (10, True), (500, True)])
def test_warm_up_keeps_the_graph_and_drops_the_value(hub, iteration, counts):
    loss, (features, logits, labels) = build(warmup_iters=10), batch()
    hub.update_info('iter', iteration)
    contrast = loss(features, logits, labels)
    contrast.backward()
    assert bool(contrast > 0) is counts
    for value in (*features, *loss.parameters()):
        assert bool(value.grad.any()) is counts


def test_warm_up_without_a_runner_counts_the_steps(monkeypatch):
    hub = MessageHub('of no run')
    monkeypatch.setattr(MessageHub, 'get_current_instance', lambda: hub)
    loss, given = build(warmup_iters=2).train(), batch()
    steps = [bool(loss(*given) > 0) for _ in range(4)]
    assert steps == [False, False, True, True]


def test_evaluation_without_a_runner_does_not_end_the_warm_up(monkeypatch):
    hub = MessageHub('of no run')
    monkeypatch.setattr(MessageHub, 'get_current_instance', lambda: hub)
    loss, given = build(warmup_iters=1).eval(), batch()
    assert [loss(*given).item() for _ in range(2)] == [0, 0]


@pytest.mark.parametrize('kind', ['padding', 'all ignored'])
def test_ignored_pixel_that_is_not_finite_reaches_no_gradient(kind):
    """Rows of padding, of which there are always some here, show the first pixel."""
    loss, ((fine, coarse), logits, labels) = build(max_views=5), batch()
    labels = labels if kind == 'padding' else torch.full_like(labels, 255)
    fine = fine.detach()
    fine[0, :, 0, 0] = torch.nan
    contrast = loss([fine.requires_grad_(), coarse], logits, labels)
    contrast.backward()
    assert contrast.isfinite()
    assert bool(contrast > 0) is (kind == 'padding')
    assert all(value.grad.isfinite().all() for value in (fine, coarse, *loss.parameters()))


@pytest.mark.parametrize('dtype', [torch.uint8, torch.int32])
def test_integer_type_of_the_labels_does_not_matter(dtype):
    loss, (features, logits, labels) = build(), batch()
    values = []
    for given in (labels, labels.to(dtype)):
        torch.manual_seed(3)
        values.append(loss(features, logits, given))
    assert values[0] > 0
    assert torch.equal(*values)


def test_single_logit_predicts_by_the_threshold(monkeypatch):
    features, _, labels = batch()
    logits = torch.randn(2, 1, *SIZE)
    given = []
    sample = contrast_module.fill_anchor_slots
    monkeypatch.setattr(
        contrast_module, 'fill_anchor_slots', lambda *args: given.append(args[1]) or sample(*args)
    )
    build(threshold=0.6)(features, logits, labels.clamp(max=1))
    assert torch.equal(given[0], (logits.sigmoid() > 0.6).long().flatten(1))


def test_each_step_draws_other_anchors(drawn):
    loss, inputs = build(), batch()
    loss(*inputs)
    loss(*inputs)
    assert not torch.equal(drawn[0].pixel, drawn[1].pixel)


@pytest.mark.parametrize('temperature', [0, -0.1])
def test_temperature_that_is_not_positive_is_refused(temperature):
    with pytest.raises(ValueError, match=f'temperature must be > 0, got {temperature}'):
        build(temperature=temperature)


@pytest.mark.parametrize(
    ('option', 'value', 'least'),
    [
        ('embed_channels', 0, 1),
        ('max_samples', 0, 1),
        ('max_views', -3, 1),
        ('loss_weight', -1, 0),
        ('warmup_iters', -3, 0),
    ],
)
def test_option_that_would_end_or_turn_the_training_is_refused(option, value, least):
    said = f'{option} of PixelContrastLoss must be {least} or more, got {value}'
    with pytest.raises(ValueError, match=said):
        build(**{option: value})


def test_published_numbers_are_the_defaults():
    loss = PixelContrastLoss(8, num_classes=CLASSES, ignore_index=255)
    assert loss.embed.out_features == 256
    assert (loss.max_samples, loss.max_views) == (1024, 100)
    assert (loss.temperature, loss.loss_weight, loss.warmup_iters) == (0.1, 1, 0)


def test_no_value_is_asked_of_the_device():
    """Fake tensors have no values: an operation that would wait for one raises."""
    with FakeTensorMode():
        loss, (features, logits, labels) = build(), batch()
        contrast = loss(features, logits, labels)
        contrast.backward()
        assert all(x.grad.shape == x.shape for x in (*features, *loss.parameters()))


@pytest.mark.gpu
def test_the_host_never_waits_for_the_gpu():
    loss = build().cuda()
    features, logits, labels = batch()
    features = [x.detach().cuda().requires_grad_() for x in features]
    logits, labels = logits.cuda(), labels.cuda()
    loss(features, logits, labels).backward()  # the first call may set up libraries
    torch.cuda.set_sync_debug_mode('error')
    try:
        loss(features, logits, labels).backward()
    finally:
        torch.cuda.set_sync_debug_mode('default')


def test_one_map_is_a_list_of_one():
    (_, coarse), logits, labels = batch()
    loss = PixelContrastLoss(4, num_classes=CLASSES, ignore_index=255, max_views=6)
    values = []
    for given in (coarse, [coarse]):
        torch.manual_seed(3)
        values.append(loss(given, logits, labels))
    assert values[0] > 0
    assert torch.equal(*values)


def test_chosen_maps_alone_are_embedded():
    (fine, coarse), logits, labels = batch()
    loss = build(in_index=[1])
    assert loss.embed.in_features == 4
    loss([fine, coarse], logits, labels).backward()
    assert fine.grad is None
    assert coarse.grad.any()


def test_map_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r'in_index \[0, 2\] must choose among 2 maps'):
        build(in_index=[0, 2])
