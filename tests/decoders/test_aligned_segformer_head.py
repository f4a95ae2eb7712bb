import pytest
import torch
from builders.inputs import stage_maps
from builders.stock_decoders import build_ours, build_twins


@pytest.mark.parametrize('align_corners', [False, True])
@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize('image_size', [(64, 96), (65, 97), (90, 120)])
@pytest.mark.filterwarnings('ignore:When align_corners=True')
def test_plain_head_is_that_of_mmseg(align_corners, training, image_size):
    ours, stock = build_twins('SegformerHead', align_corners=align_corners)
    maps = stage_maps(2, image_size)
    torch.testing.assert_close(ours.train(training)(maps), stock.train(training)(maps))
    for name, value in stock.state_dict().items():  # training moves the running statistics
        torch.testing.assert_close(ours.state_dict()[name], value)


def test_every_coarser_map_is_aligned_with_the_finest(monkeypatch):
    head, maps, given = build_ours('SegformerHead').eval(), stage_maps(1, (65, 97)), []
    for aligner in head.aligners:
        monkeypatch.setattr(aligner, 'forward', lambda *pair: given.append(pair) or pair[1])
    head(maps)
    convolved = [conv(x) for conv, x in zip(head.convs, maps, strict=True)]
    for (coarse, fine), expected in zip(given, convolved[1:], strict=True):
        assert torch.equal(coarse, expected)
        assert torch.equal(fine, convolved[0])


def test_way_of_resizing_that_would_be_ignored_is_refused():
    with pytest.raises(TypeError, match=r"interpolate_mode='nearest' would have no effect"):
        build_ours('SegformerHead', interpolate_mode='nearest')
