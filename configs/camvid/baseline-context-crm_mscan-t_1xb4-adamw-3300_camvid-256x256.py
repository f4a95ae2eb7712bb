_base_ = [
    '../_base_/models/scr_mscan-t.py',
    '../_base_/datasets/camvid_256x256_study.py',
    '../_base_/schedules/adamw_3300.py',
    '../_base_/study_runtime.py',
]
model = dict(
    data_preprocessor=dict(size=(256, 256)),
    decode_head=dict(
        num_classes=11,
        aligner=dict(type='Bilinear'),
        contrast=None,
        norm_cfg=dict(type='BN'),
        loss_decode=dict(class_weight=_base_.class_weight),
    ),
)
