import pytest
import torch
from builders.inputs import block_labels, data_samples, stage_maps
from builders.stock_heads import CLASSES, head_cfg
from mmseg.registry import MODELS
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from mmseg_scr.decoders.classifier_slot import ClassifierSlot, recorded_calls


def test_calls_are_recorded_in_order_and_only_inside():
    module = nn.ReLU()
    module(torch.zeros(1))
    with recorded_calls(module) as calls:
        module(torch.tensor([-1.0]))
        module(torch.tensor([2.0]))
    module(torch.zeros(1))
    assert [(float(given[0]), float(result)) for given, result in calls] == [(-1, 0), (2, 2)]


def test_recording_ends_when_the_body_fails():
    module = nn.ReLU()
    with pytest.raises(ZeroDivisionError), recorded_calls(module) as calls:
        raise ZeroDivisionError
    module(torch.zeros(1))
    assert calls == []


@pytest.mark.parametrize('count', [0, 2])
def test_a_head_that_does_not_classify_one_map_is_refused(count):
    calls = [((), torch.zeros(1))] * count
    with pytest.raises(TypeError, match=f'ClassifierSlot classified {count} maps in one forward'):
        ClassifierSlot().only_call(calls)


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
        expected = head.loss_by_feat(logits, samples)
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
