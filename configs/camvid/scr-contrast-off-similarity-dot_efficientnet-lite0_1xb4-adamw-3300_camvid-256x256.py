_base_ = [
    '../_base_/models/scr_efficientnet-lite0.py',
    '../_base_/datasets/camvid_256x256_study.py',
    '../_base_/schedules/adamw_3300.py',
    '../_base_/study_runtime.py',
]
model = dict(
    decode_head=dict(
        context=dict(similarity='dot'),
        contrast=None,
        loss_decode=dict(class_weight=_base_.class_weight),
    )
)
