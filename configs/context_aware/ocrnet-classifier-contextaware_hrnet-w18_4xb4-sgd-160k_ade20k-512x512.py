_base_ = [
    '../_base_/models/ocrnet_hrnet-w18.py',
    '../_base_/datasets/ade20k_512x512_photometric.py',
    '../_base_/schedules/sgd_160k.py',
    '../_base_/default_runtime.py',
]
model = dict(
    decode_head=[
        _base_.model.decode_head[0],
        dict(type='ContextAwareHead', head=_base_.model.decode_head[1]),
    ]
)
train_dataloader = dict(batch_size=4)
