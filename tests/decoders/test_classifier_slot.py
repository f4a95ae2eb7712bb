import pytest
import torch
from builders.calls import recorded_calls
from builders.fill import fill_parameters
from builders.inputs import WIDTHS, block_labels, data_samples, stage_maps
from builders.stock_heads import CLASSES, head_cfg
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.registry import MODELS
from torch.utils._python_dispatch import TorchDispatchMode

from mmseg_scr.losses import pixel_contrast

LOSSES = {
    'one': dict(type='CrossEntropyLoss', loss_weight=0.5),
    'two of one name': [dict(type='CrossEntropyLoss'), dict(type='CrossEntropyLoss')],
    'two': [dict(type='CrossEntropyLoss'), dict(type='DiceLoss', loss_weight=3.0)],
}


class TestSupervision:
    """The terms for the plain and for the oracle's logits are the head's own."""

    def build(self, **options):
        return MODELS.build(dict(type='ContextAwareHead', head=head_cfg('FCNHead') | options))

    @pytest.mark.parametrize(
        ('loss', 'sampler'),
        [
            *((loss, None) for loss in LOSSES.values()),
            (LOSSES['one'], dict(type='OHEMPixelSampler', thresh=0.3)),
        ],
    )
    def test_equals_the_loss_of_the_head(self, loss, sampler):
        head = self.build(loss_decode=loss, sampler=sampler, align_corners=True)
        labels = block_labels(2, (64, 96), CLASSES)
        labels[:, :5] = 255
        samples, logits = data_samples(labels), torch.randn(2, CLASSES, 4, 6)
        expected = BaseDecodeHead.loss_by_feat(head, logits, samples)
        expected.pop('acc_seg')
        terms = head._supervise(logits, batch_data_samples=samples)
        assert terms.keys() == expected.keys()
        for name, term in terms.items():
            torch.testing.assert_close(term, expected[name])

    def test_loss_of_a_head_of_the_user_is_kept(self):
        class OwnLoss(MODELS.get('FCNHead')):
            def loss_by_feat(self, seg_logits, batch_data_samples):
                return dict(loss_own=seg_logits.sum())

        head = self.build(type=OwnLoss)
        samples = data_samples(block_labels(2, (64, 96), CLASSES))
        terms = head.train().loss(stage_maps(2), samples, None)
        assert set(terms) == {'loss_own', 'loss_own_plain', 'loss_own_oracle', 'loss_distill'}

    def test_accuracy_is_computed_once_a_step(self):
        head, samples = self.build().train(), data_samples(block_labels(2, (64, 96), CLASSES))
        with Names() as seen:
            head.loss(stage_maps(2), samples, None)
        assert seen.names.count('aten.topk.default') == 1


