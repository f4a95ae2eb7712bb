_base_ = './adamw_160k.py'
# From ImageNet weights on few images: the backbone learns at a quarter of the rate.
optim_wrapper = dict(
    optimizer=dict(lr=2e-3),
    paramwise_cfg=dict(
        _delete_=True, norm_decay_mult=0.0, custom_keys=dict(backbone=dict(lr_mult=0.25))
    ),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=100, by_epoch=False),
    dict(type='PolyLR', power=0.9, begin=100, end=3300, eta_min=0.0, by_epoch=False),
]
train_cfg = dict(max_iters=3300, val_interval=825)
