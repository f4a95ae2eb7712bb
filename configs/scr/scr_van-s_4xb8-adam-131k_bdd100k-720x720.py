_base_ = [
    '../_base_/models/scr_van-s.py',
    '../_base_/datasets/bdd100k_720x720.py',
    '../_base_/schedules/adam_131k.py',
    '../_base_/default_runtime.py',
]
model = dict(data_preprocessor=dict(size=(720, 720)))
