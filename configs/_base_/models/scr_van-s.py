_base_ = './scr_mscan-s.py'
checkpoint = 'https://download.openmmlab.com/mmclassification/v0/van/van-small_8xb128_in1k_20220501-17bc91aa.pth'
model = dict(
    backbone=dict(
        _delete_=True,
        type='mmpretrain.VAN',
        arch='small',
        drop_path_rate=0.1,
        out_indices=(0, 1, 2, 3),
        init_cfg=dict(type='Pretrained', checkpoint=checkpoint, prefix='backbone.'),
    ),
)
