optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=6e-5))
param_scheduler = [
    dict(type='PolyLR', power=0.9, begin=0, end=111600, eta_min=0.0, by_epoch=False),
]
train_cfg = dict(type='IterBasedTrainLoop', max_iters=111600, val_interval=11160)
