import pytest
import torch
from builders.fill import fill_parameters
from reference.context_aware import project_by_loops

from mmseg_scr.classifiers.prototype_projector import PrototypeProjector


@pytest.mark.parametrize(('channels', 'count'), [(512, 393_728), (128, 24_704)])
def test_parameter_count_of_the_original(channels, count):
    assert sum(p.numel() for p in PrototypeProjector(channels).parameters()) == count


@pytest.mark.parametrize('channels', [6, 5, 1])
def test_equals_the_loops_for_each_image_and_class(channels):
    projector = fill_parameters(PrototypeProjector(channels)).double()
    prototypes, classes = torch.randn(2, 3, channels).double(), torch.randn(3, channels).double()
    layers = (projector.hidden.weight, projector.out.weight, projector.out.bias)
    expected = torch.stack(
        [
            project_by_loops(prototype, row, *layers)
            for image in prototypes
            for prototype, row in zip(image, classes, strict=True)
        ]
    ).unflatten(0, (2, 3))
    torch.testing.assert_close(projector(prototypes, classes), expected)
    torch.testing.assert_close(projector(prototypes[1], classes), expected[1])


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_neither_autocast_nor_a_half_precision_model_lowers_the_precision(dtype, device):
    projector = fill_parameters(PrototypeProjector(8)).to(dtype)
    prototypes, classes = torch.randn(2, 3, 8), torch.randn(3, 8)
    with torch.autocast(device.type, dtype):
        projected = projector(prototypes, classes)
    assert projected.dtype == torch.float32
    torch.testing.assert_close(projected, projector.float()(prototypes, classes))
