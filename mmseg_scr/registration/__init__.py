"""Importing this package registers all parts of the plugin and makes its checkpoints loadable."""

from mmseg_scr import (
    aligners,
    backbones,
    classifiers,
    contexts,
    datasets,
    decoders,
    hooks,
    layers,
    losses,
    metrics,
    weights,
)
from mmseg_scr.registration.missing_packages import announce_missing_packages
from mmseg_scr.registration.runtime_info import RuntimeInfoHook
from mmseg_scr.registration.safe_globals import allow_mmengine_checkpoints

__all__ = [
    'RuntimeInfoHook',
    'aligners',
    'backbones',
    'classifiers',
    'contexts',
    'datasets',
    'decoders',
    'hooks',
    'layers',
    'losses',
    'metrics',
    'weights',
]

allow_mmengine_checkpoints()
announce_missing_packages()
