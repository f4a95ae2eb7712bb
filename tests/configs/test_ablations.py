"""An ablation differs from its twin in what its name says, and in nothing else."""

from builders.configs import ABLATIONS, CONFIGS, STUDIES, bases, each, flat, slots
from mmengine.config import Config

HEAD = 'model.decode_head'
# What a name says, and where a config says it. Types are compared in lower case.
NAMED = {
    'context': f'{HEAD}.context.type',
    'classifier': f'{HEAD}.classifier.type',
    'aligner': f'{HEAD}.aligner.type',
    'mask': f'{HEAD}.aligner.mask',
    'softmax': f'{HEAD}.aligner.mask.softmax',
    'border': f'{HEAD}.aligner.mask.padding_mode',
    'contrast': f'{HEAD}.contrast',
    'lambda': f'{HEAD}.contrast.loss_weight',
    'tau': f'{HEAD}.contrast.temperature',
    'embedding': f'{HEAD}.contrast.in_index',
    'whitening': f'{HEAD}.context.whiten',
    'attention': f'{HEAD}.context.parallel',
    'similarity': f'{HEAD}.context.similarity',
    'stagenorm': f'{HEAD}.context.stage_norm',
    'factornorm': f'{HEAD}.context.factor_norm',
    'ffn': f'{HEAD}.context.hidden_channels',
}
VALUES = {  # of names that are not the value itself
    'mask-off': None,
    'softmax-off': False,
    'contrast-off': None,
    'embedding-finest': [0],
    'whitening-off': False,
    'attention-parallel': True,
    'similarity-scaled': 'scaled_dot',
    'stagenorm-off': False,
    'factornorm-off': False,
    'ffn-off': 0,
}
LITERAL = {
    f'{HEAD}.context.similarity': 'dot',
    f'{HEAD}.context.stage_norm': False,
    f'{HEAD}.context.factor_norm': False,
}
ABSENT = object()


def differences(path, twin):
    """Keys at which two configs differ, with the value in the first, if it has one."""
    own, other = (dict(flat(Config.fromfile(p).to_dict())) for p in (path, twin))
    keys = [k for k in {**own, **other} if own.get(k, ABSENT) != other.get(k, ABSENT)]
    return {'.'.join(k): own.get(k, ABSENT) for k in keys}


@each(ABLATIONS)
def test_ablation_differs_from_its_twin_in_what_its_name_says_and_nothing_else(path):
    ((slot, value),) = slots(path).items()
    (twin,) = bases(path)
    assert twin.name == path.name.replace(f'-{slot}-{value}_', '_')
    changed = differences(path, twin)
    if slot == 'form':
        assert (value, changed) == ('literal', LITERAL)
        return
    key = NAMED[slot]
    if slot == 'contrast':  # the whole term is gone
        changed = {key: Config.fromfile(path).model.decode_head.contrast}
    assert list(changed) == [key]
    said = VALUES.get(f'{slot}-{value}', value)
    own = changed[key].lower() if key.endswith('.type') else changed[key]
    assert own == (float(said) if isinstance(own, float) else said)


@each([path for path in STUDIES if slots(path)])
def test_row_of_a_study_differs_from_the_row_without_its_last_part_in_that_alone(path):
    *_, (slot, value) = slots(path).items()
    twin = path.with_name(path.name.replace(f'-{slot}-{value}_', '_'))
    changed = differences(path, twin)
    if slot == 'form':
        assert (value, changed) == ('literal', LITERAL)
    elif slot == 'contrast':
        assert Config.fromfile(path).model.decode_head.contrast is None
        assert all(key.startswith(f'{HEAD}.contrast') for key in changed)
    else:
        own, said = changed.pop(NAMED[slot]), VALUES.get(f'{slot}-{value}', value)
        assert own is said or own.lower() in (said, f'{said}classifier')
        assert changed == {}


@each([path for path in STUDIES if path.name.startswith(('frmseg', 'segnext'))])
def test_other_methods_of_a_study_differ_from_ours_in_the_head_alone(path):
    method = path.name.partition('_')[0]
    twin = path.with_name(path.name.replace(f'{method}_', 'scr_'))
    read = ('model.', 'train', 'val', 'test', 'optim', 'param', 'custom', 'default')
    changed = [key for key in differences(path, twin) if key.startswith(read)]
    assert changed
    assert [key for key in changed if not key.startswith(HEAD)] == []


def test_baseline_differs_from_the_method_in_context_and_aligner():
    (path,) = CONFIGS.glob('ablation/baseline_*.py')
    (twin,) = bases(path)
    assert twin.name == path.name.replace('baseline_', 'scr_')
    assert differences(path, twin) == {
        f'{HEAD}.context.type': 'LastStage',
        f'{HEAD}.aligner.type': 'Bilinear',
    }
