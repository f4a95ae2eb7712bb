_base_ = './sgd_56k.py'
param_scheduler = [
    dict(type='PolyLR', power=0.9, begin=0, end=65700, eta_min=0.0, by_epoch=False),
]
train_cfg = dict(max_iters=65700, val_interval=6570)
