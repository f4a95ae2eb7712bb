import pytest
import torch
from builders.heads import CLASSES, build_segmentor
from torch import nn

from mmseg_scr.costs.count import count_costs
from mmseg_scr.layers import ConcatConv2d, DisentangledNonLocal2d

SIZE = (16, 32)


class LookingAtValues(nn.Module):
    """Cannot run on tensors without data."""

    def forward(self, x):
        return x * float(x.abs().max() + 1)


class ConcatAndAdd(nn.Module):
    """The image at full and at half size into one convolution."""

    def __init__(self):
        super().__init__()
        self.conv = ConcatConv2d([3, 3], 8)

    def forward(self, x):
        return self.conv([x, x[..., ::2, ::2]], x.shape[2:])


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_seg = nn.Conv2d(4, 2, 1)
        self.aligners = nn.ModuleList(nn.Conv2d(4, 4, 1, stride=s) for s in (1, 2))
        self.scale = nn.Parameter(torch.ones(4, 1, 1))
        self.contrast = nn.Linear(4, 9)
        self.dropout = nn.Dropout()

    def forward(self, x):
        # The products of no part: 4 x 4 of all pixels with themselves.
        own = x.flatten(2)
        scale = self.scale + (own @ own.transpose(1, 2)).mean()
        for aligner in self.aligners:
            x = aligner(x)
        return self.conv_seg(self.dropout(x * scale))


class Segmentor(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Conv2d(3, 4, 1, stride=4)
        self.decode_head = Head()
        self.auxiliary_head = nn.Linear(4, 2)

    def forward(self, x):
        return self.decode_head.forward(self.backbone(x))  # as mmseg does: no hooks of the head


def test_convolution_counts_each_weight_at_each_position_and_its_bias():
    total = count_costs(nn.Conv2d(3, 8, 3, stride=2, padding=1), SIZE).total
    assert total.parameters == 8 * 3 * 9 + 8
    assert total.executed == 8 * 16 * 8 * 3 * 9
    assert total.paper == total.full == total.executed + 8 * 16 * 8


def test_grouped_convolution_counts_only_its_group():
    net = nn.Sequential(
        nn.Conv2d(3, 8, 1, bias=False),
        nn.Conv2d(8, 8, (1, 7), padding=(0, 3), groups=8, bias=False),
    )
    assert count_costs(net, SIZE).total.paper == 16 * 32 * (3 * 8 + 8 * 7)


@pytest.mark.parametrize('norm', [nn.BatchNorm2d(3), nn.SyncBatchNorm(3), nn.GroupNorm(1, 3)])
def test_normalisation_counts_two_an_element_and_is_not_executed(norm):
    total = count_costs(norm, SIZE).total
    assert (total.parameters, total.paper, total.executed) == (6, 2 * 3 * 16 * 32, 0)


def test_linear_layer_is_no_product_of_attention():
    total = count_costs(nn.Sequential(nn.Linear(32, 5), nn.Linear(5, 7, bias=False)), SIZE).total
    assert total.executed == 3 * 16 * (32 * 5 + 5 * 7)
    assert total.products == 0
    assert total.paper == total.executed + 3 * 16 * 5


def test_activations_pooling_and_resizing_cost_nothing():
    net = nn.Sequential(nn.PReLU(), nn.AvgPool2d(2), nn.Upsample(scale_factor=2, mode='bilinear'))
    total = count_costs(net, SIZE).total
    assert (total.parameters, total.full, total.executed) == (1, 0, 0)


def test_concat_convolution_counts_as_published_and_executes_less():
    total = count_costs(ConcatAndAdd(), SIZE).total
    plain = count_costs(nn.Sequential(nn.Conv2d(3, 8, 1, bias=False)), SIZE).total
    assert total.paper == 2 * plain.paper
    assert total.executed == plain.executed + plain.executed // 4


def test_products_of_attention_at_the_papers_size():
    pixels, width = 32 * 64, 256
    stem = nn.Conv2d(3, 4 * width, 1, stride=32)
    attended = count_costs(nn.Sequential(stem, DisentangledNonLocal2d(4 * width)), (1024, 2048))
    products = 2 * pixels * pixels * width + pixels * width  # q k^T, A v; unary sum
    assert attended.total.products == attended.parts['1'].products == products
    assert attended.total.full - attended.total.paper == products
    assert products == pytest.approx(2.15e9, rel=1e-3)


def test_parts_add_up_and_are_named_by_what_they_do():
    cost = count_costs(Segmentor(), SIZE)
    names = ['backbone', 'aligner to stride 4', 'aligner to stride 8', 'classifier', 'rest']
    assert list(cost.parts) == names
    for count in ('parameters', 'paper', 'products', 'executed'):
        whole = getattr(cost.total, count)
        assert sum(getattr(part, count) for part in cost.parts.values()) == whole
    assert cost.parts['rest'].parameters == 4
    assert cost.parts['rest'].products == 4 * 4 * (4 * 8)


def test_aligners_to_one_stride_are_one_part():
    model = Segmentor()
    model.decode_head.aligners = nn.ModuleList(nn.Conv2d(4, 4, 1) for _ in range(2))
    cost = count_costs(model, SIZE)
    assert list(cost.parts) == ['backbone', 'aligner to stride 4', 'classifier', 'rest']
    assert cost.parts['aligner to stride 4'].parameters == 2 * (4 * 4 + 4)


def test_parameters_that_inference_does_not_read_are_training_only():
    model = Segmentor()
    cost = count_costs(model, SIZE)
    assert cost.training_only == (4 * 9 + 9) + (4 * 2 + 2)
    everything = sum(p.numel() for p in model.parameters())
    assert cost.total.parameters + cost.training_only == everything


def test_uncalled_list_of_modules_has_the_cost_of_its_items():
    class Laterals(nn.Module):
        def __init__(self):
            super().__init__()
            self.laterals = nn.ModuleList([nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)])

        def forward(self, x):
            return self.laterals[0](x) + self.laterals[1](x)

    cost = count_costs(Laterals(), SIZE)
    assert cost.parts['laterals'] == cost.total
    assert cost.total.executed == 2 * 9 * 16 * 32


