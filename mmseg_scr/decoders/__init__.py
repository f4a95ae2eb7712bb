"""Where the slots meet: our decode head, mmseg's decoders with our slots, slots for any head."""

from mmseg_scr.decoders.aligned_fpn import AlignedFPN
from mmseg_scr.decoders.aligned_segformer_head import AlignedSegformerHead
from mmseg_scr.decoders.aligned_uper_head import AlignedUPerHead
from mmseg_scr.decoders.context_aware_head import ContextAwareHead, ContrastHead
from mmseg_scr.decoders.scr_head import SCRHead

__all__ = [
    'AlignedFPN',
    'AlignedSegformerHead',
    'AlignedUPerHead',
    'ContextAwareHead',
    'ContrastHead',
    'SCRHead',
]
