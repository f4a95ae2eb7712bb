optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=1.2e-4))
param_scheduler = [
    dict(type='PolyLR', power=0.9, begin=0, end=379200, eta_min=0.0, by_epoch=False),
]
train_cfg = dict(type='IterBasedTrainLoop', max_iters=379200, val_interval=37920)
