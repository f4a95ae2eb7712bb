_base_ = './street-scenes_96x192.py'
# Decisions look at val; what is reported comes from test, which no decision has seen.
val_dataloader = dict(dataset=dict(length=100))
test_dataloader = dict(dataset=dict(length=200, seed=2))
val_evaluator = [
    dict(type='IoUMetric', iou_metrics=['mIoU']),
    dict(type='BoundaryMetric', widths=(1, 2)),
]
test_evaluator = [*val_evaluator, dict(type='ErrorTypeMetric'), dict(type='PerImageMetric')]
