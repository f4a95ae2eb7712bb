_base_ = [
    '../_base_/models/segnext_mscan-t.py',
    '../_base_/datasets/camvid_256x256.py',
    '../_base_/schedules/adamw_1k.py',
    '../_base_/default_runtime.py',
]
model = dict(
    data_preprocessor=dict(size=(256, 256)),
    backbone=dict(init_cfg=None),
    decode_head=dict(
        _delete_=True, type='ContextAwareHead', head=dict(_base_.model.decode_head, num_classes=11)
    ),
)
default_hooks = dict(logger=dict(interval=20), checkpoint=dict(interval=100))
