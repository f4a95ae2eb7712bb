_base_ = './camvid_256x256.py'
# At twice their size a pole of two pixels is as wide as a pixel of the finest map.
train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadNamedAnnotations'),
    dict(type='CheckLabels', num_classes=_base_.num_classes),
    dict(type='RandomResize', scale=(960, 720), ratio_range=(0.5, 1.5), keep_ratio=True),
    dict(type='RandomCrop', crop_size=(384, 384)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackSegInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(960, 720), keep_ratio=True),
    dict(type='LoadNamedAnnotations'),
    dict(type='CheckLabels', num_classes=_base_.num_classes),
    dict(type='PackSegInputs'),
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='IoUMetric', iou_metrics=['mIoU']),
    dict(type='BoundaryMetric', widths=(1, 3)),
]
test_evaluator = [*val_evaluator, dict(type='ErrorTypeMetric'), dict(type='PerImageMetric')]
# Roots of the median frequency over that of the class (arXiv 1411.4734).
class_weight = [0.9, 0.8, 3.7, 0.7, 1.7, 1.1, 3.3, 2.4, 1.5, 4.3, 5.1]
