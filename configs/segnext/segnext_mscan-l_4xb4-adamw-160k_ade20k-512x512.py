_base_ = [
    '../_base_/models/segnext_mscan-l.py',
    '../_base_/datasets/ade20k_512x512_photometric.py',
    '../_base_/schedules/adamw_160k.py',
    '../_base_/default_runtime.py',
]
model = dict(
    data_preprocessor=dict(size=(512, 512), test_cfg=dict(size_divisor=32)),
    decode_head=dict(num_classes=150),
)
train_dataloader = dict(batch_size=4)
