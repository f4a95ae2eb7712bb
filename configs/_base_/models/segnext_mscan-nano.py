_base_ = './segnext_mscan-s.py'
model = dict(
    data_preprocessor=dict(size=(96, 192)),
    backbone=dict(
        init_cfg=None,
        embed_dims=[16, 32, 80, 128],
        depths=[1, 1, 2, 1],
        drop_path_rate=0.0,
    ),
    decode_head=dict(
        in_channels=[32, 80, 128],
        channels=64,
        ham_channels=64,
        num_classes=10,
        dropout_ratio=0.0,
        norm_cfg=dict(num_groups=8),
    ),
)
