import copy
import pickle
import sys

import pytest
import torch
from builders.fill import fill_parameters
from mmcv.cnn.utils import fuse_conv_bn
from mmengine.model import revert_sync_batchnorm
from mmengine.registry import init_default_scope
from mmengine.runner.checkpoint import load_checkpoint
from mmseg.registry import MODELS
from torch import nn

from mmseg_scr.backbones import EfficientNetLite0
from mmseg_scr.backbones.plain_modules import SameConv2d

timm = pytest.importorskip('timm')

NAME = 'tf_efficientnet_lite0'
WIDTHS = [24, 40, 112, 320]


@pytest.fixture(scope='module')
def original():
    """timm's whole classifier, with weights and statistics that no initialisation has."""
    return fill_parameters(timm.create_model(NAME), scale=0.1).eval()


@pytest.fixture
def backbone(original):
    backbone = EfficientNetLite0()
    own = backbone.state_dict()
    backbone.load_state_dict({k: v for k, v in original.state_dict().items() if k in own})
    return backbone.eval()


def features_of_timm(original, images):
    """The maps at strides 4 to 32, by timm's own wrapper for features."""
    wrapper = timm.create_model(NAME, features_only=True, out_indices=(1, 2, 3, 4)).eval()
    wrapper.load_state_dict(
        {k: v for k, v in original.state_dict().items() if k in wrapper.state_dict()}
    )
    return wrapper(images)


