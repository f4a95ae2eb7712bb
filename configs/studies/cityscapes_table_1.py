# Table I of arXiv 2412.08671 on Cityscapes: four rows from four seeds, one GPU a run with all
# 16 images of a batch. Its loader needs workers: docs/reproduce.md has the command.
row = '../{}_mscan-s_4xb4-adam-112k_cityscapes-1024x1024.py'.format
table_1 = [
    'ablation/baseline',
    'ablation/scr-context-laststage',
    'ablation/scr-aligner-bilinear',
    'scr/scr',
]
groups = [dict(config=[row(name) for name in table_1], seeds=[0, 1, 2, 3])]
options = {
    'train_dataloader.batch_size': 16,
    'test_evaluator': [
        dict(type='IoUMetric', iou_metrics=['mIoU']),
        dict(type='BoundaryMetric', widths=(1, 3, 5, 9)),
        dict(type='PerImageMetric'),
    ],
}
