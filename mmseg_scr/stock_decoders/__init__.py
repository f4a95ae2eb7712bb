"""Decoders that are mmseg's, with this package's slots: mmseg's options, keys and losses stay."""

from mmseg_scr.stock_decoders.aligned_fpn import AlignedFPN
from mmseg_scr.stock_decoders.aligned_segformer_head import AlignedSegformerHead
from mmseg_scr.stock_decoders.aligned_uper_head import AlignedUPerHead

__all__ = ['AlignedFPN', 'AlignedSegformerHead', 'AlignedUPerHead']
