import pytest
import torch
from mmseg.registry import MODELS
from torch import nn

from mmseg_scr.slots import build_slot

ROOM = ['SRM', 'Bilinear']
SHARED = dict(channels=8, norm_cfg=dict(type='BN'), align_corners=True)


def test_part_gets_what_the_head_knows_and_it_asks_for():
    part = build_slot('aligner', dict(type='SRM', hidden_channels=4), ROOM, **SHARED)
    assert part.align_corners is True
    assert part.compress_fine.in_channels == 8
    assert part.offset.in_channels == 4


def test_part_does_not_get_what_it_does_not_ask_for():
    assert build_slot('aligner', dict(type='Bilinear'), ROOM, **SHARED).align_corners is True


def test_config_wins_over_the_head():
    cfg = dict(type='Bilinear', align_corners=False)
    assert build_slot('aligner', cfg, ROOM, **SHARED).align_corners is False


def test_config_and_shared_values_are_left_as_they_were():
    cfg, shared = dict(type='SRM', hidden_channels=4), dict(SHARED)
    build_slot('aligner', cfg, ROOM, **shared)
    assert cfg == dict(type='SRM', hidden_channels=4)
    assert shared == SHARED


def test_any_registered_class_may_fill_a_slot():
    @MODELS.register_module(name='NearestForThisTest', force=True)
    class Nearest(nn.Module):
        def __init__(self, channels):
            super().__init__()
            self.channels = channels

    try:
        part = build_slot('aligner', dict(type='NearestForThisTest'), ROOM, **SHARED)
        assert part.channels == 8
    finally:
        MODELS.module_dict.pop('NearestForThisTest')


def test_type_may_be_the_class_itself():
    part = build_slot('aligner', dict(type=nn.PReLU, num_parameters=3), ROOM, **SHARED)
    assert torch.equal(part.weight, torch.full((3,), 0.25))


@pytest.mark.parametrize('cfg', ['SRM', None, {}, dict(hidden_channels=4)])
def test_config_without_a_type_is_refused_with_the_choices(cfg):
    with pytest.raises(TypeError, match=r"aligner must be a dict.*'Bilinear', 'SRM'.*got "):
        build_slot('aligner', cfg, ROOM, **SHARED)


def test_type_may_be_a_function():
    def make(channels, align_corners):
        return nn.Upsample(scale_factor=channels, align_corners=align_corners, mode='bilinear')

    part = build_slot('aligner', dict(type=make), ROOM, **SHARED)
    assert (part.scale_factor, part.align_corners) == (8, True)
    with pytest.raises(TypeError, match='type of aligner must be a name, a class or a function'):
        build_slot('aligner', dict(type=3), ROOM, **SHARED)


def test_options_that_a_foreign_part_hands_on_are_its_own_affair():
    class HandsOn(nn.Conv2d):
        def __init__(self, channels, **kwargs):
            super().__init__(channels, channels, 1, **kwargs)

    cfg = dict(type=HandsOn, bias=False)
    assert build_slot('smoothing', cfg, ROOM, **SHARED).bias is None


def test_unknown_type_is_refused_with_the_choices():
    with pytest.raises(KeyError, match=r"aligner has the unknown type 'SMR'.*'Bilinear', 'SRM'"):
        build_slot('aligner', dict(type='SMR'), ROOM, **SHARED)


def test_option_of_another_type_is_refused_with_the_way_to_drop_it():
    with pytest.raises(TypeError, match=r"Bilinear has no option \['hidden_channels'\].*_delete_"):
        build_slot('aligner', dict(type='Bilinear', hidden_channels=4), ROOM, **SHARED)


def test_part_for_another_slot_is_refused_with_the_choices():
    with pytest.raises(TypeError, match=r"aligner cannot be CRM, .*; choose one of \['Bilinear'"):
        build_slot('aligner', dict(type='CRM'), ROOM, in_channels=[8], **SHARED)


def test_room_that_is_not_named_is_not_listed():
    with pytest.raises(KeyError, match="unknown type 'Nonsense'; choose a registered one"):
        build_slot('context', dict(type='Nonsense'), [], **SHARED)


def test_the_hint_names_the_option_of_a_part_in_a_part():
    with pytest.raises(TypeError, match=r'write kernels=dict\(_delete_=True'):
        build_slot('kernels of FADE', dict(type='FADELiteKernels', width=3), [], channels=4)