def test_model_that_looks_at_values_is_run_for_real():
    layers = nn.Conv2d(3, 8, 1, stride=4), DisentangledNonLocal2d(8)
    assert (
        count_costs(nn.Sequential(*layers, LookingAtValues()), SIZE).total
        == count_costs(nn.Sequential(*layers), SIZE).total
    )


def test_model_stays_as_it_is():
    model = Segmentor().train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    count_costs(model, SIZE)
    assert model.training
    assert not any(module._forward_hooks for module in model.modules())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert model(torch.ones(1, 3, 16, 32)).shape == (1, 2, 2, 4)


@pytest.mark.parametrize('shape', [(0, 32), (16, -1)])
def test_size_must_be_positive(shape):
    with pytest.raises(ValueError, match='two positive numbers'):
        count_costs(nn.Conv2d(3, 1, 1), shape)


def test_error_of_a_model_is_not_hidden():
    with pytest.raises(RuntimeError, match='channels'):
        count_costs(nn.Conv2d(4, 1, 1), SIZE)


def test_context_aware_classifier_is_counted_with_its_products():
    """Its forward reads views of parameters, which must not stop the count."""
    plain = count_costs(build_segmentor(), (64, 96))
    adaptive = dict(type='ContextAwareClassifier')
    cost = count_costs(build_segmentor(classifier=adaptive), (64, 96))
    width, pixels, hidden = 16, 16 * 24, 8
    extra = cost.parts['classifier'] - plain.parts['classifier']
    assert extra.products == 2 * CLASSES * width * pixels
    assert extra.paper == CLASSES * (2 * width * hidden + hidden * width + width)
    assert cost.total.paper == plain.total.paper + extra.paper
    more = cost.total.parameters - plain.total.parameters
    assert more == 2 * width * hidden + hidden * width + width
