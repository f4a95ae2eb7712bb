import torch
import torch.nn.functional as F
from builders.fill import fill_conv, wave
from builders.golden import check_golden

from mmseg_scr.aligners import AlignFA

BN = dict(type='BN')


def test_golden_numbers_of_the_original_code_with_offsets_in_pixels():
    aligner = AlignFA(8, norm_cfg=BN).double().eval()
    for generator, seeds in (
        (aligner.coarse_offset, (0.1, 0.2)),
        (aligner.fine_offset, (0.3, 0.4)),
    ):
        fill_conv(generator[0], seeds[0])
        fill_conv(generator[-1], seeds[1], 20)
    coarse, fine = wave(1, 8, 3, 4, seed=0.5), wave(1, 8, 6, 8)
    both = torch.cat([fine, F.interpolate(coarse, (6, 8), mode='bilinear', align_corners=True)], 1)
    first = (-0.09237, -0.08295, -0.11501, -0.12492), (-0.025, -0.22808)
    check_golden(aligner.coarse_offset(both), -1.50436, 10.40031, *first)
    second = (-0.13307, -0.10608, -0.11349, -0.11954), (-0.09083, -0.25144)
    check_golden(aligner.fine_offset(both), -1.29796, 9.86045, *second)
    out = (0.41329, 0.89846, 1.32315, 1.63399), (-0.8129, -0.80516)
    check_golden(aligner(coarse, fine) + fine, 19.84365, 251.62752, *out)


def test_new_module_is_bilinear_upsampling_with_aligned_corners():
    coarse, fine = torch.rand(2, 8, 5, 7), torch.rand(2, 8, 9, 15)
    expected = F.interpolate(coarse, (9, 15), mode='bilinear', align_corners=True)
    torch.testing.assert_close(AlignFA(8, norm_cfg=BN)(coarse, fine), expected)


def test_parameter_counts_are_those_of_the_original():
    for channels, count in ((128, 70_656), (256, 272_384)):
        assert sum(p.numel() for p in AlignFA(channels, norm_cfg=BN).parameters()) == count
