_base_ = './frmseg_van-s_4xb4-sgd-56k_cityscapes-1024x1024.py'
model = dict(decode_head=dict(context=dict(_delete_=True, type='PPM')))
