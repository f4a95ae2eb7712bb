_base_ = './street-scenes_96x192.py'
# Decisions look at val; what is reported comes from test, which no decision has seen.
train_pipeline = [dict(type='DrawStreetScene', keep=2000), *_base_.train_pipeline[1:]]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(length=100))
test_dataloader = dict(dataset=dict(length=200, seed=3))
val_evaluator = [
    dict(type='IoUMetric', iou_metrics=['mIoU']),
    dict(type='BoundaryMetric', widths=(1, 2)),
]
test_evaluator = [*val_evaluator, dict(type='ErrorTypeMetric'), dict(type='PerImageMetric')]
# Roots of the median frequency over that of the class (arXiv 1411.4734): poles, signs and people
# cover 1 % of the pixels each.
class_weight = [0.7, 1.3, 0.6, 3.4, 3.8, 1.5, 1.3, 4.3, 3.6, 2.0]
