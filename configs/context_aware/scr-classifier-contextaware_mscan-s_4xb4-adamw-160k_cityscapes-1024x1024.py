_base_ = [
    '../_base_/models/scr_mscan-s.py',
    '../_base_/datasets/cityscapes_1024x1024_photometric.py',
    '../_base_/schedules/adamw_160k.py',
    '../_base_/default_runtime.py',
]
model = dict(decode_head=dict(classifier=dict(type='ContextAwareClassifier')))
