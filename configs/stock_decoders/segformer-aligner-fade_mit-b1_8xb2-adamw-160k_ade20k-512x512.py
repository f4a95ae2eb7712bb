_base_ = [
    '../_base_/models/segformer_mit-b1.py',
    '../_base_/datasets/ade20k_512x512_photometric.py',
    '../_base_/schedules/adamw_160k.py',
    '../_base_/default_runtime.py',
]
model = dict(decode_head=dict(type='AlignedSegformerHead', aligner=dict(type='FADE')))
train_dataloader = dict(batch_size=2)
