import pytest
import torch
from reference.warp import resample_by_loops

from mmseg_scr.aligners import Bilinear


@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize(('coarse', 'fine'), [((3, 4), (6, 8)), ((3, 4), (5, 8)), ((1, 1), (2, 1))])
def test_equals_a_resizing_by_loops(coarse, fine, align_corners):
    x = torch.randn(2, 3, *coarse, dtype=torch.float64)
    aligned = Bilinear(align_corners=align_corners)(x, torch.randn(2, 3, *fine).double())
    torch.testing.assert_close(aligned, resample_by_loops(x, fine, align_corners))


def test_content_of_the_fine_map_is_not_used():
    x = torch.randn(1, 2, 3, 4)
    aligner = Bilinear()
    assert torch.equal(aligner(x, torch.zeros(1, 2, 5, 7)), aligner(x, torch.ones(1, 2, 5, 7)))


def test_has_no_parameters():
    assert not list(Bilinear().parameters())
