_base_ = [
    '../_base_/models/scr_mscan-t.py',
    '../_base_/datasets/camvid_256x256.py',
    '../_base_/schedules/adamw_1k.py',
    '../_base_/default_runtime.py',
]
model = dict(
    data_preprocessor=dict(size=(256, 256)),
    backbone=dict(init_cfg=None),
    decode_head=dict(
        classifier=dict(type='ContextAwareClassifier'), norm_cfg=dict(type='BN'), num_classes=11
    ),
)
default_hooks = dict(logger=dict(interval=20), checkpoint=dict(interval=100))
