_base_ = './rows.py'
# The study on CamVid: the rows of Table I from three seeds, the others and the field from one.
row = '../camvid/{}_efficientnet-lite0_1xb4-adamw-3300_camvid-256x256.py'.format
groups = [
    dict(config=[row(name) for name in _base_.table_1], seeds=[0, 1, 2]),
    dict(config=[row(name) for name in _base_.others], seeds=[0]),
    dict(config=[row(name) for name in _base_.field], seeds=[0]),
    # Added when the row of the literal form had been seen: two more seeds, and each of its parts.
    dict(config=[row('scr-contrast-off-form-literal')], seeds=[1, 2]),
    dict(config=[row(name) for name in _base_.literal_parts], seeds=[0]),
]
