import pytest
import torch
import torch.nn.functional as F
from builders.fill import fill_conv, wave
from builders.golden import check_golden

from mmseg_scr.aligners import FAM


def _filled():
    fam = FAM(8).double()
    fill_conv(fam.compress_coarse, 0.1)
    fill_conv(fam.compress_fine, 0.2)
    fill_conv(fam.flow, 0.3, 20)
    return fam, wave(1, 8, 3, 4, seed=0.5), wave(1, 8, 6, 8)


def test_golden_numbers_of_the_original_code():
    fam, coarse, fine = _filled()
    flow = (-0.02034, 0.04774, 0.01066, -0.02682), (0.13626, 0.08021)
    check_golden(fam.predict_flow(coarse, fine), 6.51331, 8.22166, *flow)
    out = (0.48749, 0.60902, 0.72453, 0.81182), (-0.77709, -0.85281)
    check_golden(fam(coarse, fine), 15.41307, 208.03419, *out)


def test_zero_flow_is_bilinear_upsampling_with_aligned_corners():
    fam = FAM(8)
    torch.nn.init.zeros_(fam.flow.weight)
    coarse, fine = torch.rand(2, 8, 5, 7), torch.rand(2, 8, 9, 15)
    expected = F.interpolate(coarse, (9, 15), mode='bilinear', align_corners=True)
    torch.testing.assert_close(fam(coarse, fine), expected)


def test_constant_flow_on_a_ramp_reads_where_the_original_does(monkeypatch):
    ramp = torch.arange(4.0).expand(1, 2, 2, 4)
    expected = {0: (0.0, 0.4286, 3.0), 1: (0.1875, 0.6161, 2.4375), 2: (0.375, None, 1.875)}
    fam = FAM(2)
    for value, (first, second, last) in expected.items():
        flow = torch.zeros(1, 2, 2, 8)
        flow[:, 0] = value
        monkeypatch.setattr(fam, 'predict_flow', lambda *_, flow=flow: flow)
        row = fam(ramp, torch.zeros(1, 2, 2, 8))[0, 0, 0]
        torch.testing.assert_close(row[[0, -1]], torch.tensor([first, last]))
        if second is not None:
            torch.testing.assert_close(row[1], torch.tensor(second), rtol=0, atol=1e-4)


def test_parameter_counts_are_those_of_the_original():
    for channels, count in ((128, 18_688), (256, 70_144)):
        assert sum(p.numel() for p in FAM(channels).parameters()) == count


@pytest.mark.parametrize('channels', [1, 7])
def test_odd_width_is_refused(channels):
    with pytest.raises(ValueError, match=f'FAM halves its channels, .* even, got {channels}'):
        FAM(channels)
