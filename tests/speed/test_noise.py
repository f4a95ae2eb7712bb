import torch

from mmseg_scr.speed.noise import random_samples


def test_every_image_has_labels_of_all_classes_at_its_size():
    samples = random_samples(torch.zeros(3, 3, 16, 24), num_classes=4)
    assert [sample.gt_sem_seg.shape for sample in samples] == [(16, 24)] * 3
    assert all(sample.gt_sem_seg.data.unique().tolist() == [0, 1, 2, 3] for sample in samples)
    assert {sample.img_shape for sample in samples} == {(16, 24)}
