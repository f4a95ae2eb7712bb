import pytest
import torch
from builders.fill import fill_parameters
from torch import nn

from mmseg_scr.layers import DisentangledNonLocal2d, GatedAttention
from mmseg_scr.layers.precise_conv import convolve_precisely
from mmseg_scr.ops.attention import pixel_attention


def test_equals_the_convolutions_bit_by_bit_under_any_autocast(device):
    x, convs = torch.randn(1, 4, 3, 5), [nn.Conv2d(4, 2, 1), nn.Conv2d(4, 1, 1, bias=False)]
    expected = [conv(x) for conv in convs]
    with torch.autocast(device.type, torch.bfloat16):
        assert all(map(torch.equal, convolve_precisely(x, *convs), expected))


def test_map_in_half_meets_weights_in_float32_and_a_half_model_stays_half():
    x, conv = torch.randn(1, 4, 3, 5).half(), nn.Conv2d(4, 2, 1)
    (result,) = convolve_precisely(x, conv)
    assert torch.equal(result, conv(x.float()))
    assert convolve_precisely(x, conv.half())[0].dtype == torch.float16


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
@pytest.mark.parametrize(
    'build',
    [lambda: DisentangledNonLocal2d(64), lambda: GatedAttention(64, pixel_attention)],
    ids=['DisentangledNonLocal2d', 'GatedAttention'],
)
def test_attention_with_large_logits_rounds_no_more_than_its_values(build, dtype, device):
    """The logits have a standard deviation above 50; the value path alone is in half precision."""
    layer, x = fill_parameters(build(), scale=0.3), torch.randn(1, 64, 8, 8)
    with torch.no_grad():
        layer.query.weight.mul_(3)
        attended = layer(x) - x
        with torch.autocast(device.type, dtype):
            low = layer(x).float() - x
    assert (low - attended).norm() < 2 * torch.finfo(dtype).eps * attended.norm()
