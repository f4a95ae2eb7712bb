_base_ = [
    '../_base_/models/segnext_mscan-s.py',
    '../_base_/datasets/cityscapes_1024x1024_photometric.py',
    '../_base_/schedules/adamw_160k.py',
    '../_base_/default_runtime.py',
]
model = dict(
    decode_head=dict(_delete_=True, type='ContextAwareHead', head=_base_.model.decode_head),
    test_cfg=dict(_delete_=True, mode='slide', crop_size=(1024, 1024), stride=(768, 768)),
)
