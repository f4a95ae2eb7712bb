_base_ = './adamw_200.py'
optim_wrapper = dict(optimizer=dict(lr=2e-3))
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=250, by_epoch=False),
    dict(type='PolyLR', power=1.0, begin=250, end=2500, eta_min=0.0, by_epoch=False),
]
train_cfg = dict(max_iters=2500, val_interval=625)
