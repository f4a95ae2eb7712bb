_base_ = '../scr/scr_mscan-s_4xb8-adam-131k_bdd100k-720x720.py'
model = dict(decode_head=dict(context=dict(_delete_=True, type='MultiStage')))
