_base_ = [
    '../_base_/models/upernet_swin-t.py',
    '../_base_/datasets/ade20k_512x512_photometric.py',
    '../_base_/schedules/adamw-swin_160k.py',
    '../_base_/default_runtime.py',
]
model = dict(decode_head=dict(type='AlignedUPerHead', aligner=dict(type='SRM')))
train_dataloader = dict(batch_size=2)
