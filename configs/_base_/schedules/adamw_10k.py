_base_ = './adamw_160k.py'
# adamw_2500, four times as long.
optim_wrapper = dict(
    optimizer=dict(lr=2e-3), paramwise_cfg=dict(_delete_=True, norm_decay_mult=0.0)
)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=250, by_epoch=False),
    dict(type='PolyLR', power=1.0, begin=250, end=10000, eta_min=0.0, by_epoch=False),
]
train_cfg = dict(max_iters=10000, val_interval=2000)
