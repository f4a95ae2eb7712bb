"""One set of rules for every head that the wrapper is promised to fit."""

import copy
import pickle

import pytest
import torch
from builders.calls import recorded_calls
from builders.fill import fill_parameters
from builders.inputs import ODD_SIZES, WIDTHS, block_labels, data_samples, stage_maps
from builders.stock_heads import CLASSES, LAST_MAP, SHARED, SINGLE_STAGE_HEADS, head_cfg, ocr_cfg
from mmengine.config import ConfigDict
from mmengine.runner.checkpoint import _load_checkpoint_to_model
from mmengine.structures import PixelData
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.registry import MODELS

from mmseg_scr.classifiers import ContextAwareClassifier, PlainClassifier

PLAIN = dict(type='PlainClassifier')
CONTRAST = dict(type='PixelContrastLoss', embed_channels=8, max_samples=64, max_views=4)
EVERY_HEAD = [*SINGLE_STAGE_HEADS, 'OCRHead']


def config(name):
    return ocr_cfg() if name == 'OCRHead' else head_cfg(name)


def build(name, **options):
    return MODELS.build(dict(type='ContextAwareHead', head=config(name), **options))


def inputs(name, batch=2, size=(65, 97)):
    """Positional arguments of the head's forward."""
    maps = stage_maps(batch, size)
    return (
        (maps, torch.randn(batch, CLASSES, *maps[-1].shape[2:])) if name == 'OCRHead' else (maps,)
    )


def run(head, *given):
    torch.manual_seed(0)  # the decomposition of LightHamHead draws its bases
    return head(*given)


def training_terms(head, name, size=(64, 96), labels=None):
    labels = block_labels(2, size, CLASSES) if labels is None else labels
    return head.loss(*inputs(name, size=size), data_samples(labels), None)


@pytest.mark.parametrize('name', EVERY_HEAD)
class TestEveryHead:
    def test_is_still_a_head_of_its_class(self, name):
        head = build(name)
        assert isinstance(head, MODELS.get(name))
        assert isinstance(head, BaseDecodeHead)
        assert isinstance(head.classifier, ContextAwareClassifier)

    def test_with_the_plain_classifier_equals_the_plain_head(self, name):
        head = fill_parameters(build(name, classifier=PLAIN), scale=0.1).eval()
        plain = MODELS.build(config(name)).eval()
        plain.load_state_dict(head.state_dict())
        given = inputs(name)
        assert torch.equal(run(head, *given), run(plain, *given))

    def test_with_its_classifier_taken_out_equals_the_plain_head(self, name):
        head = fill_parameters(build(name), scale=0.1).eval()
        plain = MODELS.build(config(name)).eval()
        plain.load_state_dict(head.state_dict(), strict=False)
        given = inputs(name)
        assert not torch.allclose(run(head, *given), run(plain, *given), rtol=0.1)
        head.classifier = PlainClassifier()
        assert torch.equal(run(head, *given), run(plain, *given))

    def test_classifier_gets_the_features_before_dropout_and_the_plain_logits(self, name):
        head = fill_parameters(build(name), scale=0.1)
        for training in (False, True):
            head.train(training)
            with recorded_calls(head.classifier) as calls:
                result = run(head, *inputs(name))
            ((features, logits, weight), estimated) = calls[0]
            assert result is estimated
            assert weight is head.conv_seg.weight
            undropped = head.conv_seg(features)
            assert torch.allclose(logits, undropped) is not training

    def test_checkpoint_of_the_plain_head_lacks_exactly_the_classifier(self, name, caplog):
        plain, head = MODELS.build(config(name)), build(name)
        missing, unexpected = head.load_state_dict(plain.state_dict(), strict=False)
        own = [f'classifier.{key}' for key in head.classifier.state_dict()]
        assert sorted(missing) == sorted(own)
        assert unexpected == []

    def test_every_term_has_its_key_and_is_finite(self, name):
        terms = training_terms(build(name).train(), name)
        names = {'loss_ce', 'loss_ce_plain', 'loss_ce_oracle', 'loss_distill', 'acc_seg'}
        assert set(terms) == names | ({'loss_contrast'} if name == 'SCRHead' else set())
        assert all(term.isfinite().all() for term in terms.values())

    @pytest.mark.parametrize('size', ODD_SIZES)
    def test_odd_sizes(self, name, size):
        head, given = build(name).eval(), inputs(name, batch=1, size=size)
        plain = MODELS.build(config(name)).eval()
        assert head(*given).shape == plain(*given).shape

    def test_autocast_is_close_to_float32(self, name, device):
        head, given = build(name).eval(), inputs(name, batch=1)
        exact = run(head, *given)
        with torch.autocast(device.type, torch.bfloat16):
            mixed = run(head, *given)
        assert (mixed.float() - exact).abs().mean() < 0.1 * exact.std() + 1e-2

    def test_copies_and_pickles(self, name):
        head, given = fill_parameters(build(name), scale=0.1).eval(), inputs(name)
        expected = run(head, *given)
        for twin in (copy.deepcopy(head), pickle.loads(pickle.dumps(head))):
            assert type(twin) is type(head)
            assert torch.equal(run(twin, *given), expected)
            assert twin.conv_seg.weight is not head.conv_seg.weight

    def test_is_exported_with_free_batch_and_sizes(self, name):
        head = fill_parameters(build(name), scale=0.1).eval()
        free = dict.fromkeys((0, 2, 3), torch.export.Dim.AUTO)
        given = inputs(name, batch=2, size=(200, 230))
        dynamic = ([free] * 4, free) if name == 'OCRHead' else ([free] * 4,)
        program = torch.export.export(head, given, dynamic_shapes=dynamic).module()
        other = inputs(name, batch=3, size=(160, 256))
        with torch.no_grad():
            exported, eager = run(program, *other), run(head, *other)
        torch.testing.assert_close(exported, eager, rtol=1e-3, atol=1e-3)


