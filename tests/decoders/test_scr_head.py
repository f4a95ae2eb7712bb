import re

import pytest
import torch
from builders.fill import fill_parameters
from builders.gpu_autocast import NEEDS_RECENT_TORCH, gpu_autocast
from builders.heads import CLASSES, SMALL_CONTRAST, build_head, build_segmentor
from builders.inputs import ODD_SIZES, WIDTHS, stage_maps, stage_sizes
from mmseg.models.utils import resize
from reference.fusion import concat_and_convolve
from torch import nn
from torch.nn import functional as F

from mmseg_scr import aligners, contexts


@pytest.mark.parametrize('image_size', ODD_SIZES)
def test_logits_are_one_tensor_at_the_size_of_the_finest_map(image_size):
    head, maps = build_head().eval(), stage_maps(1, image_size)
    assert head(maps).shape == (1, CLASSES, *stage_sizes(*image_size)[0])


@pytest.mark.parametrize('batch', [1, 2])
def test_training_returns_the_same_kind_of_result(batch):
    logits = build_head().train()(stage_maps(batch, (65, 97)))
    assert logits.shape == (batch, CLASSES, 17, 25)


@NEEDS_RECENT_TORCH
def test_autocast_of_a_gpu_leaves_all_levels_in_half_precision():
    with gpu_autocast():
        levels = build_head(aligner=dict(type='SRM')).pyramid([x.half() for x in stage_maps(2)])
    assert {level.dtype for level in levels} == {torch.float16}


def test_pyramid_adds_each_lateral_to_the_aligned_level_above():
    """With bilinear alignment the method is a plain pyramid, written out here."""
    head = fill_parameters(
        build_head(aligner=dict(type='Bilinear'), context=dict(type='LastStage'))
    )
    head, maps = head.double().eval(), [x.double() for x in stage_maps(2, (65, 97))]
    level = head.context(maps)
    levels = [level]
    for stage in (2, 1, 0):
        lateral = head.laterals[stage](maps[stage])
        level = F.interpolate(level, lateral.shape[2:], mode='bilinear') + lateral
        levels.insert(0, level)
    x = concat_and_convolve(levels, head.fusion.conv.weight)
    norm = head.fusion.norm
    x = F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias).relu()
    expected = F.conv2d(x, head.conv_seg.weight, head.conv_seg.bias)
    torch.testing.assert_close(head(maps), expected)


def test_smoothed_levels_are_fused_and_plain_ones_are_handed_down():
    """The decoder of SFNet, written out here."""
    head = fill_parameters(
        build_head(
            aligner=dict(type='Bilinear'),
            context=dict(type='LastStage'),
            smoothing=dict(type='ConvModule', kernel_size=3, padding=1),
            fusion=dict(type='ConcatConvModule', kernel_size=3),
            align_corners=True,
        ),
        scale=0.1,
    )
    head, maps = head.double().eval(), [x.double() for x in stage_maps(2, (65, 97))]
    resize = dict(mode='bilinear', align_corners=True)
    level = head.context(maps)
    smoothed = [level]
    for stage in (2, 1, 0):
        lateral = head.laterals[stage](maps[stage])
        level = F.interpolate(level, lateral.shape[2:], **resize) + lateral
        conv, norm = head.smoothing[stage].conv, head.smoothing[stage].bn
        x = F.conv2d(level, conv.weight, padding=1)
        x = F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias)
        smoothed.insert(0, x.relu())
    size = smoothed[0].shape[2:]
    x = torch.cat([F.interpolate(level, size, **resize) for level in smoothed], 1)
    norm = head.fusion.norm
    x = F.conv2d(x, head.fusion.conv.weight, padding=1)
    x = F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias).relu()
    expected = F.conv2d(x, head.conv_seg.weight, head.conv_seg.bias)
    torch.testing.assert_close(head(maps), expected)


