_base_ = './scr_mscan-s.py'
checkpoint = 'https://download.openmmlab.com/mmsegmentation/v0.5/pretrain/segnext/mscan_t_20230227-119e8c9f.pth'
model = dict(
    backbone=dict(
        embed_dims=[32, 64, 160, 256],
        depths=[3, 3, 5, 2],
        init_cfg=dict(checkpoint=checkpoint),
    ),
    decode_head=dict(in_channels=[32, 64, 160, 256]),
)
