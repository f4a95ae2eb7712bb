"""Context-aware networks in onnxruntime; `torch.export` is in test_context_aware_head."""

import numpy as np
import pytest
import torch
from builders.fill import fill_parameters
from builders.stock_decoders import BACKBONE_WIDTHS, BACKBONES
from builders.stock_heads import head_cfg
from mmseg.registry import MODELS

REASON = "pip install -e '.[onnx]' brings onnx, onnxruntime and onnxscript"
onnx, onnxruntime, _ = (
    pytest.importorskip(name, reason=REASON) for name in ('onnx', 'onnxruntime', 'onnxscript')
)
pytestmark = pytest.mark.cpu_only('onnxruntime runs on the CPU here')
EXAMPLE = (2, 3, 64, 96)  # 2 images, for an exporter takes 1 for a constant
SMALL = dict(in_channels=BACKBONE_WIDTHS, channels=16, num_classes=5)
# Of mmseg's pooling to more than one pixel, a file has only the windows of the example's size.
UPER = dict(type='AlignedUPerHead', in_index=[0, 1, 2, 3], pool_scales=(1,), **SMALL)
HEADS = {
    'FCNHead': dict(
        type='ContextAwareHead',
        head=dict(head_cfg('FCNHead'), in_channels=BACKBONE_WIDTHS[-1]),
        contrast=dict(type='PixelContrastLoss'),
    ),
    'SCRHead': dict(type='SCRHead', classifier=dict(type='ContextAwareClassifier'), **SMALL),
    'AlignedUPerHead': dict(type='ContextAwareHead', head=UPER),
}
OTHER_SHAPES = {
    'FCNHead': [(1, 3, 96, 160), (3, 3, 65, 97)],
    'SCRHead': [(1, 3, 96, 160), (3, 3, 65, 97)],
    'AlignedUPerHead': [(1, 3, 96, 160), (3, 3, 65, 97)],
}


@pytest.fixture(scope='module', params=HEADS)
def head(request):
    return request.param


@pytest.fixture(scope='module')
def network(head):
    torch.manual_seed(0)
    config = dict(
        type='EncoderDecoder',
        backbone=BACKBONES['ResNet'],
        decode_head=HEADS[head],
        test_cfg=dict(mode='whole'),
    )
    return fill_parameters(MODELS.build(config), scale=0.1).eval()


@pytest.fixture(scope='module')
def file(network, tmp_path_factory):
    path = tmp_path_factory.mktemp('onnx') / 'network.onnx'
    free = torch.export.Dim.DYNAMIC
    program = torch.onnx.export(
        network,
        (torch.rand(EXAMPLE),),
        dynamo=True,
        dynamic_shapes=({0: free, 2: free, 3: free},),
        verbose=False,
    )
    program.save(path)
    return path


@pytest.mark.slow
def test_onnxruntime_agrees_at_sizes_that_the_export_has_not_seen(head, network, file):
    session = onnxruntime.InferenceSession(file, providers=['CPUExecutionProvider'])
    (given,) = session.get_inputs()
    for shape in (EXAMPLE, *OTHER_SHAPES[head]):
        images = torch.rand(shape)
        (logits,) = session.run(None, {given.name: images.numpy()})
        with torch.no_grad():
            expected = network(images).numpy()
        np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-4)
        assert expected.std() > 0.1


@pytest.mark.slow
def test_file_has_the_projector_and_nothing_that_only_trains(file):
    names = [value.name for value in onnx.load(file).graph.initializer]
    assert 'decode_head.classifier.projector.out.bias' in names
    assert not [name for name in names if 'oracle' in name or 'contrast' in name]