def test_contrast_embeds_what_the_fusion_sees():
    smoothing = dict(type='ConvModule', kernel_size=3, padding=1)
    head, maps = build_head(smoothing=smoothing).eval(), stage_maps(1)
    assert head.contrast.embed.in_features == 4 * 16
    plain = build_head().eval()
    plain.load_state_dict(head.state_dict(), strict=False)
    finest, *_, top = head.pyramid(maps)
    assert torch.equal(finest, head.smoothing[0](plain.pyramid(maps)[0]))
    assert torch.equal(top, plain.pyramid(maps)[-1])


@pytest.mark.parametrize('align_corners', [False, True])
def test_new_srm_head_equals_the_bilinear_head(align_corners):
    refined = build_head(align_corners=align_corners).eval()
    plain = build_head(aligner=dict(type='Bilinear'), align_corners=align_corners).eval()
    plain.load_state_dict(refined.state_dict(), strict=False)
    maps = stage_maps(1, (65, 97))
    torch.testing.assert_close(refined(maps), plain(maps), rtol=1e-4, atol=1e-4)


def test_every_part_resizes_as_the_head_does():
    modules = build_head(align_corners=True).modules()
    choices = [m.align_corners for m in modules if hasattr(m, 'align_corners')]
    assert len(choices) > 5
    assert all(choices)


@pytest.mark.parametrize('context', contexts.__all__)
@pytest.mark.parametrize('aligner', aligners.__all__)
class TestEveryCombination:
    @pytest.fixture
    def head(self, context, aligner):
        return build_head(context=dict(type=context), aligner=dict(type=aligner))

    @pytest.mark.parametrize('image_size', [(65, 97), (32, 32)])
    def test_single_images_of_odd_sizes(self, head, image_size):
        maps = stage_maps(1, image_size)
        assert head.eval()(maps).shape == (1, CLASSES, *maps[0].shape[2:])

    def test_bfloat16_is_close_to_float32(self, head, device):
        maps = stage_maps(1)
        exact = head.eval()(maps)
        with torch.autocast(device.type, torch.bfloat16):
            mixed = head(maps)
        low = head.bfloat16()([x.bfloat16() for x in maps])
        for logits in (mixed, low):
            assert (logits.float() - exact).abs().mean() < 0.05 * exact.std() + 1e-3

    def test_state_dict_restores_the_logits(self, head, context, aligner):
        head, maps = fill_parameters(head).eval(), stage_maps(1)
        twin = build_head(context=dict(type=context), aligner=dict(type=aligner)).eval()
        twin.load_state_dict(head.state_dict())
        assert torch.equal(twin(maps), head(maps))


def test_channels_last_maps_and_weights_give_the_same():
    head, maps = fill_parameters(build_head(), scale=0.1).eval(), stage_maps(2, (65, 97))
    expected = head(maps)
    last = torch.channels_last
    logits = head.to(memory_format=last)([x.to(memory_format=last) for x in maps])
    torch.testing.assert_close(logits, expected, rtol=1e-4, atol=1e-4)


