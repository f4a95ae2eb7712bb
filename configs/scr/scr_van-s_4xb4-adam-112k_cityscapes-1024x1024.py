_base_ = [
    '../_base_/models/scr_van-s.py',
    '../_base_/datasets/cityscapes_1024x1024.py',
    '../_base_/schedules/adam_112k.py',
    '../_base_/default_runtime.py',
]