def test_prediction_does_not_change_with_labels_or_without():
    backbone = dict(type='MSCAN', embed_dims=WIDTHS, depths=[1] * 4, mlp_ratios=[2] * 4)
    network = MODELS.build(
        dict(
            type='EncoderDecoder',
            backbone=dict(backbone, norm_cfg=dict(type='BN')),
            decode_head=dict(type='ContextAwareHead', head=config('UPerHead')),
            test_cfg=ConfigDict(mode='whole'),
        )
    ).eval()
    images = torch.randn(2, 3, 64, 96)
    blocks = block_labels(2, (64, 96), CLASSES)
    given = [
        data_samples(labels) for labels in (blocks, blocks.flip(0), torch.full_like(blocks, 9))
    ]
    given.append(data_samples(blocks))
    for sample in given[-1]:
        del sample.gt_sem_seg
    logits = [
        torch.stack([r.seg_logits.data for r in network(images, samples, mode='predict')])
        for samples in given
    ]
    assert logits[0].std() > 0
    assert all(torch.equal(other, logits[0]) for other in logits[1:])


def test_term_weights_of_zero_leave_the_terms_out():
    classifier = dict(
        type='ContextAwareClassifier', plain_weight=0, oracle_weight=0, distillation=None
    )
    head = build('FCNHead', classifier=classifier).train()
    terms = training_terms(head, 'FCNHead')
    assert set(terms) == {'loss_ce', 'acc_seg'}
    terms['loss_ce'].backward()
    assert [key for key, p in head.named_parameters() if p.grad is None] == []


def terms_with(ignore_index, labels):
    """The terms of a head that ignores a label; its weights, maps and draws are always the same."""
    head = dict(config('FCNHead'), ignore_index=ignore_index)
    built = MODELS.build(dict(type='ContextAwareHead', head=head, contrast=CONTRAST))
    torch.manual_seed(0)
    return (
        fill_parameters(built, scale=0.1)
        .train()
        .loss(stage_maps(2, labels.shape[1:]), data_samples(labels), None)
    )


def test_label_that_the_head_ignores_takes_part_in_no_term():
    labels = block_labels(2, (192, 256), CLASSES)  # of each class enough for the contrast
    ignored, counted = terms_with(3, labels), terms_with(255, labels)
    expected = terms_with(255, labels.masked_fill(labels == 3, 255))
    assert len(expected) == 6
    for name, value in expected.items():
        torch.testing.assert_close(ignored[name], value)
        assert not torch.isclose(counted[name], value), name


def test_ignore_index_is_handed_down():
    head = dict(config('FCNHead'), ignore_index=3)
    built = MODELS.build(dict(type='ContextAwareHead', head=head, contrast=CONTRAST))
    parts = (built.classifier, built.classifier.distillation, built.contrast)
    assert [part.ignore_index for part in parts] == [3, 3, 3]


