import pytest
import torch
from builders.inputs import WIDTHS, stage_maps
from builders.stock_decoders import BN, PLAIN, build_ours, build_stock, build_twins

from mmseg_scr import contexts

OPTIONS = {
    'default': {},
    'three levels': dict(num_outs=3, start_level=1),
    'without the last': dict(num_outs=2, start_level=1, end_level=3),
    'pooled': dict(num_outs=6),
    'extra of input': dict(num_outs=6, add_extra_convs='on_input'),
    'no room for extra': dict(num_outs=3, end_level=3, add_extra_convs='on_input'),
    'extra of lateral': dict(num_outs=6, add_extra_convs='on_lateral'),
    'extra of output': dict(num_outs=6, add_extra_convs=True),
    'extra, old name': dict(num_outs=5, add_extra_convs=True, extra_convs_on_inputs=True),
    'extra after ReLU': dict(num_outs=7, add_extra_convs=True, relu_before_extra_convs=True),
    'normalised': dict(norm_cfg=BN, act_cfg=dict(type='ReLU')),
    'normalised but laterals': dict(norm_cfg=BN, no_norm_on_lateral=True),
}


def _assert_equal_levels(ours, stock, maps):
    levels, expected = ours(maps), stock(maps)
    assert isinstance(levels, tuple)
    assert len(levels) == len(expected) == stock.num_outs
    torch.testing.assert_close(levels, expected)


@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize('options', OPTIONS.values(), ids=OPTIONS)
def test_plain_neck_is_the_bilinear_one_of_mmseg(options, training):
    ours, stock = build_twins('FPN', dict(upsample_cfg=dict(mode='bilinear')), **options)
    _assert_equal_levels(ours.train(training), stock.train(training), stage_maps(2, (65, 97)))


@pytest.mark.filterwarnings('ignore:When align_corners=True')
@pytest.mark.parametrize('image_size', [(64, 96), (90, 120)])
def test_corners_are_aligned_on_demand(image_size):
    resize = dict(mode='bilinear', align_corners=True)
    ours, stock = build_twins('FPN', dict(upsample_cfg=resize))
    aligned = build_ours('FPN', **PLAIN, align_corners=True)
    aligned.load_state_dict(stock.state_dict())
    maps = stage_maps(2, image_size)
    _assert_equal_levels(aligned, stock, maps)
    assert not torch.allclose(ours(maps)[0], aligned(maps)[0])


@pytest.mark.parametrize('context', contexts.__all__)
def test_context_takes_the_place_of_the_last_lateral(context):
    options = dict(num_outs=6, add_extra_convs='on_lateral', context=dict(type=context), **PLAIN)
    neck, maps = build_ours('FPN', **options).eval(), stage_maps(1, (65, 97))
    names, stock = set(neck.state_dict()), set(build_stock('FPN').state_dict())
    assert stock - names == {'lateral_convs.3.conv.weight', 'lateral_convs.3.conv.bias'}
    levels, top = neck(maps), neck.context(maps)
    torch.testing.assert_close(levels[3], neck.fpn_convs[3](top))
    torch.testing.assert_close(levels[4], neck.fpn_convs[4](top))
    sum(level.square().mean() for level in neck.train()(stage_maps(2))).backward()
    assert [name for name, p in neck.named_parameters() if p.grad is None] == []


def test_context_reads_only_the_maps_of_the_pyramid():
    context = dict(context=dict(type='MultiStage'))
    neck = build_ours('FPN', num_outs=2, start_level=1, end_level=3, **context).eval()
    assert neck.context.reduce.in_channels == sum(WIDTHS[1:3])
    maps = stage_maps(1)
    assert [x.shape[2:] for x in neck(maps)] == [x.shape[2:] for x in maps[1:3]]


def test_initialisation_of_the_neck_spares_the_parts():
    """FPN draws each convolution anew when training begins; the offsets of SRM must stay zero."""
    neck = build_ours('FPN', context=dict(type='CRM'))
    before = {name: value.clone() for name, value in neck.state_dict().items()}
    neck.init_weights()
    changed = {name for name, value in neck.state_dict().items() if (value != before[name]).any()}
    assert {name.split('.')[0] for name in changed} == {'lateral_convs', 'fpn_convs'}
    assert not any(aligner.offset.weight.any() for aligner in neck.aligners)


@pytest.mark.parametrize('as_list', [False, True])
def test_checkpoint_of_the_neck_reaches_the_parts(tmp_path, as_list):
    trained = build_ours('FPN')
    torch.nn.init.ones_(trained.aligners[0].offset.weight)
    torch.save(trained.state_dict(), tmp_path / 'neck.pth')
    rule = dict(type='Pretrained', checkpoint=str(tmp_path / 'neck.pth'))
    neck = build_ours('FPN', init_cfg=[rule] if as_list else rule)
    neck.init_weights()
    for name, value in trained.state_dict().items():
        assert torch.equal(neck.state_dict()[name], value)


def test_parts_that_a_checkpoint_of_a_plain_neck_lacks_keep_their_start(tmp_path):
    plain = build_stock('FPN')
    torch.save(plain.state_dict(), tmp_path / 'neck.pth')
    rules = [
        dict(type='Xavier', layer='Conv2d', distribution='uniform'),
        dict(type='Pretrained', checkpoint=str(tmp_path / 'neck.pth')),
    ]
    neck = build_ours('FPN', init_cfg=rules)
    neck.init_weights()
    state = neck.state_dict()
    assert all(torch.equal(state[name], value) for name, value in plain.state_dict().items())
    assert not neck.aligners[0].offset.weight.any()


def test_norm_of_the_parts_is_that_of_the_neck_or_batch_norm():
    groups = dict(type='GN', num_groups=2)
    bare, normed = build_ours('FPN'), build_ours('FPN', norm_cfg=groups)
    own = build_ours('FPN', norm_cfg=BN, aligner=dict(type='SRM', norm_cfg=groups))
    assert not bare.lateral_convs[0].with_norm
    for neck, expected in [
        (bare, torch.nn.BatchNorm2d),
        (normed, torch.nn.GroupNorm),
        (own, torch.nn.GroupNorm),
    ]:
        norms = [m for m in neck.aligners.modules() if isinstance(m, expected)]
        assert len(norms) == len(neck.aligners)


def test_way_of_resizing_that_would_be_ignored_is_refused():
    with pytest.raises(TypeError, match=r"upsample_cfg=\{'mode': 'nearest'\} would have no effect"):
        build_ours('FPN', upsample_cfg=dict(mode='nearest'))


def test_pyramid_of_a_single_map_is_refused():
    with pytest.raises(ValueError, match=r'a coarse and a fine map, got in_channels=\[32\]'):
        build_ours('FPN', start_level=3, num_outs=1)
