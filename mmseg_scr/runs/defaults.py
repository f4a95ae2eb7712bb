"""What mmengine adds where a config leaves it out, written down so that it can be changed."""

from mmengine.config import Config

HOOKS = dict(logger='LoggerHook', checkpoint='CheckpointHook')
VISUALIZER = dict(type='SegLocalVisualizer', vis_backends=[dict(type='LocalVisBackend')])


def add_defaults(config: Config) -> None:
    """Add the hooks that log and save, and the visualizer that writes what was logged."""
    hooks = config.get('default_hooks') or {}
    missing = {name: dict(type=kind) for name, kind in HOOKS.items() if not hooks.get(name)}
    config.default_hooks = {**hooks, **missing}
    if not config.get('visualizer'):
        config.visualizer = VISUALIZER
