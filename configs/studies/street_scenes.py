_base_ = './rows.py'
# The study on street scenes: the rows of Table I from five seeds, all others from three.
row = '../demo/{}_mscan-nano_1xb4-adamw-2500_street-scenes-96x192.py'.format
groups = [
    dict(config=[row(name) for name in _base_.table_1], seeds=[0, 1, 2, 3, 4]),
    dict(config=[row(name) for name in _base_.others], seeds=[0, 1, 2]),
    dict(config=[row(name) for name in _base_.field], seeds=[0, 1, 2]),
]