@pytest.mark.parametrize('size', [(64, 96), (65, 97), (33, 31), (1, 1)])
def test_maps_are_those_of_timm_at_any_size(backbone, original, size):
    images = torch.randn(2, 3, *size)
    with torch.no_grad():
        for ours, theirs in zip(backbone(images), features_of_timm(original, images), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_the_last_map_is_what_the_classifier_of_timm_continues_from(backbone, original):
    images = torch.randn(2, 3, 64, 96)
    top = original.bn2(original.conv_head(backbone(images)[-1]))
    logits = original.classifier(original.global_pool(top))
    torch.testing.assert_close(logits, original(images), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize('size', [(64, 96), (65, 97), (33, 31)])
def test_a_side_is_divided_by_the_stride_and_rounded_up(size):
    maps = EfficientNetLite0().eval()(torch.randn(1, 3, *size))
    assert [x.shape[1] for x in maps] == WIDTHS
    for x, stride in zip(maps, (4, 8, 16, 32), strict=True):
        assert x.shape[2:] == (-(-size[0] // stride), -(-size[1] // stride))


def test_it_has_three_million_parameters_under_the_names_of_timm(original):
    backbone = EfficientNetLite0()
    assert sum(p.numel() for p in backbone.parameters()) == 2_958_848
    shapes = {k: v.shape for k, v in original.state_dict().items()}
    assert {k: shapes.get(k) for k in backbone.state_dict()} == {
        k: v.shape for k, v in backbone.state_dict().items()
    }


def test_a_checkpoint_of_timm_loads_by_its_path(original, tmp_path):
    path = tmp_path / 'lite0.pth'
    torch.save(original.state_dict(), path)
    backbone = EfficientNetLite0(init_cfg=dict(type='Pretrained', checkpoint=str(path)))
    backbone.init_weights()
    for name, value in backbone.state_dict().items():
        assert torch.equal(value, original.state_dict()[name])


@pytest.mark.parametrize('indices', [(0, 1, 2), (1, 3), (0,)])
def test_chosen_maps_are_returned_and_the_rest_is_not_built(backbone, indices):
    images = torch.randn(1, 3, 64, 64)
    part = EfficientNetLite0(indices).eval()
    load_checkpoint_of(part, backbone)
    expected = [backbone(images)[index] for index in indices]
    for ours, theirs in zip(part(images), expected, strict=True):
        torch.testing.assert_close(ours, theirs)
    sum(x.sum() for x in part(images)).backward()
    assert all(p.grad is not None for p in part.parameters())


def load_checkpoint_of(part, whole):
    part.load_state_dict({k: whole.state_dict()[k] for k in part.state_dict()})


@pytest.mark.parametrize('indices', [(), (1, 0), (0, 0), (0, 4), (-1,)])
def test_other_maps_are_refused(indices):
    with pytest.raises(ValueError, match=r'out_indices must be some of 0, 1, 2, 3, rising'):
        EfficientNetLite0(indices)


def test_more_frozen_stages_than_there_are_are_refused():
    with pytest.raises(ValueError, match='frozen_stages must be from -1 to 4, got 5'):
        EfficientNetLite0(frozen_stages=5)


@pytest.mark.parametrize('stages', [-1, 0, 1, 4])
def test_frozen_stages_neither_learn_nor_gather_statistics(stages):
    backbone = EfficientNetLite0(frozen_stages=stages).train()
    before = copy.deepcopy(backbone.state_dict())
    outs = backbone(torch.randn(2, 3, 32, 32))
    if stages < 4:
        sum(x.sum() for x in outs).backward()
    frozen = {-1: (), 0: ('conv_stem', 'bn1'), 1: ('conv_stem', 'bn1', 'blocks.0', 'blocks.1')}
    frozen = frozen.get(stages, ('conv_stem', 'bn1', 'blocks'))
    for name, parameter in backbone.named_parameters():
        assert (parameter.grad is None) is name.startswith(frozen)
    for name, value in backbone.state_dict().items():
        if name.endswith('running_mean'):
            assert torch.equal(value, before[name]) is name.startswith(frozen)


def test_norm_eval_keeps_all_running_statistics_and_learns():
    backbone = EfficientNetLite0(norm_eval=True).train()
    before = copy.deepcopy(backbone.state_dict())
    sum(x.sum() for x in backbone(torch.randn(2, 3, 32, 32))).backward()
    assert all(torch.equal(v, before[k]) for k, v in backbone.state_dict().items())
    assert all(p.grad is not None for p in backbone.parameters())


def test_paths_are_dropped_in_training_alone():
    backbone = fill_parameters(EfficientNetLite0(drop_path_rate=0.5, norm_eval=True), scale=0.1)
    images = torch.randn(4, 3, 32, 32)
    assert not torch.equal(backbone.train()(images)[-1], backbone(images)[-1])
    assert torch.equal(backbone.eval()(images)[-1], backbone(images)[-1])


@torch.no_grad()
def test_fused_normalisations_keep_the_activations(backbone):
    images = torch.randn(1, 3, 65, 97)
    expected = backbone(images)
    fused = fuse_conv_bn(copy.deepcopy(backbone))
    assert not [m for m in fused.modules() if isinstance(m, nn.BatchNorm2d)]
    for ours, theirs in zip(fused(images), expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-3)


@torch.no_grad()
def test_conversion_to_sync_bn_and_back_keeps_the_activations(backbone):
    images = torch.randn(1, 3, 33, 31)
    converted = nn.SyncBatchNorm.convert_sync_batchnorm(copy.deepcopy(backbone))
    assert not [m for m in converted.modules() if type(m) is nn.BatchNorm2d]
    for ours, theirs in zip(
        revert_sync_batchnorm(converted)(images), backbone(images), strict=True
    ):
        torch.testing.assert_close(ours, theirs)


@torch.no_grad()
def test_channels_last_and_copies_give_the_same(backbone):
    images = torch.randn(2, 3, 65, 97)
    expected = backbone(images)
    pickled = pickle.loads(pickle.dumps(copy.deepcopy(backbone)))
    last = copy.deepcopy(backbone).to(memory_format=torch.channels_last)
    for other, given in (
        (pickled, images),
        (last, images.to(memory_format=torch.channels_last)),
    ):
        for ours, theirs in zip(other(given), expected, strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_bfloat16_autocast_stays_near(backbone):
    images = torch.randn(1, 3, 64, 64)
    with torch.autocast('cpu', torch.bfloat16):
        rough = backbone(images)[-1].float()
    exact = backbone(images)[-1]
    assert (rough - exact).norm() < 0.1 * exact.norm()


@torch.no_grad()
@pytest.mark.parametrize('window', [3, 5])
@pytest.mark.parametrize('size', [1, 2, 7, 8])
def test_same_padding_puts_the_odd_zero_at_the_end(window, size):
    """A window of ones counts the pixels that it covers: the sums over a hand-padded row."""
    conv = SameConv2d(1, 1, window, stride=2, bias=False)
    nn.init.ones_(conv.weight)
    counted = conv(torch.ones(1, 1, size, 1))[0, 0, :, 0]
    total = max((-(-size // 2) - 1) * 2 + window - size, 0)
    row = [0] * (total // 2) + [1] * size + [0] * (total - total // 2)
    assert counted.tolist() == [
        sum(row[i : i + window]) for i in range(0, len(row) - window + 1, 2)
    ]


@pytest.mark.slow
@torch.no_grad()
def test_export_keeps_batch_and_size_free(backbone):
    free = torch.export.Dim.DYNAMIC
    program = torch.export.export(
        backbone, (torch.randn(2, 3, 64, 96),), dynamic_shapes=({0: free, 2: free, 3: free},)
    )
    for size in ((64, 96), (65, 97), (90, 120)):
        images = torch.randn(3, 3, *size)
        for ours, theirs in zip(program.module()(images), backbone(images), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


def test_it_is_the_backbone_of_a_segmentor():
    init_default_scope('mmseg')
    head = dict(type='SCRHead', in_channels=WIDTHS, channels=16, num_classes=3)
    network = MODELS.build(
        dict(type='EncoderDecoder', backbone=dict(type='EfficientNetLite0'), decode_head=head)
    )
    assert network.eval()(torch.randn(1, 3, 65, 97)).shape == (1, 3, 17, 25)


def test_without_timm_the_message_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, 'timm', None)
    with pytest.raises(ImportError, match=r'by timm, which is not installed.*pip install timm'):
        EfficientNetLite0()


def test_load_from_checkpoint_of_a_run_fills_every_tensor(backbone, tmp_path):
    torch.save({'meta': {}, 'state_dict': backbone.state_dict()}, tmp_path / 'iter_1.pth')
    other = EfficientNetLite0()
    load_checkpoint(other, str(tmp_path / 'iter_1.pth'), map_location='cpu', strict=True)
    assert torch.equal(other.blocks[6][0].conv_pwl.weight, backbone.blocks[6][0].conv_pwl.weight)
