_base_ = [
    '../_base_/models/scr_van-s.py',
    '../_base_/datasets/cityscapes-trainval_1024x1024.py',
    '../_base_/schedules/adam_131k.py',
    '../_base_/default_runtime.py',
]
test_dataloader = dict(dataset=dict(data_prefix=dict(_delete_=True, img_path='leftImg8bit/test')))
test_evaluator = dict(
    _delete_=True,
    type='CityscapesMetric',
    output_dir='work_dirs/{{ fileBasenameNoExtension }}/label_ids',
    format_only=True,
    keep_results=True,
)
optim_wrapper = dict(optimizer=dict(lr=6e-5))
