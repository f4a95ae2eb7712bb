"""The network of every config takes two steps of training, and predicts."""

import re

import pytest
import torch
from builders.configs import ADDED_LOSSES, WRAPPERS, decode_heads, each_leaf, part_name
from builders.inputs import block_labels, data_samples
from mmengine.config import Config
from mmengine.model import revert_sync_batchnorm
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

DECODER = ('neck', 'decode_head', 'auxiliary_head')  # of a model's parts
# Before and after the few ReLUs of CRM's perceptrons, which may all be off for two images; what
# reads the likeness of pixels at distance two, which a map of 2x2 has none of.
MAY_BE_OFF = re.compile(
    r'context\.channel_attention\.per_stage\.\d\.(0\.weight|0\.bias|2\.weight)'
    r'|aligners\.2\.resample\.offset_coarse\.weight'
)


def expected_losses(config):
    *earlier, last = decode_heads(config)
    terms = ['loss_ce', 'acc_seg', *added_losses(last)]
    if earlier:
        return {'decode_0.loss_ce', 'decode_0.acc_seg', *(f'decode_1.{term}' for term in terms)}
    auxiliary = {'aux.loss_ce', 'aux.acc_seg'} if 'auxiliary_head' in config.model else set()
    return auxiliary | {f'decode.{term}' for term in terms}


def added_losses(head):
    slot, part = WRAPPERS.get(head.type, (None, None))
    parts = {slot: part} | head
    if parts.get('contrast'):
        yield 'loss_contrast'
    if parts.get('classifier'):
        yield from ADDED_LOSSES.get(part_name(parts['classifier']), ())


def small_network(config):
    """The network at full width, without weights to load, repeated blocks and SyncBN."""
    init_default_scope('mmseg')
    if 'mmpretrain' in config.model.backbone.type:
        pytest.importorskip('mmpretrain', reason='the backbone is one of mmpretrain')
    config.model.backbone.init_cfg = None
    assert '://' not in str(config.model), 'a file of weights is asked for elsewhere'
    config.model.data_preprocessor.size = (64, 64)
    if 'depths' in config.model.backbone:  # more blocks of a kind cost time alone
        config.model.backbone.depths = [min(depth, 2) for depth in config.model.backbone.depths]
    return revert_sync_batchnorm(MODELS.build(config.model))


@each_leaf
def test_trains_one_step_and_predicts(path):
    config = Config.fromfile(path)
    model = small_network(config)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    optimizer = build_optim_wrapper(model, config.optim_wrapper)
    optimizer.zero_grad = lambda: None  # it ends the step, and would drop the gradients
    samples = data_samples(block_labels(2, (64, 64), 2))  # enough pixels of a class to contrast
    images = list(torch.randint(256, (2, 3, 64, 64), dtype=torch.uint8))
    model.train()
    losses = model.train_step(dict(inputs=images, data_samples=samples), optimizer)
    assert set(losses) == {'loss', *expected_losses(config)}
    assert all(losses[key] > 0 for key in losses if 'loss' in key)
    assert losses['loss'].isfinite()
    still = [n for n, p in model.named_parameters() if torch.equal(p, before[n])]
    assert len(still) < 0.5 * len(before)
    # Parts that start as the identity, by a zero, pass a gradient on from the second step.
    model.train_step(dict(inputs=images, data_samples=samples), optimizer)
    gradients = {n: p.grad for n, p in model.named_parameters() if n.split('.')[0] in DECODER}
    assert [n for n, gradient in gradients.items() if gradient is None] == []
    idle = [n for n, gradient in gradients.items() if not gradient.any()]
    assert [n for n in idle if not MAY_BE_OFF.search(n)] == []
    model.eval()
    result = model.test_step(dict(inputs=images[:1], data_samples=samples[:1]))[0]
    assert result.seg_logits.data.shape == (config.num_classes, 64, 64)
    assert result.seg_logits.data.isfinite().all()