class StubContrast(torch.nn.Module):
    def forward(self, features, logits, labels):
        self.given = (features, logits, labels)
        return logits.new_tensor(7.0)


def test_contrast_gets_undropped_features_refined_logits_and_full_size_labels():
    head = build('FCNHead', contrast=dict(type=StubContrast)).train()
    labels = block_labels(2, (64, 96), CLASSES)
    with recorded_calls(head.conv_cat) as last_layer, recorded_calls(head.classifier) as refined:
        terms = training_terms(head, 'FCNHead', labels=labels)
    assert terms['loss_contrast'] == 7
    features, logits, full_size = head.contrast.given
    assert features is last_layer[0][1]
    assert logits is refined[0][1]
    assert torch.equal(full_size, labels)


@pytest.mark.parametrize('outer', ['ContextAwareHead', 'ContrastHead'])
def test_scope_of_the_head_is_accepted(outer):
    head = MODELS.build(dict(type=outer, head=dict(config('FCNHead'), _scope_='mmseg')))
    assert isinstance(head, MODELS.get('FCNHead'))


def test_loading_a_plain_checkpoint_names_the_new_parameters_in_the_log(capsys):
    plain, head = MODELS.build(config('FCNHead')), build('FCNHead')
    _load_checkpoint_to_model(head, dict(state_dict=plain.state_dict()))
    log = ''.join(capsys.readouterr())
    assert 'missing keys' in log
    assert 'classifier.projector' in log


class TestContrastHead:
    def test_adds_its_term_in_training_and_nothing_else(self):
        head = MODELS.build(dict(type='ContrastHead', head=config('UPerHead'), contrast=CONTRAST))
        plain = MODELS.build(config('UPerHead'))
        plain.load_state_dict(head.state_dict(), strict=False)
        given = inputs('UPerHead')
        assert torch.equal(head.eval()(*given), plain.eval()(*given))
        terms = training_terms(head.train(), 'UPerHead')
        assert set(terms) == {'loss_ce', 'acc_seg', 'loss_contrast'}
        assert terms['loss_contrast'] > 0

    def test_gradient_reaches_the_maps_of_the_backbone(self):
        head = MODELS.build(dict(type='ContrastHead', head=config('FCNHead'), contrast=CONTRAST))
        maps = [x.requires_grad_() for x in stage_maps(2, (160, 224))]
        samples = data_samples(block_labels(2, (160, 224), 3))
        head.loss(maps, samples, None)['loss_contrast'].backward()
        assert maps[-1].grad.any()
        assert head.contrast.embed.weight.grad.any()

    def test_is_absent_from_the_exported_graph(self):
        head = MODELS.build(dict(type='ContrastHead', head=config('FCNHead'), contrast=CONTRAST))
        graph = torch.export.export(head.eval(), (stage_maps(1),)).module().graph
        used = {n.target for n in graph.nodes if n.op == 'get_attr' and n.users}
        assert used
        assert not [name for name in used if 'contrast' in name]


