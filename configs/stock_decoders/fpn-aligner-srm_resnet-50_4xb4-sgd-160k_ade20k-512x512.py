_base_ = [
    '../_base_/models/fpn_resnet-50.py',
    '../_base_/datasets/ade20k_512x512_photometric.py',
    '../_base_/schedules/sgd_160k.py',
    '../_base_/default_runtime.py',
]
model = dict(neck=dict(type='AlignedFPN', aligner=dict(type='SRM', norm_cfg=_base_.norm_cfg)))
train_dataloader = dict(batch_size=4)
