import pytest
import torch
from builders.fill import fill_parameters
from builders.inputs import stage_maps
from builders.stock_decoders import build_ours, build_twins

from mmseg_scr import aligners
from mmseg_scr.aligners import FADE

CHANNELS = 16
OPTIONS = {'FreqFusion': dict(width=8)}


def concatenated(aligner, maps):
    """Build a head, return it with its convolved maps and those that it concatenates."""
    head = fill_parameters(build_ours('SegformerHead', aligner=aligner), scale=0.3).eval()
    given = []
    head.fusion_conv.register_forward_pre_hook(lambda _module, inputs: given.append(inputs[0]))
    head(maps)
    convolved = [conv(x) for conv, x in zip(head.convs, maps, strict=True)]
    return head, convolved, given[0].split(CHANNELS, dim=1)


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


@pytest.mark.parametrize('name', aligners.__all__)
def test_fusions_of_two_maps_are_concatenated_whole_and_upsampled_maps_as_they_are(name):
    aligner, added = dict(type=name, **OPTIONS.get(name, {})), name in ('FADE', 'FreqFusion')
    head, (fine, *coarser), (first, *others) = concatenated(aligner, stage_maps(1, (64, 96)))
    assert torch.equal(first, fine)
    for part, coarse, actual in zip(head.aligners, coarser, others, strict=True):
        torch.testing.assert_close(actual, part(coarse, fine) + added * fine)


def test_gate_of_fade_mixes_the_finest_map_and_the_upsampled_one():
    head, (fine, *coarser), (_, *others) = concatenated(dict(type='FADE'), stage_maps(1, (64, 96)))
    for part, coarse, actual in zip(head.aligners, coarser, others, strict=True):
        plain = FADE(CHANNELS, gate=False)
        plain.load_state_dict(part.state_dict(), strict=False)
        gate = part.predict_gate(coarse, fine.shape[2:])
        torch.testing.assert_close(actual, gate * fine + (1 - gate) * plain(coarse, fine))


def test_fade_without_its_gate_is_concatenated_as_it_is():
    head, (fine, *coarser), (_, *others) = concatenated(
        dict(type='FADE', gate=False), stage_maps(1, (64, 96))
    )
    for part, coarse, actual in zip(head.aligners, coarser, others, strict=True):
        torch.testing.assert_close(actual, part(coarse, fine))
