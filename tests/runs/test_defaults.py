from mmengine.config import Config

from mmseg_scr.runs.defaults import add_defaults


def test_what_a_config_leaves_out_is_what_mmengine_would_add():
    config = Config(dict(a=1))
    add_defaults(config)
    assert config.default_hooks.logger.type == 'LoggerHook'
    assert config.default_hooks.checkpoint.type == 'CheckpointHook'
    (backend,) = config.visualizer.vis_backends
    assert backend.type == 'LocalVisBackend'


def test_what_a_config_says_stays():
    hooks = dict(checkpoint=dict(type='Own', interval=3), logger=None, timer=dict(type='T'))
    config = Config(dict(default_hooks=hooks, visualizer=dict(type='Mine')))
    add_defaults(config)
    assert config.default_hooks.checkpoint == dict(type='Own', interval=3)
    assert config.default_hooks.timer == dict(type='T')
    assert config.default_hooks.logger == dict(type='LoggerHook')
    assert config.visualizer == dict(type='Mine')