class TestErrors:
    def test_no_config(self):
        with pytest.raises(TypeError, match=r"head must be the config of a decode head.*'FCNHead'"):
            MODELS.build(dict(type='ContextAwareHead', head='FCNHead'))

    def test_no_decode_head(self):
        with pytest.raises(TypeError, match="must be a decode head of mmseg, got type 'MSCAN'"):
            MODELS.build(dict(type='ContextAwareHead', head=dict(type='MSCAN')))

    @pytest.mark.parametrize('outer', ['ContextAwareHead', 'ContrastHead'])
    @pytest.mark.parametrize('inner', ['ContextAwareHead', 'ContrastHead'])
    def test_wrapper_in_a_wrapper(self, outer, inner):
        wrapped = dict(type=inner, head=config('FCNHead'))
        with pytest.raises(ValueError, match=f'head is a {inner} already; give classifier and'):
            MODELS.build(dict(type=outer, head=wrapped))

    def test_own_head_with_a_filled_slot(self):
        head = dict(config('SCRHead'), classifier=dict(type='ContextAwareClassifier'))
        with pytest.raises(ValueError, match=r'SCRHead has the classifier .* already'):
            MODELS.build(dict(type='ContextAwareHead', head=head))

    def test_own_head_with_an_empty_slot_is_filled(self):
        head = MODELS.build(
            dict(type='ContextAwareHead', head=dict(config('SCRHead'), classifier=None))
        )
        assert isinstance(head.classifier, ContextAwareClassifier)

    def test_contrast_for_the_head_that_has_one(self):
        with pytest.raises(ValueError, match='SCRHead has a contrast slot of its own'):
            build('SCRHead', contrast=CONTRAST)

    def test_classifier_that_is_no_pointwise_convolution(self):
        @MODELS.register_module(name='WideHeadForThisTest', force=True)
        class WideHead(MODELS.get('FCNHead')):
            def __init__(self, **options):
                super().__init__(**options)
                self.conv_seg = torch.nn.Conv2d(16, CLASSES, 3)

        head = dict(type='WideHeadForThisTest', **SHARED, **LAST_MAP)
        try:
            with pytest.raises(ValueError, match=r'WideHead.conv_seg is Conv2d\(16, 5.*1x1 Conv2d'):
                MODELS.build(dict(type='ContextAwareHead', head=head))
        finally:
            MODELS.module_dict.pop('WideHeadForThisTest')

    def test_outputs_that_are_not_the_classes(self):
        head = dict(config('FCNHead'), num_classes=2, out_channels=1, threshold=0.3)
        with pytest.raises(ValueError, match='FCNHead has 1 outputs for 2 classes'):
            MODELS.build(dict(type='ContextAwareHead', head=head))

    def test_head_that_classifies_otherwise(self):
        @MODELS.register_module(name='BypassingHeadForThisTest', force=True)
        class BypassingHead(MODELS.get('FCNHead')):
            def forward(self, maps):
                return self.conv_seg(self._forward_feature(maps))

        head = dict(type='BypassingHeadForThisTest', num_convs=1, **SHARED, **LAST_MAP)
        try:
            built = MODELS.build(dict(type='ContextAwareHead', head=head))
            samples = data_samples(block_labels(2, (64, 96), CLASSES))
            with pytest.raises(TypeError, match='classified 0 maps in one forward'):
                built.loss(stage_maps(2), samples, None)
        finally:
            MODELS.module_dict.pop('BypassingHeadForThisTest')


def test_cascade_of_fcn_and_ocr_trains_and_predicts():
    """Only the OCR stage is wrapped, as in the published configs."""
    first = dict(type='FCNHead', num_convs=1, **SHARED, **LAST_MAP)
    network = MODELS.build(
        dict(
            type='CascadeEncoderDecoder',
            num_stages=2,
            backbone=dict(
                type='MSCAN',
                embed_dims=WIDTHS,
                depths=[1] * 4,
                mlp_ratios=[2] * 4,
                norm_cfg=dict(type='BN'),
            ),
            decode_head=[first, dict(type='ContextAwareHead', head=ocr_cfg())],
            test_cfg=ConfigDict(mode='slide', crop_size=(64, 64), stride=(48, 48)),
        )
    )
    images, samples = torch.randn(2, 3, 64, 96), data_samples(block_labels(2, (64, 96), CLASSES))
    terms = network.train()(images, samples, mode='loss')
    assert 'decode_1.loss_distill' in terms
    assert not [key for key in terms if key.startswith('decode_0.') and 'distill' in key]
    results = network.eval()(images, samples, mode='predict')
    assert results[0].seg_logits.data.shape == (CLASSES, 64, 96)


def test_a_head_whose_targets_have_outlines_may_have_a_contrast():
    losses = ['CrossEntropyLoss', 'OhemCrossEntropy', 'BoundaryLoss', 'OhemCrossEntropy']
    decode = [dict(type=t) | (dict(min_kept=100) if 'Ohem' in t else {}) for t in losses]
    norm = dict(type='BN')
    options = dict(in_channels=8, channels=16, num_classes=3, norm_cfg=norm, loss_decode=decode)
    head = MODELS.build(
        dict(type='ContrastHead', head=dict(type='PIDHead', **options), contrast=CONTRAST)
    )
    samples = data_samples(block_labels(2, (64, 96), 3))
    for sample in samples:
        sample.gt_edge_map = PixelData(data=torch.ones(1, 64, 96).long())
    maps = [torch.randn(2, width, 8, 12) for width in (4, 8, 4)]
    terms = head.train().loss(maps, samples, None)
    assert terms['loss_contrast'] > 0
