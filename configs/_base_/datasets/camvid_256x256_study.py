_base_ = './camvid_256x256.py'
val_evaluator = [
    dict(type='IoUMetric', iou_metrics=['mIoU']),
    dict(type='BoundaryMetric', widths=(1, 3)),
]
test_evaluator = [*val_evaluator, dict(type='ErrorTypeMetric'), dict(type='PerImageMetric')]
# Roots of the median frequency over that of the class (arXiv 1411.4734).
class_weight = [0.9, 0.8, 3.7, 0.7, 1.7, 1.1, 3.3, 2.4, 1.5, 4.3, 5.1]
