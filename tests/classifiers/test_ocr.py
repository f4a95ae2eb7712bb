import pytest
import torch
from builders.calls import recorded_calls
from builders.classifier_inputs import CHANNELS, CLASSES, batch
from builders.counting import count_products
from builders.field import check_row, field_wave, fill_in_order
from builders.fill import fill_parameters
from builders.heads import build_head
from builders.inputs import block_labels, data_samples, stage_maps
from builders.stock_heads import CLASSES as CLASSES_OF_HEADS
from builders.stock_heads import SINGLE_STAGE_HEADS, head_cfg, ocr_cfg
from mmseg.models.decode_heads import OCRHead
from mmseg.registry import MODELS
from reference.crm import pointwise
from reference.regions import attend_by_loops, regions_by_loops
from torch.nn import functional as F

from mmseg_scr.classifiers import OCR
from mmseg_scr.classifiers.ocr import ObjectContext

BN = dict(type='BN')


def _build(**options):
    return OCR(CHANNELS, num_classes=CLASSES, norm_cfg=BN, **options)


def _modules(block):
    """Convolutions and normalisations in the order of the original."""
    modules = *block.key, *block.query, block.value, block.out, block.fuse
    return [layer for module in modules for layer in (module.conv, module.norm)]


def _convolve(modules, x):
    for module in modules:
        x, norm = pointwise(x, module.conv.weight), module.norm
        x = F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias)
        x = x.clamp(min=0)
    return x


def _classify(ocr, features, logits):
    block = ocr.block
    regions = regions_by_loops(features, logits).mT.unsqueeze(3)
    k, v = _convolve(block.key, regions).squeeze(3), _convolve([block.value], regions).squeeze(3)
    gathered = attend_by_loops(_convolve(block.query, features), k, v)
    context = _convolve([block.out], gathered)
    fused = _convolve([block.fuse], torch.cat([context, features], 1))
    return pointwise(fused, ocr.classify.weight, ocr.classify.bias)


def test_golden_numbers_of_the_original_block():
    block = ObjectContext(32, norm_cfg=BN).double().eval()
    fill_in_order(_modules(block))
    logits = 2 * field_wave(2, 5, 6, 8, seed=0.9)
    check_row(
        block(field_wave(2, 32, 6, 8, seed=0.4), logits),
        *(290.0344, 0.09441223, 290.0344),
        *(0.3284085, 0, 0.1313807, 0),
    )


@pytest.mark.parametrize('classes', [1, 4])
def test_equals_the_loops(classes):
    ocr = fill_parameters(OCR(6, num_classes=classes, region_channels=4, norm_cfg=BN))
    ocr = ocr.double().eval()
    (features, logits, weight), _ = batch(channels=6, classes=classes, dtype=torch.float64)
    torch.testing.assert_close(ocr(features, logits, weight), _classify(ocr, features, logits))


@pytest.mark.filterwarnings('ignore:Default ``avg_non_ignore``')
@pytest.mark.parametrize('training', [False, True])
def test_equals_mmsegs_head_after_its_first_convolution(training):
    cfg = {key: value for key, value in ocr_cfg().items() if key != 'type'}
    head = OCRHead(**dict(cfg, dropout_ratio=0)).double().train(training)
    ocr = OCR(16, num_classes=CLASSES_OF_HEADS, region_channels=8, norm_cfg=BN, dropout_ratio=0)
    ocr = fill_parameters(ocr).double().train(training)
    theirs = head.object_context_block
    pairs = [
        *zip(ocr.block.key, theirs.key_project, strict=True),
        *zip(ocr.block.query, theirs.query_project, strict=True),
        (ocr.block.value, theirs.value_project),
        (ocr.block.out, theirs.out_project),
        (ocr.block.fuse, theirs.bottleneck),
    ]
    for one, other in pairs:
        other.conv.load_state_dict(one.conv.state_dict())
        other.norm.load_state_dict(one.norm.state_dict())
    head.conv_seg.load_state_dict(ocr.classify.state_dict())
    maps = [stage.double() for stage in stage_maps(3, (160, 224))]
    before = torch.randn(3, CLASSES_OF_HEADS, 5, 7).double()
    features = head.bottleneck(maps[-1])
    torch.testing.assert_close(ocr(features, before, None), head(maps, before))


def test_parameters_and_products_are_those_of_the_original():
    block = ObjectContext(128, norm_cfg=BN).eval()
    assert sum(p.numel() for p in block.parameters()) == 74_880
    products = count_products(block, torch.rand(1, 128, 128, 256), torch.rand(1, 19, 128, 256))
    assert products / 1e6 == pytest.approx(1904.6, rel=0.01)


