import pytest
from torch import nn

from mmseg_scr.checks.norms import require_norm_of_one_pixel


@pytest.mark.parametrize('norm', [nn.InstanceNorm2d(4), nn.InstanceNorm2d(4, affine=True)])
def test_a_normalisation_of_each_images_map_is_refused_by_part_and_itself(norm):
    message = r'^PPM normalises the mean of the whole map.*; got InstanceNorm2d\(4'
    with pytest.raises(ValueError, match=message):
        require_norm_of_one_pixel('PPM', norm)


@pytest.mark.parametrize(
    'norm', [nn.BatchNorm2d(4), nn.SyncBatchNorm(4), nn.GroupNorm(2, 4), nn.LayerNorm(4)]
)
def test_other_normalisations_pass(norm):
    require_norm_of_one_pixel('PPM', norm)
