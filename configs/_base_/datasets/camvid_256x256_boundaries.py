_base_ = './camvid_256x256.py'
val_evaluator = [
    dict(type='IoUMetric', iou_metrics=['mIoU']),
    dict(type='BoundaryMetric', widths=(1, 3)),
]
test_evaluator = [*val_evaluator, dict(type='ErrorTypeMetric'), dict(type='PerImageMetric')]
