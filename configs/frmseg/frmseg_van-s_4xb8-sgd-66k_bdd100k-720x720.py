_base_ = [
    '../_base_/models/frmseg_van-s.py',
    '../_base_/datasets/bdd100k_720x720.py',
    '../_base_/schedules/sgd_66k.py',
    '../_base_/default_runtime.py',
]
model = dict(data_preprocessor=dict(size=(720, 720)))
