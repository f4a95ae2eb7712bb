"""Importing this module registers all parts of the plugin and makes its checkpoints loadable."""

from mmseg_scr import (
    aligners,
    classifiers,
    context_aware_head,
    contexts,
    datasets,
    hooks,
    layers,
    losses,
    scr_head,
    stock_decoders,
)
from mmseg_scr.checkpoints import allow_mmengine_checkpoints
from mmseg_scr.optional_packages import announce_missing_packages

__all__ = [
    'aligners',
    'classifiers',
    'context_aware_head',
    'contexts',
    'datasets',
    'hooks',
    'layers',
    'losses',
    'scr_head',
    'stock_decoders',
]

allow_mmengine_checkpoints()
announce_missing_packages()
