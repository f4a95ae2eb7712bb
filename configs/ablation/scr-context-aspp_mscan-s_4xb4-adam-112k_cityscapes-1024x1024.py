_base_ = '../scr/scr_mscan-s_4xb4-adam-112k_cityscapes-1024x1024.py'
model = dict(decode_head=dict(context=dict(_delete_=True, type='ASPP')))
