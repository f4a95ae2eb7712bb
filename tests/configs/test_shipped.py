"""Networks and recipes of mmseg are those of the configs that mmseg ships."""

from pathlib import Path

import mmseg
import pytest
from builders.configs import CONFIGS, EXTENDED, NAME, each
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

# The same network in the configs that mmseg ships, and the images of a GPU there.
SHIPPED = {
    'fcn_mobilenet-v2': ('mobilenet_v2/mobilenet-v2-d8_fcn_4xb4-160k', 4),
    'deeplabv3plus_resnet-50': ('deeplabv3plus/deeplabv3plus_r50-d8_4xb4-160k', 4),
    'ocrnet_hrnet-w18': ('ocrnet/ocrnet_hr18_4xb4-160k', 4),
    'upernet_resnet-50': ('upernet/upernet_r50_4xb4-160k', 4),
    'upernet_swin-t': ('swin/swin-tiny-patch4-window7-in1k-pre_upernet_8xb2-160k', 2),
    'upernet_swin-b': ('swin/swin-base-patch4-window12-in22k-384x384-pre_upernet_8xb2-160k', 2),
    'upernet_swin-l': ('swin/swin-large-patch4-window12-in22k-384x384-pre_upernet_8xb2-160k', 2),
    'upernet_convnext-t': ('convnext/convnext-tiny_upernet_8xb2-amp-160k', 2),
    'fpn_resnet-50': ('sem_fpn/fpn_r50_4xb4-160k', 4),
    'segformer_mit-b1': ('segformer/segformer_mit-b1_8xb2-160k', 2),
}
HOSTS = ('mmassets.onedl.ai', 'download.openmmlab.com')  # of the same weights
IDLE_RULES = ('absolute_pos_embed', 'pos_block')  # of optimisers; no parameter has such a name


def shipped(network):
    """mmseg's own config of the network, and its number of images a GPU."""
    if 'convnext' in network:
        pytest.importorskip('mmpretrain', reason='the backbone is one of mmpretrain')
    file, batch = SHIPPED[network]
    path = Path(mmseg.__file__).parent / '.mim' / 'configs' / f'{file}_ade20k-512x512.py'
    return Config.fromfile(path), batch


def described(model):
    """All modules and weights of a model as text, with what modules do not tell by themselves."""
    untold = ('drop_prob', 'loss_weight', 'in_index', 'align_corners')
    values = [getattr(m, name) for m in model.modules() for name in untold if hasattr(m, name)]
    shapes = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    return f'{model}\n{values}\n{shapes}'.replace(*HOSTS)


@pytest.mark.parametrize('network', SHIPPED)
def test_stock_network_is_that_of_mmseg(network):
    theirs = shipped(network)[0].model
    ours = Config.fromfile(CONFIGS / '_base_' / 'models' / f'{network}.py').model
    init_default_scope('mmseg')
    model = MODELS.build(ours)
    assert described(model) == described(MODELS.build(theirs))
    assert ours.test_cfg == theirs.test_cfg
    assert ours.data_preprocessor == theirs.data_preprocessor
    assert not [n for n, _ in model.named_parameters() if any(rule in n for rule in IDLE_RULES)]


@each([path for path in EXTENDED if 'ade20k' in path.name])
def test_recipe_is_that_of_mmseg(path):
    match = NAME.fullmatch(path.name)
    theirs, batch = shipped(f'{match["method"]}_{match["backbone"]}')
    ours = Config.fromfile(path)
    assert ours.optim_wrapper.optimizer == theirs.optim_wrapper.optimizer
    rules = theirs.optim_wrapper.get('paramwise_cfg', {})
    for idle in IDLE_RULES:
        rules.get('custom_keys', {}).pop(idle, None)
    assert ours.optim_wrapper.get('paramwise_cfg', {}) == rules
    for key in ('constructor', 'clip_grad', 'accumulative_counts'):
        assert ours.optim_wrapper.get(key) == theirs.optim_wrapper.get(key)
    assert ours.param_scheduler == theirs.param_scheduler
    assert ours.train_cfg == theirs.train_cfg
    if 'contextaware_swin-t' in path.name:
        batch = 4  # as published: on half of the GPUs
    assert ours.train_dataloader.batch_size == batch
