_base_ = [
    '../_base_/models/frmseg_van-s.py',
    '../_base_/datasets/cityscapes_1024x1024.py',
    '../_base_/schedules/sgd_56k.py',
    '../_base_/default_runtime.py',
]
