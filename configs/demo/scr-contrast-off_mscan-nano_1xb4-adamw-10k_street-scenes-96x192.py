_base_ = [
    '../_base_/models/scr_mscan-nano.py',
    '../_base_/datasets/street-scenes_96x192_study.py',
    '../_base_/schedules/adamw_10k.py',
    '../_base_/study_runtime.py',
]
model = dict(decode_head=dict(contrast=None, loss_decode=dict(class_weight=_base_.class_weight)))
train_dataloader = dict(dataset=dict(length=10000))  # the study has 2,000
