_base_ = './scr_efficientnet-lite0.py'
model = dict(
    decode_head=dict(
        _delete_=True,
        type='LightHamHead',
        in_channels=[40, 112, 320],
        in_index=[1, 2, 3],
        channels=64,
        ham_channels=64,
        dropout_ratio=0.0,
        num_classes=11,
        norm_cfg=dict(type='GN', num_groups=8, requires_grad=True),
        align_corners=False,
        loss_decode=dict(type='CrossEntropyLoss', loss_weight=1.0),
        ham_kwargs=dict(MD_S=1, MD_R=16, train_steps=6, eval_steps=7, inv_t=100, rand_init=True),
    ),
)
