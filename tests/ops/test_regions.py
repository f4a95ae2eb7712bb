import pytest
import torch
from builders.field import check_row, field_wave
from reference.regions import attend_by_loops, regions_by_loops

from mmseg_scr.ops.regions import attend_to_regions, soft_regions


def _draw(*shape):
    return torch.randn(*shape).double().requires_grad_()


def test_golden_numbers_of_the_original_regions():
    features = field_wave(2, 32, 6, 8, seed=0.4)
    regions = soft_regions(features, 2 * field_wave(2, 5, 6, 8, seed=0.9))
    check_row(
        regions.mT.unsqueeze(3),
        *(0.5330718, 0.001665849, 150.1086),
        *(0.6513146, -0.6323774, 0.563044, -0.6328897),
    )


@pytest.mark.parametrize('classes', [1, 4])
def test_regions_equal_the_loops(classes):
    features, logits = _draw(2, 5, 3, 4), _draw(2, classes, 3, 4)
    torch.testing.assert_close(soft_regions(features, logits), regions_by_loops(features, logits))


@pytest.mark.parametrize('classes', [1, 4])
def test_attention_equals_the_loops(classes):
    given = _draw(2, 5, 3, 4), _draw(2, 5, classes), _draw(2, 6, classes)
    torch.testing.assert_close(attend_to_regions(*given), attend_by_loops(*given))


def test_gradients_are_exact():
    assert torch.autograd.gradcheck(soft_regions, (_draw(2, 3, 2, 3), _draw(2, 4, 2, 3)))
    given = _draw(2, 3, 2, 3), _draw(2, 3, 4), _draw(2, 5, 4)
    assert torch.autograd.gradcheck(attend_to_regions, given)


def test_a_constant_added_to_a_regions_logits_changes_nothing():
    features, logits = torch.randn(2, 5, 3, 4), torch.randn(2, 4, 3, 4)
    shifted = logits + torch.randn(4, 1, 1)
    torch.testing.assert_close(soft_regions(features, shifted), soft_regions(features, logits))


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_shares_of_many_pixels_survive_half_precision(dtype, device):
    """A share of 256 x 512 pixels is below the normal numbers of float16."""
    features = torch.randn(1, 2, 256, 512, device=device).to(dtype)
    logits = torch.randn(1, 3, 256, 512, device=device).to(dtype)
    exact = soft_regions(features.float(), logits.float())
    with torch.autocast(device.type, dtype):
        assert torch.equal(soft_regions(features, logits), exact)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_attention_is_float32_inside(dtype, device):
    q, k, v = (40 * torch.randn(1, 64, *size, device=device) for size in ((3, 4), (5,), (5,)))
    q, k, v = (t.to(dtype) for t in (q, k, v))
    exact = attend_to_regions(q.float(), k.float(), v.float())
    with torch.autocast(device.type, dtype):
        low = attend_to_regions(q, k, v)
    assert low.dtype == dtype
    assert torch.equal(low, exact.to(dtype))
