from collections import OrderedDict

import pytest
import torch
from torch import nn

from mmseg_scr.contexts import CRM
from mmseg_scr.weights.packing import pack, unpack

WIDTHS = (4, 6, 8)
LITERAL = dict(similarity='dot', stage_norm=False, factor_norm=False)


def crm(**options):
    return CRM(WIDTHS, 8, norm_cfg=dict(type='BN'), **options)


def converted(state_dict):
    return unpack(pack(state_dict))


def test_floats_are_halved_and_come_back_rounded_to_half_precision():
    value = torch.tensor([1.0, 1 + 2**-12, 3.0e-5])
    packed = pack({'a': value})
    assert packed['a'].dtype == torch.float16
    assert torch.equal(unpack(packed)['a'], value.half().float())


def test_integers_stay():
    packed = pack({'a': torch.tensor([70000, 3])})
    assert packed['a'].dtype == unpack(packed)['a'].dtype == torch.int64
    assert packed['a'].tolist() == [70000, 3]


def test_tensor_beyond_half_precision_stays_in_float32():
    packed = pack({'variance': torch.tensor([1.0, 7e4])})
    assert packed['variance'].dtype == torch.float32
    assert packed['variance'][1] == 7e4


def test_small_numbers_alone_stay_in_float32_and_small_ones_among_others_do_not():
    packed = pack({'scale': torch.full((3,), 1.234e-6), 'mixed': torch.tensor([1.0, 1e-6])})
    assert packed['scale'].dtype == torch.float32
    assert packed['scale'].tolist() == torch.full((3,), 1.234e-6).tolist()
    assert packed['mixed'].dtype == torch.float16
    assert pack({'zeros': torch.zeros(3)})['zeros'].dtype == torch.float16


def test_named_weights_and_counters_of_batches_are_left_out():
    state_dict = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).state_dict()
    packed = pack(state_dict, left_out=['0.bias'])
    assert set(state_dict) - set(packed) == {'0.bias', '1.num_batches_tracked'}


def test_view_does_not_bring_the_rest_of_its_tensor_along():
    packed = pack({'a': torch.zeros(1000, dtype=torch.int64)[:2]})
    assert packed['a'].untyped_storage().nbytes() == 2 * 8


def test_versions_of_modules_are_kept_and_none_are_invented():
    state_dict = crm().state_dict()
    assert converted(state_dict)._metadata['']['version'] == CRM._version
    assert not hasattr(converted(OrderedDict(state_dict)), '_metadata')


def test_weights_of_an_old_version_are_still_refused_after_conversion():
    """As they are before it: without its version, CRM would take them for new ones."""
    old = crm(**LITERAL).state_dict()
    old._metadata['']['version'] = 1
    cosine = crm(stage_norm=False)
    for weights in (old, converted(old)):
        with pytest.raises(ValueError, match='belong to another form of CRM'):
            cosine.load_state_dict(weights, strict=False)
    crm(**LITERAL).load_state_dict(converted(old), strict=False)
