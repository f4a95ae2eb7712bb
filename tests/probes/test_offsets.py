import pytest
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import nn

from mmseg_scr import aligners
from mmseg_scr.ops.warp import warp_by_offset
from mmseg_scr.probes.offsets import offset_statistics, predicted_offsets

BN = dict(type='BN')


def build(name):
    torch.manual_seed(0)
    options = dict(norm_cfg=BN) if name in ('SRM', 'AlignFA') else {}
    aligner = getattr(aligners, name)(8, **options).eval() if name != 'Bilinear' else None
    aligner = aligner or MODELS.build(dict(type='Bilinear'))
    for parameter in aligner.parameters():
        nn.init.normal_(parameter, std=0.3)
    return aligner


def test_statistics_are_lengths_in_pixels():
    offset = torch.zeros(1, 2, 10, 10)
    offset[:, 0, 0], offset[:, 1, 0] = 3.0, 4.0  # 10 of 100 pixels move by 5
    assert offset_statistics(offset) == {
        'offset_mean': pytest.approx(0.5),
        'offset_p95': 5.0,
        'offset_max': 5.0,
    }
    offset[:, :, 0, 4:] = 0  # 4 of 100
    assert offset_statistics(offset)['offset_p95'] == 0.0


def test_srm_and_plain_upsampling():
    coarse, fine = torch.randn(1, 8, 5, 6), torch.randn(1, 8, 9, 11)
    srm = build('SRM')
    offsets = predicted_offsets(srm, coarse, fine)
    upsampled = nn.functional.interpolate(coarse, (9, 11), mode='bilinear')
    assert list(offsets) == ['']
    torch.testing.assert_close(warp_by_offset(upsampled, offsets['']), srm(coarse, fine))
    assert predicted_offsets(build('Bilinear'), coarse, fine) == {}


def test_alignfa_moves_two_maps():
    coarse, fine = torch.randn(1, 8, 5, 6), torch.randn(1, 8, 9, 11)
    alignfa = build('AlignFA')
    offsets = predicted_offsets(alignfa, coarse, fine)
    upsampled = nn.functional.interpolate(coarse, (9, 11), mode='bilinear', align_corners=True)
    moved = warp_by_offset(upsampled, offsets['coarse_offset'])
    moved = moved + warp_by_offset(fine, offsets['fine_offset'])
    torch.testing.assert_close(moved, alignfa(coarse, fine) + fine)


def test_a_flow_of_fam_is_told_in_pixels_of_the_fine_map():
    """On a ramp that rises by one from a fine pixel to the next, FAM reads position + offset."""
    coarse = torch.linspace(0, 10, 6).expand(1, 8, 6, 6)  # corners aligned: 11 fine columns 0..10
    fine = torch.randn(1, 8, 11, 11)
    fam = build('FAM')
    with torch.no_grad():
        fam.flow.weight *= 0.02
    offset = predicted_offsets(fam, coarse, fine)['']
    expected = (torch.arange(11.0) + offset[:, 0])[:, 1:-1, 1:-1]
    inside = (expected > 0) & (expected < 10)
    read = fam(coarse, fine)[:, 0, 1:-1, 1:-1]
    assert inside.float().mean() > 0.9
    torch.testing.assert_close(read[inside], expected[inside], rtol=1e-3, atol=1e-3)


def test_an_aligner_of_another_package_takes_part_by_its_method():
    class Own(nn.Module):
        def predict_offset(self, coarse, fine):
            return fine[:, :2]

    coarse, fine = torch.randn(1, 8, 5, 6), torch.randn(1, 8, 9, 11)
    assert torch.equal(predicted_offsets(Own(), coarse, fine)[''], fine[:, :2])


def border_sampled(x, offset):
    """Read ``x`` (C, H, W) beside each pixel by torch, the border repeated."""
    height, width = x.shape[1:]
    own = torch.stack(
        torch.meshgrid(torch.arange(width), torch.arange(height), indexing='xy')
    ).float()
    share = (own + offset + 0.5) / torch.tensor([width, height]).view(2, 1, 1) * 2 - 1
    return F.grid_sample(
        x[None], share.permute(1, 2, 0)[None], padding_mode='border', align_corners=False
    )[0]


@pytest.mark.parametrize('form', ['lp', 'pl'])
def test_groups_of_dysample_move_each_by_their_own(form):
    """Where the upsampled ramp is not cut at the border, fine pixels read it offset further."""
    aligner = aligners.DySample(16, form=form, groups=4)
    nn.init.normal_(aligner.offset.weight, std=0.05)
    coarse, fine = 0.1 * torch.randn(1, 16, 8, 10), torch.randn(1, 16, 17, 23)
    offsets = predicted_offsets(aligner, coarse, fine)
    assert list(offsets) == [f'group_{number}' for number in range(4)]
    position = (torch.arange(23) + 0.5) * 10 / 23 - 0.5  # in coarse pixels
    ramp = torch.arange(10.0).expand(1, 16, 8, 10)
    aligner.predict_places, predicted = lambda _: predicted, aligner.predict_places(coarse)
    read = aligner(ramp, fine).unflatten(1, (4, 4))[:, :, 0, :, 3:-3]  # a channel of each group
    for number, offset in enumerate(offsets.values()):
        expected = (position + offset[:, 0] * 10 / 23)[..., 3:-3]
        torch.testing.assert_close(read[:, number], expected)


def test_groups_of_freqfusion_move_each_by_their_own():
    aligner = build('FreqFusion')
    coarse, fine, calls = torch.randn(1, 8, 5, 6), torch.randn(1, 8, 9, 13), []
    aligner.resample.register_forward_hook(lambda _module, given, y: calls.append((given[0], y)))
    aligner(coarse, fine)
    ((smooth, moved),) = calls
    offsets = predicted_offsets(aligner, coarse, fine)
    assert list(offsets) == [f'group_{number}' for number in range(4)]
    for number, offset in enumerate(offsets.values()):
        channels = slice(2 * number, 2 * number + 2)
        expected = border_sampled(smooth[0, channels], offset[0])
        torch.testing.assert_close(moved[0, channels], expected, rtol=1e-4, atol=1e-4)


def test_freqfusion_without_resampling_moves_nothing():
    aligner = aligners.FreqFusion(8, width=8, resample=None)
    assert predicted_offsets(aligner, torch.randn(1, 8, 5, 6), torch.randn(1, 8, 9, 13)) == {}