def test_images_of_a_batch_do_not_mix_in_evaluation():
    head, maps = fill_parameters(build_head(), scale=0.1).eval(), stage_maps(2)
    alone = head([x[1:] for x in maps])
    torch.testing.assert_close(head(maps)[1:], alone, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize('image_size', [(64, 96), (65, 97)])
def test_predict_is_forward_resized_to_the_image(image_size):
    head, maps = build_head().eval(), stage_maps(2, image_size)
    metas = [dict(img_shape=image_size, pad_shape=image_size)] * 2
    expected = resize(head(maps), image_size, mode='bilinear', align_corners=False)
    assert torch.equal(head.predict(maps, metas, dict()), expected)


def test_chosen_maps_of_the_backbone_may_be_three():
    head = build_head(in_channels=WIDTHS[1:], in_index=[1, 2, 3]).eval()
    maps = stage_maps(1)
    assert head(maps).shape == (1, CLASSES, *maps[1].shape[2:])


@pytest.mark.parametrize(('aligner', 'millions'), [('SRM', 15.487), ('Bilinear', 15.214)])
def test_parameters_of_the_whole_network_are_the_published_ones(aligner, millions):
    widths = [64, 128, 320, 512]
    backbone = dict(embed_dims=widths, depths=[2, 2, 4, 2], mlp_ratios=[8, 8, 4, 4])
    options = dict(in_channels=widths, channels=128, num_classes=19, contrast=None)
    network = build_segmentor(backbone, aligner=dict(type=aligner), **options)
    count = sum(p.numel() for p in network.parameters())
    assert count == pytest.approx(millions * 1e6, rel=0.0005)


def test_single_map_is_refused():
    with pytest.raises(ValueError, match=r'needs a coarse and a fine map, got in_channels=\[8\]'):
        build_head(in_channels=[8], in_index=[3])


def test_missing_maps_are_refused_with_their_number():
    with pytest.raises(
        ValueError, match=r'maps \[0, 1, 2, 3\].*gives maps of \[8, 16, 24\]; set in_channels'
    ):
        build_head().eval()(stage_maps(1)[:3])


def test_maps_of_another_width_are_refused_with_the_option_to_set():
    maps = stage_maps(1, widths=[8, 16, 24, 40])
    with pytest.raises(ValueError, match=r'gives maps of \[8, 16, 24, 40\]; set in_channels'):
        build_head().eval()(maps)


@pytest.mark.parametrize('slot', ['context', 'aligner', 'smoothing', 'fusion', 'contrast'])
def test_unknown_type_is_refused_with_the_slot_and_its_choices(slot):
    with pytest.raises(KeyError, match=rf"{slot} has the unknown type 'Nonsense'; choose one of"):
        build_head(**{slot: dict(type='Nonsense')})


def test_option_left_over_from_a_swap_is_refused():
    with pytest.raises(TypeError, match=r"aligner Bilinear has no option \['hidden_channels'\]"):
        build_head(aligner=dict(type='Bilinear', hidden_channels=32))


def test_misspelt_contrast_option_is_refused_with_the_right_ones():
    with pytest.raises(TypeError, match=r"no option \['temprature'\], only \[.*'temperature'"):
        build_head(contrast=dict(SMALL_CONTRAST, temprature=0.1))


@pytest.mark.parametrize('slot', ['context', 'aligner', 'smoothing', 'fusion', 'contrast'])
def test_config_without_a_type_is_refused(slot):
    with pytest.raises(TypeError, match=f"{slot} must be a dict with a 'type'"):
        build_head(**{slot: {}})


@pytest.mark.parametrize('slot', ['context', 'aligner'])
def test_slot_that_cannot_be_empty_is_refused_when_it_is(slot):
    with pytest.raises(TypeError, match=f'{slot} must be a dict.*got None'):
        build_head(**{slot: None})


def test_misspelt_option_of_the_head_is_refused():
    with pytest.raises(TypeError, match='alinger'):
        build_head(alinger=dict(type='SRM'))


@pytest.mark.parametrize(
    'option', [dict(act_cfg=dict(type='GELU')), dict(conv_cfg=dict(type='DCN'))]
)
def test_option_without_effect_is_refused_with_its_value(option):
    ((name, value),) = option.items()
    with pytest.raises(
        ValueError, match=f'{name}={re.escape(repr(value))} would have no effect.*le'
    ):
        build_head(**option)


def test_defaults_of_mmseg_are_accepted():
    build_head(act_cfg=dict(type='ReLU'), conv_cfg=None)


@pytest.mark.parametrize('context', contexts.__all__)
@pytest.mark.parametrize('aligner', aligners.__all__)
def test_without_a_norm_the_parts_have_batch_norm(context, aligner):
    smoothing = dict(type='ConvModule', kernel_size=3, padding=1)
    options = dict(context=dict(type=context), aligner=dict(type=aligner), smoothing=smoothing)
    head = build_head(norm_cfg=None, **options)
    assert head.train()(stage_maps(2)).isfinite().all()
    for own in (head.laterals, head.smoothing):
        assert not [m for m in own.modules() if isinstance(m, nn.BatchNorm2d)]
    assert isinstance(head.fusion.norm, nn.BatchNorm2d)
    assert any(isinstance(m, nn.BatchNorm2d) for m in head.context.modules())
