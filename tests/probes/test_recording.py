from dataclasses import fields

import pytest
import torch
from builders.fill import fill_parameters
from builders.heads import build_head, build_segmentor
from builders.inputs import WIDTHS, block_labels, data_samples, stage_maps
from builders.stock_decoders import build_ours, network_cfg
from builders.stock_heads import head_cfg
from mmseg.registry import MODELS
from torch import nn

from mmseg_scr.ops.neighborhood import combine_neighbors
from mmseg_scr.ops.stages import concat_stages
from mmseg_scr.probes import Inside, looking_inside, summarize, undisturbed

SIZE = (64, 96)


def look(head, **options):
    """Run a decoder once on random maps."""
    with undisturbed(head), looking_inside(head) as inside:
        head(stage_maps(2, SIZE), **options)
    return inside


def look_at_loss(head):
    samples = data_samples(block_labels(2, SIZE, 5))
    with undisturbed(head), looking_inside(head) as inside:
        head.loss(stage_maps(2, SIZE), samples, None)
    return inside


def test_every_part_of_the_head_is_seen_by_its_path():
    inside = look_at_loss(fill_parameters(build_head()))
    steps = ['aligners.2', 'aligners.1', 'aligners.0']
    assert list(inside.attentions) == [
        'context.spatial_attention',
        'context.spatial_attention.unary',
    ]
    assert list(inside.channel_factors) == ['context.channel_attention']
    assert list(inside.alignments) == list(inside.offsets) == steps
    assert list(inside.neighbor_weights) == [f'{step}.mask' for step in steps]
    assert list(inside.anchors) == ['contrast']


@torch.no_grad()
def test_values_are_those_of_the_parts():
    head = fill_parameters(build_head()).eval()
    maps = stage_maps(2, SIZE)
    with looking_inside(head) as inside:
        head(maps)
    x = head.context.stage_norm(concat_stages(maps))
    factors = head.context.channel_attention(x.split(WIDTHS, dim=1)).flatten(1)
    torch.testing.assert_close(inside.channel_factors['context.channel_attention'], factors)
    coarse, fine, aligned = inside.alignments['aligners.0']
    torch.testing.assert_close(aligned, head.aligners[0](coarse, fine))
    offset = head.aligners[0].predict_offset(coarse, fine)
    torch.testing.assert_close(inside.offsets['aligners.0'], offset)
    weights = inside.neighbor_weights['aligners.0.mask']
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(2, 16, 24))
    # The levels go down the pyramid: what one step aligned is the coarse map of the next.
    above = inside.alignments['aligners.1']
    torch.testing.assert_close(coarse, above.aligned + above.fine)


def test_offsets_of_single_pixels_are_what_the_mask_combines():
    head = fill_parameters(build_head()).eval()
    inside = look(head)
    own = inside.own_offsets['aligners.0.mask']
    weights = inside.neighbor_weights['aligners.0.mask']
    combined = combine_neighbors(own, weights)
    torch.testing.assert_close(combined, inside.offsets['aligners.0'])


def test_stages_of_the_factors_and_the_grid_of_the_attention_are_known():
    inside = look(fill_parameters(build_head()))
    assert inside.stage_widths == {'context.channel_attention': tuple(WIDTHS)}
    assert set(inside.grids) == set(inside.attentions)
    assert set(inside.grids.values()) == {(2, 3)}


def test_rows_of_attention_give_what_the_module_returns():
    head = fill_parameters(build_head(), scale=0.1).eval()
    block = head.context.spatial_attention
    x = torch.randn(2, sum(WIDTHS), 2, 3)
    with torch.no_grad(), looking_inside(block) as inside:
        result = block(x)
        every = torch.arange(6)
        weights = inside.attentions[''].weights(every) + inside.attentions['.unary'].weights(every)
        attended = (weights @ block.value(x).flatten(2).mT).mT.unflatten(2, (2, 3))
        torch.testing.assert_close(block.out(attended), result)


def test_a_scale_inside_of_the_module_is_seen(monkeypatch):
    """Whatever a module makes of its queries before the product."""
    from mmseg_scr.layers import disentangled_non_local as file

    plain = file.disentangled_attention
    block = fill_parameters(build_head()).eval().context.spatial_attention
    x = torch.randn(1, sum(WIDTHS), 2, 3)
    spreads = []
    for scale in (1.0, 0.25):
        monkeypatch.setattr(
            file, 'disentangled_attention', lambda q, *a, s=scale, **o: plain(q * s, *a, **o)
        )
        with torch.no_grad(), looking_inside(block) as inside:
            block(x)
        spreads.append(summarize(inside)['']['logit_spread'])
    assert spreads[1] == pytest.approx(spreads[0] / 4, rel=1e-4)


@pytest.mark.parametrize(
    ('context', 'paths'),
    [
        ('LastStage', []),
        ('PPM', []),
        ('FRM', ['context.spatial_attention', 'context.spatial_attention.unary']),
        ('CCAM', ['context.attention', 'context.attention#2']),
        ('DAM', ['context.channel.1', 'context.position.1']),
    ],
)
def test_attention_of_every_context(context, paths):
    inside = look(build_head(context=dict(type=context)))
    assert sorted(inside.attentions) == paths
    assert not inside.channel_factors
    for values in summarize(inside).values():
        assert all(value == value for value in values.values())


