_base_ = './scr_mscan-nano_1xb4-adamw-200_street-scenes-128x256.py'
model = dict(
    decode_head=dict(context=dict(type='LastStage'), aligner=dict(type='Bilinear'), contrast=None)
)
