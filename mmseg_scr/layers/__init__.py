"""Modules that more than one room is built of."""

from mmseg_scr.layers.concat_conv import ConcatConv2d, ConcatConvModule
from mmseg_scr.layers.disentangled_non_local import DisentangledNonLocal2d
from mmseg_scr.layers.feed_forward import ConvFeedForward
from mmseg_scr.layers.gated_attention import GatedAttention
from mmseg_scr.layers.pooled_conv import PooledConvModule
from mmseg_scr.layers.pooled_norm import normalize_pooled
from mmseg_scr.layers.precise_linear import precise_linear

__all__ = [
    'ConcatConv2d',
    'ConcatConvModule',
    'ConvFeedForward',
    'DisentangledNonLocal2d',
    'GatedAttention',
    'PooledConvModule',
    'normalize_pooled',
    'precise_linear',
]
