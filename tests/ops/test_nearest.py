from fractions import Fraction

import pytest
import torch

from mmseg_scr.ops.nearest import nearest_index, resize_nearest

PAIRS = [(source, target) for source in range(1, 14) for target in range(1, 14)]


def test_index_is_the_pixel_whose_area_holds_the_centre(device):
    for source, target in PAIRS:
        centers = [Fraction(2 * i + 1, 2) * source / target for i in range(target)]
        expected = [center.__floor__() for center in centers]
        assert nearest_index(source, target, device=device).tolist() == expected


@pytest.mark.parametrize('size', [(4, 6), (8, 12), (7, 11), (3, 5), (1, 1)])
def test_resized_map_reads_these_pixels(size, device):
    x = torch.arange(24.0).view(1, 1, 4, 6)
    rows, columns = (nearest_index(s, t, device=device) for s, t in zip((4, 6), size, strict=True))
    assert torch.equal(resize_nearest(x, size)[0, 0], 6.0 * rows[:, None] + columns)


def test_twice_the_size_repeats_every_pixel():
    x = torch.randn(2, 3, 4, 5)
    repeated = x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    assert torch.equal(resize_nearest(x, (8, 10)), repeated)
