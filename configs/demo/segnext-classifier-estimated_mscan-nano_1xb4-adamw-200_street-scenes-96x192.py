_base_ = [
    '../_base_/models/segnext_mscan-nano.py',
    '../_base_/datasets/street-scenes_96x192.py',
    '../_base_/schedules/adamw_200.py',
    '../_base_/default_runtime.py',
]
alone = dict(plain_weight=0.0, oracle_weight=0.0, distillation=None)
classifier = dict(type='ContextAwareClassifier', **alone)
head = _base_.model.decode_head
model = dict(
    decode_head=dict(_delete_=True, type='ContextAwareHead', head=head, classifier=classifier)
)
default_hooks = dict(logger=dict(interval=10), checkpoint=dict(interval=200))
