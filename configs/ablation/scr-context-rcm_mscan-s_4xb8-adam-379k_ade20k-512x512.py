_base_ = '../scr/scr_mscan-s_4xb8-adam-379k_ade20k-512x512.py'
model = dict(decode_head=dict(context=dict(_delete_=True, type='RCM')))