def test_the_last_convolution_starts_as_that_of_a_head():
    ocr = OCR(512, num_classes=40, norm_cfg=BN)
    assert ocr.classify.weight.std().item() == pytest.approx(0.01, rel=0.05)
    assert not ocr.classify.bias.any()


def test_plain_logits_are_supervised_with_the_factor_of_the_original():
    (inputs, labels), ocr = batch(), _build()
    further, losses = ocr.training_terms(*inputs, ocr(*inputs), labels)
    assert losses == {}
    assert further == {'plain': (inputs[1], 0.4)}
    assert _build(plain_weight=0).training_terms(*inputs, None, labels) == ({}, {})


def test_dropout_zeroes_whole_channels_in_training_only():
    assert _build().dropout.p == 0.05  # as the original has it
    ocr, (inputs, _) = fill_parameters(_build(dropout_ratio=0.5)), batch()
    ocr.block.eval()
    assert not torch.allclose(ocr(*inputs), ocr(*inputs))
    torch.nn.init.ones_(ocr.classify.weight)
    alone = OCR(CHANNELS, num_classes=CLASSES, norm_cfg=BN, dropout_ratio=1.0)
    assert not alone(*inputs).any()
    assert torch.equal(ocr.eval()(*inputs), ocr(*inputs))


def test_gradients_are_exact():
    ocr = fill_parameters(OCR(4, num_classes=3, norm_cfg=BN)).double().eval()
    (features, logits, _), _ = batch(channels=4, classes=3, dtype=torch.float64)
    given = features, logits, *(p.detach().requires_grad_() for p in ocr.classify.parameters())
    names = [f'classify.{name}' for name, _ in ocr.classify.named_parameters()]

    def call(features, logits, *values):
        arguments = features, logits, None
        return torch.func.functional_call(ocr, dict(zip(names, values, strict=True)), arguments)

    assert torch.autograd.gradcheck(call, given)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_is_close_to_float32(dtype, device):
    ocr, ((features, logits, weight), _) = fill_parameters(_build()).eval(), batch()
    exact = ocr(features, logits, weight)
    with torch.autocast(device.type, dtype):
        low = ocr(features, logits.to(dtype), weight)
    assert low.dtype == dtype
    torch.testing.assert_close(low.float(), exact, rtol=0.05, atol=0.05)


def test_other_logits_than_the_classes_are_refused():
    (features, logits, weight), _ = batch()
    with pytest.raises(ValueError, match='built for num_classes=4 regions, got logits of 3'):
        _build()(features, logits[:, :3], weight)


def _head(name):
    if name == 'SCRHead':
        return build_head(classifier=dict(type='OCR'), contrast=None)
    return MODELS.build(
        dict(type='ContextAwareHead', head=head_cfg(name), classifier=dict(type='OCR'))
    )


@pytest.mark.filterwarnings('ignore:Default ``avg_non_ignore``')
@pytest.mark.parametrize('name', SINGLE_STAGE_HEADS)
def test_heads_supervise_both_logits_and_use_every_parameter(name):
    head, labels = _head(name).train(), block_labels(2, (64, 96), CLASSES_OF_HEADS)
    with recorded_calls(head.classifier) as calls:
        terms = head.loss(stage_maps(2), data_samples(labels), None)
    assert set(terms) == {'loss_ce', 'loss_ce_plain', 'acc_seg'}
    for key, factor, logits in (
        ('loss_ce', 1, calls[0][1]),
        ('loss_ce_plain', 0.4, calls[0][0][1]),
    ):
        logits = F.interpolate(logits, (64, 96), mode='bilinear', align_corners=head.align_corners)
        torch.testing.assert_close(terms[key], factor * F.cross_entropy(logits, labels))
    (terms['loss_ce'] + terms['loss_ce_plain']).backward()
    assert [key for key, p in head.named_parameters() if p.grad is None] == []


@pytest.mark.parametrize('name', SINGLE_STAGE_HEADS)
def test_heads_classify_by_it(name):
    head = fill_parameters(_head(name), scale=0.1).eval()
    maps = stage_maps(1)
    torch.manual_seed(0)  # of the bases that LightHamHead draws
    logits = head(maps)
    head.classifier.classify.bias.data += 1
    torch.manual_seed(0)
    torch.testing.assert_close(head(maps), logits + 1)


def test_bad_numbers_are_refused():
    with pytest.raises(ValueError, match='plain_weight of OCR must be 0 or more, got -1'):
        OCR(8, num_classes=3, plain_weight=-1)
    with pytest.raises(ValueError, match='region_channels of OCR must be 1 or more, got 0'):
        OCR(8, num_classes=3, region_channels=0)
