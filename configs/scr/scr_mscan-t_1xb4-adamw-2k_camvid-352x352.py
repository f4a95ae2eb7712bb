_base_ = [
    '../_base_/models/scr_mscan-t.py',
    '../_base_/datasets/camvid_352x352.py',
    '../_base_/schedules/adamw_2k.py',
    '../_base_/default_runtime.py',
]
model = dict(
    data_preprocessor=dict(size=(352, 352)),
    backbone=dict(init_cfg=None),
    decode_head=dict(num_classes=11, norm_cfg=dict(type='BN')),
)
