"""Images of your own, complete: copy this file, change the first block (docs/datasets.md)."""

_base_ = [
    '../_base_/models/scr_mscan-t.py',
    '../_base_/schedules/adamw_160k.py',
    '../_base_/default_runtime.py',
]
data_root = '{{$OWN_DATA_ROOT:data/own}}'
classes = ('field', 'road', 'house')  # in the order of the values in the label files: 0, 1, 2
palette = [[0, 128, 0], [128, 64, 128], [70, 70, 70]]  # RGB, one for each class
suffixes = dict(img_suffix='.jpg', seg_map_suffix='.png')
reduce_zero_label = False  # True where 0 in the files is "not labelled" and classes begin at 1
scale = (1024, 512)  # width, height: an image is resized to fit in, its proportions are kept
crop_size = (512, 512)  # height, width of what one step of training sees
iterations = 4000

num_classes = len(classes)
# A list in a config takes the place of the inherited one, it is not merged with it: whoever changes
# a step writes the whole pipeline, CheckLabels with the new num_classes included.
labels = [
    dict(type='LoadNamedAnnotations'),
    dict(type='CheckLabels', num_classes=num_classes),
]
train_pipeline = [
    dict(type='LoadImageFromFile'),
    *labels,
    dict(type='RandomResize', scale=scale, ratio_range=(0.5, 2.0), keep_ratio=True),
    dict(type='RandomCrop', crop_size=crop_size, cat_max_ratio=0.75),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PhotoMetricDistortion'),
    dict(type='PackSegInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=scale, keep_ratio=True),
    *labels,  # after the resizing: the metric compares at the label's own size
    dict(type='PackSegInputs'),
]
tta_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(
        type='TestTimeAug',
        transforms=[
            [
                dict(type='Resize', scale=(scale[0] * n // 4, scale[1] * n // 4), keep_ratio=True)
                for n in (3, 4, 5)
            ],
            [dict(type='RandomFlip', prob=prob, direction='horizontal') for prob in (0.0, 1.0)],
            *([step] for step in labels),
            [dict(type='PackSegInputs')],
        ],
    ),
]
dataset = dict(
    type='BaseSegDataset',
    data_root=data_root,
    metainfo=dict(classes=classes, palette=palette),
    reduce_zero_label=reduce_zero_label,
    **suffixes,
)
train_dataloader = dict(
    batch_size=4,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(
        data_prefix=dict(img_path='images/train', seg_map_path='annotations/train'),
        pipeline=train_pipeline,
        **dataset,
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        data_prefix=dict(img_path='images/val', seg_map_path='annotations/val'),
        pipeline=test_pipeline,
        **dataset,
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(type='IoUMetric', iou_metrics=['mIoU'])
test_evaluator = val_evaluator

model = dict(
    data_preprocessor=dict(size=crop_size),
    decode_head=dict(
        num_classes=num_classes,
        norm_cfg=dict(type='BN'),
        contrast=dict(loss_weight=0.1),  # few classes: docs/faq.md
    ),
    # The method has none. Yours may: then it needs num_classes as well.
    auxiliary_head=dict(
        type='FCNHead',
        in_channels=160,
        in_index=2,
        channels=64,
        num_convs=1,
        concat_input=False,
        num_classes=num_classes,
        norm_cfg=dict(type='BN'),
        loss_decode=dict(type='CrossEntropyLoss', loss_weight=0.4),
    ),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=iterations // 10, by_epoch=False),
    dict(type='PolyLR', power=1.0, begin=iterations // 10, end=iterations, by_epoch=False),
]
train_cfg = dict(max_iters=iterations, val_interval=iterations // 10)
default_hooks = dict(checkpoint=dict(interval=iterations // 10))