@pytest.mark.parametrize(
    ('aligner', 'offsets', 'weights'),
    [
        ('Bilinear', [], 0),
        ('FAM', ['aligners.0', 'aligners.1', 'aligners.2'], 0),
        ('AlignFA', [f'aligners.{i}.{m}_offset' for i in range(3) for m in ('coarse', 'fine')], 0),
        ('SRM', ['aligners.0', 'aligners.1', 'aligners.2'], 3),
    ],
)
def test_offsets_of_every_aligner(aligner, offsets, weights):
    inside = look(build_head(aligner=dict(type=aligner)))
    assert sorted(inside.offsets) == offsets
    assert len(inside.alignments) == 3
    assert len(inside.neighbor_weights) == weights


@pytest.mark.parametrize('mask', [None, dict(softmax=False)])
def test_without_shares_there_are_no_neighbor_weights(mask):
    inside = look(build_head(aligner=dict(type='SRM', mask=mask)))
    assert not inside.neighbor_weights
    assert len(inside.offsets) == 3


@pytest.mark.parametrize('name', ['UPerHead', 'SegformerHead', 'FPN'])
def test_decoders_of_mmseg_with_our_slots(name):
    inside = look(build_ours(name))
    assert len(inside.alignments) == len(inside.offsets) == 3


def test_a_wrapped_head():
    head = MODELS.build(
        dict(
            type='ContextAwareHead',
            head=head_cfg('FCNHead'),
            contrast=dict(type='PixelContrastLoss', max_views=8),
        )
    )
    inside = look_at_loss(head)
    assert list(inside.anchors) == ['contrast']
    assert not inside.alignments


@pytest.mark.parametrize('name', ['FCNHead', 'PSPHead', 'LightHamHead'])
def test_heads_without_such_parts_show_nothing(name):
    assert look(MODELS.build(head_cfg(name))) == Inside()
    assert summarize(Inside()) == {}


EVERY_KIND = [each.name for each in fields(Inside)]


def head_around(head):
    return dict(type='ContextAwareHead', head=head)


def look_at_network(head):
    network = build_segmentor()
    network.decode_head = MODELS.build(head)
    with torch.no_grad(), looking_inside(network.eval()) as inside:
        network(torch.randn(1, 3, 64, 64))
    return inside


@pytest.mark.parametrize(
    'head', [head_cfg('UPerHead'), head_cfg('LightHamHead'), head_around(head_cfg('UPerHead'))]
)
def test_stock_networks_and_wrapped_heads_lack_everything_and_that_is_said(head):
    inside = look_at_network(head)
    assert inside.absent() == EVERY_KIND


def test_our_head_inside_of_a_context_aware_one_is_seen():
    inside = look_at_network(head_around(head_cfg('SCRHead')))
    assert inside.absent() == ['anchors']
    assert list(inside.offsets)[-1] == 'decode_head.aligners.0'


def test_attention_of_a_backbone_is_left_out():
    class Backbone(nn.Module):
        def forward(self, x):
            return nn.functional.scaled_dot_product_attention(x, x, x)

    model = nn.ModuleDict({'backbone': Backbone(), 'neck': Backbone()})
    with looking_inside(model) as inside:
        model['neck'](model['backbone'](torch.randn(1, 2, 4, 3)))
    assert list(inside.attentions) == ['neck']
    rows = inside.attentions['neck']
    assert (rows.q.shape, rows.scale) == ((2, 4, 3), 3**-0.5)


def test_nothing_stays_on_the_model():
    head = build_head()
    look(head)
    for module in head.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks


def test_a_compiled_forward_is_seen_and_stays_compiled():
    """Also a head whose method `forward` was compiled, and a module compiled in place."""
    graphs = []

    def backend(graph, _):
        graphs.append(graph)
        return graph.forward

    torch.compiler.reset()
    head = build_head().eval()
    maps = stage_maps(1, SIZE)
    head.forward = torch.compile(head.forward, backend=backend)
    head.context.compile(backend=backend)
    with torch.no_grad():
        head(maps)
        compiled = len(graphs)
        with looking_inside(head) as inside:
            head(maps)
        head(maps)
    assert compiled
    assert len(graphs) == compiled
    assert len(inside.offsets) == 3
    assert 'context.spatial_attention' in inside.attentions


def test_wrappers_are_looked_through():
    network = build_segmentor().eval()
    with torch.no_grad(), looking_inside(torch.compile(network, backend='eager')) as inside:
        network(torch.randn(1, 3, 64, 64))
    assert 'decode_head.aligners.0' in inside.offsets


def test_a_neck_and_a_head_of_one_network():
    network = MODELS.build(network_cfg('ResNet', 'FPN', context=dict(type='CRM'))).eval()
    with torch.no_grad(), looking_inside(network) as inside:
        network(torch.randn(1, 3, 64, 64))
    assert list(inside.alignments) == ['neck.aligners.2', 'neck.aligners.1', 'neck.aligners.0']
    assert list(inside.channel_factors) == ['neck.context.channel_attention']


def test_bfloat16_autocast():
    head = fill_parameters(build_head(), scale=0.1).eval()
    with torch.autocast('cpu', torch.bfloat16):
        rough = summarize(look_at_loss(head))
    exact = summarize(look_at_loss(head))
    assert rough.keys() == exact.keys()
    path = 'context.channel_attention'
    assert rough[path]['factor_mean'] == pytest.approx(exact[path]['factor_mean'], abs=0.02)
