"""What users do to models, for every part that a model can be built of."""

import copy
import pickle

import pytest
import torch
from builders.parts import PARTS, build_part, free_sizes, part_inputs
from mmcv.cnn.utils import fuse_conv_bn
from torch import Tensor, nn
from torch._dynamo.testing import CompileCounter
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.checkpoint import checkpoint

IMAGE = (65, 97)
ONE_PIXEL = (32, 32)  # at the top of the pyramid
EXPORTED = [part for part in PARTS if part[0] in ('context', 'aligner')]
COMPILED = [(296, 330), (360, 480)]  # no size is one pixel, or equal to a number of channels
EXAMPLE = (2, (520, 600))
OTHERS = [(1, (256, 320)), (3, (97, 65)), (2, (360, 480))]
# What cannot be, and why. A cell that begins to work fails its test.
CANNOT_TRAIN_ON_ONE_PIXEL = {
    'AlignedFPN': "mmseg's 3x3 convolutions normalise every level",
    'AlignedSegformerHead': "mmseg's 1x1 convolutions normalise the last map",
    'ContextAwareHead': "mmseg's FCNHead normalises the last map",
    'ContrastHead': "mmseg's SegformerHead normalises the last map",
}
CANNOT_BE_EXPORTED_FOR_ALL_SIZES = {
    'DAPPM': 'its largest window leaves one pixel of a small map, which the guards of an export '
    'tell from several',
}
EVERY_PART = pytest.mark.parametrize(('slot', 'name'), PARTS, ids=lambda value: value)


@pytest.fixture
def part(slot, name):
    return build_part(slot, name).eval()


@pytest.fixture
def inputs(slot, name):
    return part_inputs(slot, name, 2, IMAGE)


def _results(module: nn.Module, inputs: tuple) -> list[Tensor]:
    with torch.no_grad():
        return tree_leaves(module(*inputs))


def _expect(error: type[Exception], table: dict, name: str, request) -> None:
    if name in table:
        marker = pytest.mark.xfail(reason=table[name], raises=error, strict=True)
        request.applymarker(marker)


def _assert_near(actual: list[Tensor], expected: list[Tensor], share: float) -> None:
    """Compare in mean, for a single value of half precision may be on the other side of a ReLU."""
    for low, exact in zip(actual, expected, strict=True):
        assert low.isfinite().all()
        assert (low.float() - exact).abs().mean() <= share * exact.abs().mean()


@EVERY_PART
class TestEveryPart:
    def test_fused_equals_unfused(self, part, inputs):
        part, inputs = part.double(), tree_map(Tensor.double, inputs)
        expected = _results(part, inputs)
        fused = fuse_conv_bn(copy.deepcopy(part))
        torch.testing.assert_close(_results(fused, inputs), expected)

    def test_compiled_forward_equals_eager_and_compiles_once_for_all_sizes(self, part, slot, name):
        torch._dynamo.reset()
        counter = CompileCounter()
        compiled = torch.compile(part, backend=counter, dynamic=True, fullgraph=True)
        part.double()
        for image_size in COMPILED:
            inputs = tree_map(Tensor.double, part_inputs(slot, name, 2, image_size))
            torch.testing.assert_close(_results(compiled, inputs), _results(part, inputs))
        assert counter.frame_count == 1

    def test_bfloat16_autocast_is_close_to_float32(self, part, inputs):
        exact = _results(part, inputs)
        with torch.autocast('cpu', torch.bfloat16):
            low = _results(part, inputs)
        _assert_near(low, exact, 0.06)

    def test_half_is_close_to_float32(self, part, inputs):
        exact = _results(part, inputs)
        low = _results(copy.deepcopy(part).half(), tree_map(Tensor.half, inputs))
        assert {x.dtype for x in low} == {torch.float16}
        _assert_near(low, exact, 0.01)

    def test_channels_last_equals_contiguous(self, part, inputs):
        part, inputs = part.double(), tree_map(Tensor.double, inputs)
        expected = _results(part, inputs)
        last = tree_map(lambda x: x.to(memory_format=torch.channels_last), inputs)
        part = part.to(memory_format=torch.channels_last)
        torch.testing.assert_close(_results(part, last), expected)

    def test_copies_equal_the_original(self, part, inputs):
        expected = _results(part, inputs)
        for twin in (copy.deepcopy(part), pickle.loads(pickle.dumps(part))):
            assert all(map(torch.equal, _results(twin, inputs), expected))

    def test_checkpointed_gradients_equal_the_plain_ones(self, part, inputs):
        inputs = tree_map(torch.Tensor.requires_grad_, inputs)
        gradients = []
        for call in (part, lambda *inputs: checkpoint(part, *inputs, use_reentrant=False)):
            torch.manual_seed(0)
            results = tree_leaves(call(*inputs))
            wanted = [*tree_leaves(inputs), *part.parameters()]
            gradients.append(
                torch.autograd.grad(sum(x.sum() for x in results), wanted, allow_unused=True)
            )
        assert any(x is not None and x.any() for x in gradients[0])
        torch.testing.assert_close(gradients[1], gradients[0])

    def test_dynamically_quantised_linear_layers_change_little(self, part, inputs):
        exact = _results(part, inputs)
        quantised = torch.ao.quantization.quantize_dynamic(part, {nn.Linear}, torch.qint8)
        _assert_near(_results(quantised, inputs), exact, 0.06)

    def test_trains_on_one_image_with_one_pixel_at_the_top(self, slot, name, request):
        _expect(ValueError, CANNOT_TRAIN_ON_ONE_PIXEL, name, request)
        part = build_part(slot, name).train()
        results = tree_leaves(part(*part_inputs(slot, name, 1, ONE_PIXEL)))
        assert all(x.isfinite().all() for x in results)


@pytest.mark.parametrize(('slot', 'name'), EXPORTED, ids=lambda value: value)
def test_export_with_free_batch_and_sizes_equals_eager_at_others(slot, name, request):
    _expect(AssertionError, CANNOT_BE_EXPORTED_FOR_ALL_SIZES, name, request)
    part = build_part(slot, name, scale=0.1).eval().double()
    inputs = tree_map(Tensor.double, part_inputs(slot, name, *EXAMPLE))
    program = torch.export.export(part, inputs, dynamic_shapes=free_sizes(inputs)).module()
    for shape in OTHERS:
        inputs = tree_map(Tensor.double, part_inputs(slot, name, *shape))
        torch.testing.assert_close(_results(program, inputs), _results(part, inputs))
