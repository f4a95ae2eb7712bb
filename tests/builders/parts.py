"""Every part that a model can be built of, narrow, and the maps that go into it."""

from collections.abc import Callable

import torch
from builders.fill import fill_parameters
from builders.heads import build_head
from builders.inputs import WIDTHS, stage_maps
from builders.stock_decoders import build_ours
from builders.stock_heads import head_cfg
from mmseg.registry import MODELS
from torch import nn
from torch.utils._pytree import tree_map

from mmseg_scr import aligners, classifiers, contexts, decoders, layers
from mmseg_scr.ops.attention import pixel_attention
from mmseg_scr.slots import build_slot

CHANNELS = 8
BN = dict(type='BN')
SHARED = dict(channels=CHANNELS, norm_cfg=BN, align_corners=False, num_classes=5, ignore_index=255)
CONTEXT_AWARE = dict(type='ContextAwareClassifier')


class OnOneMap(nn.Module):
    """A layer that is called with (maps, size), as it is with maps of several sizes."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, maps):
        """Maps (B, C_i, h_i, w_i), fine to coarse -> (B, C, h_1, w_1)."""
        return self.layer(maps, maps[0].shape[2:])


class Normalized(nn.Module):
    """A convolution and a normalisation of what may be one pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(CHANNELS, CHANNELS, 1, bias=False)
        self.norm = nn.BatchNorm2d(CHANNELS)

    def forward(self, x):
        """(B, C, h, w) -> (B, C, h, w)."""
        return layers.normalize_pooled(self.norm, self.conv(x))


class Projected(nn.Module):
    """A linear layer of the channels of every pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(CHANNELS, 6)

    def forward(self, x):
        """(B, C, h, w) -> (B, 6, h, w)."""
        rows = x.to(torch.promote_types(x.dtype, torch.float32)).movedim(1, 3)
        return layers.precise_linear(rows, self.linear).movedim(3, 1).to(x.dtype)


LAYERS = {
    'ConcatConv2d': lambda: OnOneMap(layers.ConcatConv2d(WIDTHS, CHANNELS)),
    'ConcatConvModule': lambda: OnOneMap(layers.ConcatConvModule(WIDTHS, CHANNELS, 3, norm_cfg=BN)),
    'ConvFeedForward': lambda: layers.ConvFeedForward(CHANNELS, 6),
    'DisentangledNonLocal2d': lambda: layers.DisentangledNonLocal2d(CHANNELS),
    'GatedAttention': lambda: layers.GatedAttention(CHANNELS, pixel_attention),
    'PooledConvModule': lambda: layers.PooledConvModule(CHANNELS, 6, 1, norm_cfg=BN),
    'normalize_pooled': Normalized,
    'precise_linear': Projected,
}
DECODERS = {
    'SCRHead': lambda: build_head(classifier=CONTEXT_AWARE),
    'ContextAwareHead': lambda: MODELS.build(
        dict(type='ContextAwareHead', head=head_cfg('FCNHead'))
    ),
    'ContrastHead': lambda: MODELS.build(dict(type='ContrastHead', head=head_cfg('SegformerHead'))),
    'AlignedUPerHead': lambda: build_ours('UPerHead', context=dict(type='CRM')),
    'AlignedSegformerHead': lambda: build_ours('SegformerHead'),
    'AlignedFPN': lambda: build_ours('FPN', norm_cfg=BN, context=dict(type='PPM')),
}


def _wrap(wrapper: str, head: str) -> nn.Module:
    return MODELS.build(dict(type=wrapper, head=head_cfg(head)))


def _builder(slot: str, name: str) -> Callable[[], nn.Module]:
    room = dict(context=contexts, aligner=aligners, classifier=classifiers)[slot].__all__
    return lambda: build_slot(slot, dict(type=name), room, in_channels=WIDTHS, **SHARED)


SLOTS = {
    'context': contexts.__all__,
    'aligner': aligners.__all__,
    'classifier': classifiers.__all__,
    'layer': layers.__all__,
    'decoder': decoders.__all__,
}
PARTS = [(slot, name) for slot, names in SLOTS.items() for name in names]


def build_part(slot: str, name: str, scale: float = 0.2) -> nn.Module:
    """Build a part with weights and running statistics that are neither zero nor one."""
    own = {'layer': LAYERS, 'decoder': DECODERS}.get(slot)
    part = own[name]() if own else _builder(slot, name)()
    return fill_parameters(part, scale=scale)


def part_inputs(slot: str, name: str, batch: int, image_size: tuple[int, int]) -> tuple:
    """What the part is called with for images of that size."""
    if slot in ('context', 'decoder') or name.startswith('ConcatConv'):
        return (stage_maps(batch, image_size),)
    _, fine, coarse, top = stage_maps(batch, image_size, [CHANNELS] * 4)
    if slot == 'aligner':
        return coarse, fine
    if slot == 'layer':
        return (top,)
    weight = torch.randn(SHARED['num_classes'], CHANNELS, 1, 1)
    return coarse, torch.einsum('bchw,kcij->bkhw', coarse, weight), weight


def free_sizes(inputs: tuple) -> tuple:
    """The ``dynamic_shapes`` of an export with batch, height and width of every map free."""
    free = {axis: torch.export.Dim.DYNAMIC for axis in (0, 2, 3)}
    return tree_map(lambda x: None if x.shape[2:] == (1, 1) else free, inputs)
