_base_ = [
    '../_base_/models/scr_mscan-nano.py',
    '../_base_/datasets/street-scenes_96x192_study.py',
    '../_base_/schedules/adamw_10k.py',
    '../_base_/study_runtime.py',
]
model = dict(
    decode_head=dict(
        context=dict(type='LastStage'),
        aligner=dict(type='Bilinear'),
        contrast=None,
        loss_decode=dict(class_weight=_base_.class_weight),
    )
)
# Five times as many scenes as in the study, for a model that others use; all are kept in memory.
train_pipeline = [dict(type='DrawStreetScene', keep=10000), *_base_.train_pipeline[1:]]
train_dataloader = dict(dataset=dict(length=10000, pipeline=train_pipeline))
