import pytest
import torch
from builders.inputs import WIDTHS, stage_maps
from builders.stock_decoders import OPTIONS, build_ours

DECODERS = pytest.mark.parametrize('name', OPTIONS)
HEADS = pytest.mark.parametrize('name', ['UPerHead', 'SegformerHead'])


@DECODERS
def test_missing_and_other_maps_are_refused_with_the_option_to_set(name):
    decoder, maps = build_ours(name), stage_maps(1)
    with pytest.raises(ValueError, match=r'gives maps of \[8, 16, 24\]; set in_channels'):
        decoder(maps[:3])
    with pytest.raises(ValueError, match=r'in_channels=\[8, 16, 24, 32\], the backbone'):
        decoder(stage_maps(1, widths=[8, 16, 24, 40]))


@HEADS
def test_head_of_a_single_map_is_refused(name):
    with pytest.raises(ValueError, match=r'a coarse and a fine map, got in_channels=\[32\]'):
        build_ours(name, in_channels=WIDTHS[3:], in_index=[3])


@DECODERS
@pytest.mark.parametrize('aligner', [None, {}, 'SRM'])
def test_aligner_that_is_no_config_is_refused(name, aligner):
    with pytest.raises(TypeError, match="aligner must be a dict with a 'type'"):
        build_ours(name, aligner=aligner)


@DECODERS
def test_unknown_aligner_is_refused_with_the_choices(name):
    with pytest.raises(KeyError, match=r"aligner has the unknown type 'Nonsense'.*SRM"):
        build_ours(name, aligner=dict(type='Nonsense'))


@HEADS
def test_parts_of_a_head_without_normalisation_have_batch_norm(name):
    head = build_ours(name, norm_cfg=None)
    assert any(isinstance(m, torch.nn.BatchNorm2d) for m in head.aligners[0].modules())
    assert head.eval()(stage_maps(1)).isfinite().all()
