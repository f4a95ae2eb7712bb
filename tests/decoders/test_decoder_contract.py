"""What every decoder must do with every aligner."""

import pytest
import torch
from builders.fill import fill_parameters
from builders.inputs import stage_maps
from builders.parts import free_sizes
from builders.stock_decoders import CLASSES, OPTIONS, PLAIN, build_ours, build_stock
from torch import Tensor

from mmseg_scr import aligners

ALIGNERS = pytest.mark.parametrize('aligner', aligners.__all__)
DECODERS = pytest.mark.parametrize('name', OPTIONS)


def _finest(outputs):
    return outputs if isinstance(outputs, Tensor) else outputs[0]


@DECODERS
@ALIGNERS
class TestEveryAligner:
    @pytest.fixture
    def decoder(self, name, aligner):
        return build_ours(name, aligner=dict(type=aligner))

    @pytest.mark.parametrize('image_size', [(65, 97), (32, 32), (90, 120)])
    def test_single_images_of_odd_sizes(self, decoder, name, image_size):
        maps = stage_maps(1, image_size)
        outputs = decoder.eval()(maps)
        if name == 'FPN':
            assert [x.shape for x in outputs] == [(1, 16, *x.shape[2:]) for x in maps]
        else:
            assert outputs.shape == (1, CLASSES, *maps[0].shape[2:])

    def test_bfloat16_is_close_to_float32(self, decoder, device):
        maps = stage_maps(1)
        exact = _finest(decoder.eval()(maps))
        with torch.autocast(device.type, torch.bfloat16):
            mixed = _finest(decoder(maps))
        assert (mixed.float() - exact).abs().mean() < 0.05 * exact.std() + 1e-3

    def test_state_dict_restores_the_result(self, decoder, name, aligner):
        maps = stage_maps(2)
        decoder.train()(maps)
        twin = build_ours(name, aligner=dict(type=aligner))
        twin.load_state_dict(decoder.state_dict())
        assert torch.equal(_finest(twin.eval()(maps)), _finest(decoder.eval()(maps)))

    def test_every_parameter_learns_within_two_steps(self, decoder):
        optimizer = torch.optim.SGD(decoder.parameters(), lr=0.1)
        for _ in range(2):
            optimizer.zero_grad()
            outputs = decoder.train()(stage_maps(2))
            outputs = [outputs] if isinstance(outputs, Tensor) else outputs
            weights = [torch.randn_like(x) for x in outputs]
            sum((x * w).mean() for x, w in zip(outputs, weights, strict=True)).backward()
            assert [name for name, p in decoder.named_parameters() if p.grad is None] == []
            optimizer.step()
        assert [name for name, p in decoder.named_parameters() if not p.grad.any()] == []


@pytest.mark.parametrize('name', ['UPerHead', 'FPN'])
def test_every_step_down_the_pyramid_has_the_aligner_of_its_lateral(name, monkeypatch):
    decoder, maps, fines = build_ours(name).eval(), stage_maps(1, (65, 97)), {}
    for step, aligner in enumerate(decoder.aligners):

        def align(coarse, fine, step=step):
            fines[step] = fine
            return fine

        monkeypatch.setattr(aligner, 'forward', align)
    decoder(maps)
    assert list(fines) == [2, 1, 0]
    for step, fine in fines.items():
        assert torch.equal(fine, decoder.lateral_convs[step](maps[step]))


@DECODERS
@ALIGNERS
def test_checkpoint_of_mmseg_lacks_the_aligners_and_nothing_else(name, aligner):
    ours, stock = build_ours(name, aligner=dict(type=aligner)), build_stock(name)
    outcome = ours.load_state_dict(stock.state_dict(), strict=False)
    assert outcome.unexpected_keys == []
    learnt = {key for key in ours.state_dict() if not key.endswith('num_batches_tracked')}
    assert set(outcome.missing_keys) == {key for key in learnt if key.startswith('aligners.')}


@DECODERS
@pytest.mark.filterwarnings('ignore:When align_corners=True')
@pytest.mark.parametrize('align_corners', [False, True])
def test_new_srm_decoder_equals_the_bilinear_one(name, align_corners):
    refined = build_ours(name, align_corners=align_corners)
    refined.init_weights()
    plain = build_ours(name, **PLAIN, align_corners=align_corners)
    plain.load_state_dict(refined.state_dict(), strict=False)
    maps = stage_maps(1, (65, 97))
    expected = _finest(plain.eval()(maps))
    torch.testing.assert_close(_finest(refined.eval()(maps)), expected, rtol=1e-4, atol=1e-4)


@DECODERS
def test_decoder_is_exported_with_free_batch_and_sizes(name):
    decoder = fill_parameters(build_ours(name), scale=0.1).eval()
    maps = stage_maps(2, (200, 230))
    program = torch.export.export(decoder, (maps,), dynamic_shapes=free_sizes((maps,))).module()
    for batch, size in [(1, (160, 256)), (3, (129, 170))]:
        maps = stage_maps(batch, size)
        with torch.no_grad():
            torch.testing.assert_close(program(maps), decoder(maps), rtol=1e-4, atol=1e-4)
