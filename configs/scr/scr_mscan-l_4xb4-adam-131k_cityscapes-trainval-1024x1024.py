_base_ = [
    '../_base_/models/scr_mscan-l.py',
    '../_base_/datasets/cityscapes-trainval_1024x1024.py',
    '../_base_/schedules/adam_131k.py',
    '../_base_/default_runtime.py',
]
optim_wrapper = dict(optimizer=dict(lr=6e-5))
