_base_ = [
    '../_base_/models/scr_van-s.py',
    '../_base_/datasets/ade20k_512x512.py',
    '../_base_/schedules/adam_379k.py',
    '../_base_/default_runtime.py',
]
model = dict(data_preprocessor=dict(size=(512, 512)), decode_head=dict(num_classes=150))
