import pytest
import torch
from builders.inputs import data_samples
from mmseg.models import SegDataPreProcessor

from mmseg_scr.decoders.sample_check import check_samples


def samples(labels=None, **meta):
    built = data_samples(torch.zeros(2, 4, 6).long() if labels is None else labels)
    for sample in built:
        sample.set_metainfo(meta)
    return built


@pytest.mark.parametrize('dtype', [torch.uint8, torch.int32, torch.int64])
def test_classes_and_the_ignored_label_pass(dtype):
    labels = torch.zeros(2, 4, 6, dtype=dtype)
    labels[0, 0], labels[1] = 2, 255
    check_samples(samples(labels), 3, 255)


def test_label_that_is_no_class_is_named_with_its_map():
    labels = torch.zeros(2, 4, 6).long()
    labels[1, 2, 3] = 3
    with pytest.raises(ValueError, match=r'label a\.png \(image a\.jpg\) .* \[3\]; allowed'):
        check_samples(samples(labels, seg_map_path='a.png', img_path='a.jpg'), 3, 255)


def test_size_is_that_of_the_padded_image():
    check_samples(samples(pad_shape=(4, 6, 3), img_shape=(3, 5)), 3, 255)
    with pytest.raises(ValueError, match=r'shape \(4, 6\), but its image .* is \(4, 5\)'):
        check_samples(samples(pad_shape=(4, 5), img_shape=(4, 5)), 3, 255)


def test_the_shape_before_a_crop_is_not_that_of_the_image():
    check_samples(samples(pad_shape=(8, 8, 3), img_shape=(4, 6)), 3, 255)
    with pytest.raises(ValueError, match=r'shape \(4, 6\), but its image .* is \(8, 8\)'):
        check_samples(samples(pad_shape=(8, 8, 3), img_shape=(8, 8)), 3, 255)


@pytest.mark.parametrize('size', [(40, 48), (8, 8), (48, 64)])
def test_a_label_of_another_size_is_seen_behind_what_the_preprocessor_pads(size):
    preprocess = SegDataPreProcessor(size=(48, 64))
    for labels, fits in ((torch.zeros(2, *size), size == (40, 48)), (torch.zeros(2, 40, 48), True)):
        batch = dict(inputs=[torch.rand(3, 40, 48)] * 2, data_samples=data_samples(labels.long()))
        given = preprocess(batch, training=True)['data_samples']
        if fits:
            check_samples(given, 3, 255)
        else:
            message = rf'shape \({size[0]}, {size[1]}\), but its image .* is \(40, 48\)'
            with pytest.raises(ValueError, match=message):
                check_samples(given, 3, 255)


@pytest.mark.gpu
def test_the_host_never_waits_for_the_gpu():
    labels = torch.full((2, 4, 6), 99, device='cuda')
    torch.cuda.set_sync_debug_mode('error')
    try:
        check_samples(samples(labels), 3, 255)
    finally:
        torch.cuda.set_sync_debug_mode('default')
