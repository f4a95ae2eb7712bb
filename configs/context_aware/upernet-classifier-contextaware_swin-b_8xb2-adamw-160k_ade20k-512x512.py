_base_ = [
    '../_base_/models/upernet_swin-b.py',
    '../_base_/datasets/ade20k_512x512_photometric.py',
    '../_base_/schedules/adamw-swin_160k.py',
    '../_base_/default_runtime.py',
]
model = dict(
    decode_head=dict(_delete_=True, type='ContextAwareHead', head=_base_.model.decode_head)
)
train_dataloader = dict(batch_size=2)