class Names(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.names = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.names.append(str(func))
        return func(*args, **(kwargs or {}))


BINARY = dict(num_classes=2, out_channels=1, threshold=0.7)
SIGMOID = dict(type='CrossEntropyLoss', use_sigmoid=True)
CONTRAST = dict(type='PixelContrastLoss', embed_channels=8, max_samples=64, max_views=4)


class TestOneLogitForTwoClasses:
    def build(self, outer, **options):
        if outer is None:
            head = dict(BINARY, type='SCRHead', in_channels=WIDTHS, channels=16, **options)
            return MODELS.build(dict(head, contrast=CONTRAST, loss_decode=SIGMOID))
        head = head_cfg('FCNHead') | BINARY | dict(loss_decode=SIGMOID)
        return MODELS.build(dict(type=outer, head=head, **options))

    @pytest.mark.parametrize('outer', [None, 'ContrastHead'])
    def test_contrast_samples_by_the_threshold_of_the_head(self, outer, monkeypatch):
        head = self.build(outer, **({} if outer is None else dict(contrast=CONTRAST))).train()
        predictions, sample = [], pixel_contrast.fill_anchor_slots
        monkeypatch.setattr(
            pixel_contrast,
            'fill_anchor_slots',
            lambda labels, predicted, *rest: (
                predictions.append(predicted) or sample(labels, predicted, *rest)
            ),
        )
        with torch.no_grad():
            head.conv_seg.bias.fill_(0.847)  # sigmoid 0.7
        head.conv_seg.weight.data.mul_(100)
        with recorded_calls(head.classifier) as calls:
            terms = head.loss(stage_maps(2), data_samples(block_labels(2, (64, 96), 2)), None)
        ((_, logits),) = calls
        expected = (logits.sigmoid() > 0.7).flatten(1).long()
        assert 0 < expected.sum() < expected.numel()
        assert torch.equal(*predictions, expected)
        assert terms['loss_contrast'] > 0

    @pytest.mark.parametrize('outer', [None, 'ContextAwareHead'])
    def test_context_aware_classifier_is_refused_at_once(self, outer):
        options = dict(classifier=dict(type='ContextAwareClassifier'))
        with pytest.raises(ValueError, match=r'has 1 outputs for 2 classes.*set out_channels to'):
            self.build(outer, **options)


@pytest.mark.parametrize('outer', ['ContextAwareHead', 'ContrastHead'])
def test_a_single_class_is_refused_with_the_form_that_mmseg_has_for_masks(outer):
    head = head_cfg('FCNHead') | dict(num_classes=1, out_channels=1, loss_decode=SIGMOID)
    said = 'FCNHead has num_classes=1, .* set num_classes=2; for a single logit also out_channels=1'
    with pytest.raises(ValueError, match=said):
        MODELS.build(dict(type=outer, head=head))


def test_a_single_class_is_refused_in_the_head_of_the_method():
    head = dict(type='SCRHead', in_channels=WIDTHS, channels=16, num_classes=1, contrast=None)
    with pytest.raises(ValueError, match='SCRHead has num_classes=1'):
        MODELS.build(dict(head, loss_decode=SIGMOID))


class TestHeadOfKNet:
    """It asks its kernel_generate_head for features, logits and loss_by_feat, never for loss."""

    def loss(self, **generate):
        generate['head'] = head_cfg('FCNHead')
        cfg = dict(type='IterativeDecodeHead', num_stages=0, kernel_update_head=[])
        head = MODELS.build(dict(cfg, kernel_generate_head=generate)).train()
        return head.loss(stage_maps(2), data_samples(block_labels(2, (64, 96), CLASSES)), None)

    @pytest.mark.parametrize('outer', ['ContextAwareHead', 'ContrastHead'])
    def test_terms_that_it_would_lose_are_told(self, outer):
        with pytest.raises(TypeError, match=r'called without its loss, as K-Net.*Use the plain'):
            self.loss(type=outer)

    def test_plain_classifier_loses_nothing(self):
        terms = self.loss(type='ContextAwareHead', classifier=dict(type='PlainClassifier'))
        assert set(terms) == {'loss_ce.s0', 'acc_seg.s0'}

    def test_evaluation_is_not_refused(self):
        head = MODELS.build(dict(type='ContrastHead', head=head_cfg('FCNHead'))).eval()
        maps, samples = stage_maps(2), data_samples(block_labels(2, (64, 96), CLASSES))
        assert set(head.loss_by_feat(head(maps), samples)) == {'loss_ce', 'acc_seg'}


@pytest.mark.cpu_only('dynamic quantisation is for CPUs')
@pytest.mark.filterwarnings('ignore')  # of torch, which moves its quantisation elsewhere
@pytest.mark.parametrize('name', ['SCRHead', 'FCNHead'])
def test_dynamic_quantisation_of_the_linear_layers_works(name):
    head = MODELS.build(
        dict(type='ContextAwareHead', head=head_cfg(name))
        | ({} if name == 'SCRHead' else dict(contrast=CONTRAST))
    )
    head = fill_parameters(head, scale=0.2).eval()
    quantised, maps = torch.ao.quantization.quantize_dynamic(head), stage_maps(2)
    assert not isinstance(quantised.classifier.projector.hidden, torch.nn.Linear)
    assert not isinstance(quantised.contrast.embed, torch.nn.Linear)
    with torch.no_grad():
        expected, logits = head(maps), quantised(maps)
        samples = data_samples(block_labels(2, (64, 96), CLASSES))
        terms = quantised.loss(maps, samples, None)
    assert (logits - expected).abs().mean() < 0.05 * expected.std()
    assert all(term.isfinite() for term in terms.values())
