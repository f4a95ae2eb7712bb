import pytest
import torch
from reference.labels import nearest_labels as nearest_by_loops
from torch.nn import functional as F

from mmseg_scr.ops.labels import class_masks, nearest_labels


@pytest.mark.parametrize('full', [(48, 56), (45, 53), (12, 14), (23, 27), (5, 3)])
def test_equals_the_loops(full):
    labels = torch.randint(19, (2, *full))
    assert torch.equal(nearest_labels(labels, (12, 14)), nearest_by_loops(labels, (12, 14)))


def test_equals_torchs_nearest_at_whole_factors():
    labels = torch.randint(19, (2, 24, 40))
    theirs = F.interpolate(labels.unsqueeze(1).double(), (6, 10), mode='nearest').squeeze(1)
    assert torch.equal(nearest_labels(labels, (6, 10)), theirs.long())


@pytest.mark.parametrize('dtype', [torch.uint8, torch.int32, torch.int64])
def test_dtype_and_labels_stay(dtype):
    labels = torch.tensor([[[0, 255], [7, 18]]]).to(dtype)
    assert torch.equal(nearest_labels(labels, (2, 2)), labels)
    assert nearest_labels(labels, (4, 6)).dtype == dtype


def test_mask_of_each_class():
    masks = class_masks(torch.tensor([[[0, 2], [1, 2]]]), 3, ignore_index=255)
    assert masks.dtype == torch.bool
    assert masks.tolist() == [
        [[[True, False], [False, False]], [[False, False], [True, False]], [[False, True]] * 2]
    ]


@pytest.mark.parametrize('ignore_index', [0, 255, -100])
def test_every_pixel_is_in_the_mask_of_its_label_alone(ignore_index):
    """Labels that are no class, and an ignored label below K, are in none."""
    labels = torch.tensor([[[0, 1, 2, 3], [-1, 255, 254, -100]]])
    masks = class_masks(labels, 3, ignore_index)
    inside = (labels >= 0) & (labels < 3) & (labels != ignore_index)
    assert torch.equal(masks.sum(dim=1), inside.long())
    assert torch.equal(masks.long().argmax(dim=1)[inside], labels[inside])
