_base_ = [
    '../_base_/models/upernet_resnet-50.py',
    '../_base_/datasets/ade20k_512x512_photometric.py',
    '../_base_/schedules/sgd_160k.py',
    '../_base_/default_runtime.py',
]
model = dict(decode_head=dict(type='AlignedUPerHead', aligner=dict(type='SAPA', width=32)))
train_dataloader = dict(batch_size=4)
