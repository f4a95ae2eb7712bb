_base_ = [
    '../_base_/models/scr_efficientnet-lite0.py',
    '../_base_/datasets/camvid_384x384_enlarged.py',
    '../_base_/schedules/adamw_3300.py',
    '../_base_/study_runtime.py',
]
model = dict(
    data_preprocessor=dict(size=(384, 384)),
    decode_head=dict(
        context=dict(type='LastStage'),
        aligner=dict(type='Bilinear'),
        contrast=None,
        loss_decode=dict(class_weight=_base_.class_weight),
    ),
)
