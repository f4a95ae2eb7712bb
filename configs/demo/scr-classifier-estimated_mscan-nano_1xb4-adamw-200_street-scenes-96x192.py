_base_ = [
    '../_base_/models/scr_mscan-nano.py',
    '../_base_/datasets/street-scenes_96x192.py',
    '../_base_/schedules/adamw_200.py',
    '../_base_/default_runtime.py',
]
alone = dict(plain_weight=0.0, oracle_weight=0.0, distillation=None)
model = dict(decode_head=dict(classifier=dict(type='ContextAwareClassifier', **alone)))
default_hooks = dict(logger=dict(interval=10), checkpoint=dict(interval=200))
