from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from torch import nn

from mmseg_scr import contexts
from mmseg_scr.runs.variants import titles_of_configs, variants_of_slot

DEMO = next((Path(__file__).parents[2] / 'configs' / 'demo').glob('scr_*-200_*.py'))


@pytest.fixture
def config():
    init_default_scope('mmseg')
    return Config.fromfile(DEMO)


def test_each_variant_differs_in_the_slot_alone(config):
    variants = variants_of_slot(config, 'context', ['PPM', 'LastStage'])
    assert [*variants] == ['PPM', 'LastStage']
    for part, variant in variants.items():
        assert variant.model.decode_head.context == dict(type=part)
        variant.model.decode_head.context = config.model.decode_head.context
        assert variant.to_dict() == config.to_dict()


def test_all_parts_of_the_room_by_default(config):
    assert [*variants_of_slot(config, 'context')] == contexts.__all__


def test_a_slot_can_be_emptied(config):
    variant = variants_of_slot(config, 'contrast', ['none'])['none']
    assert variant.model.decode_head.contrast is None


def test_a_part_from_outside_is_taken_once_it_is_registered(config):
    with pytest.raises(ValueError, match=r"no aligner is called \['MyAligner'\]"):
        variants_of_slot(config, 'aligner', ['MyAligner'])
    MODELS.register_module(name='MyAligner', module=nn.Identity)
    try:
        assert [*variants_of_slot(config, 'aligner', ['MyAligner'])] == ['MyAligner']
    finally:
        MODELS.module_dict.pop('MyAligner')


@pytest.mark.parametrize(
    ('slot', 'message'), [('neck', 'slot must be one of'), ('classifier', 'has no classifier')]
)
def test_slot_that_is_not_there_is_refused(config, slot, message):
    with pytest.raises(ValueError, match=message):
        variants_of_slot(config, slot)


def test_titles_are_as_short_as_they_can_be():
    assert titles_of_configs(['scr_a_b', 'baseline_a_b']) == ['scr', 'baseline']
    assert titles_of_configs(['scr_a_x', 'scr_b_x', 'crm_a_x']) == ['scr_a', 'scr_b', 'crm_a']
    assert titles_of_configs(['scr_a']) == ['scr']
    with pytest.raises(ValueError, match=r"\['scr'\] stands there twice"):
        titles_of_configs(['scr', 'scr'])
