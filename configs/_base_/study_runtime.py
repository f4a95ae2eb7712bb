_base_ = './default_runtime.py'
default_hooks = dict(checkpoint=dict(interval=500))
custom_hooks = [
    *_base_.custom_hooks,
    dict(type='DiagnosticsHook', interval=400),
    dict(type='ChannelsLastHook'),
]
