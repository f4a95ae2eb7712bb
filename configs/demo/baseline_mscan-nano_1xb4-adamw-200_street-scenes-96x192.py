_base_ = './scr_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'
model = dict(
    decode_head=dict(context=dict(type='LastStage'), aligner=dict(type='Bilinear'), contrast=None)
)
