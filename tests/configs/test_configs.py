"""Rules that every config of the tree keeps."""

import ast
import re
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.model import revert_sync_batchnorm
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS, MODELS
from reference.inputs import block_labels, data_samples

ROOT = Path(__file__).parents[2] / 'configs'
LEAVES = sorted(p for p in ROOT.glob('*/*.py') if p.parent.name != '_base_')
MAX_LINES = 15
MAX_LINES_OF_AN_ABLATION = 8
MAX_DEPTH = 3
FOLDERS_OF_SEVERAL_METHODS = ('ablation', 'demo')

# {method}[-{slot}-{value}]_{backbone}_{gpus}xb{batch}-{schedule}_{dataset}-{H}x{W}.py
NAME = re.compile(
    r'(?P<method>[a-z]+)(-(?P<slot>[a-z]+)-(?P<value>[a-z0-9.]+))?'
    r'_(?P<backbone>[a-z]+-[a-z0-9]+)'
    r'_(?P<gpus>\d+)xb(?P<batch>\d+)-(?P<schedule>[a-z]+-\d+k?)'
    r'_(?P<dataset>[a-z0-9]+(-[a-z]+)?)-(?P<height>\d+)x(?P<width>\d+)\.py'
)

DEPTHS = {  # of MSCAN; arXiv 2209.08575, Table 2, and the thin one of the demo
    'mscan-t': [3, 3, 5, 2],
    'mscan-s': [2, 2, 4, 2],
    'mscan-b': [3, 3, 12, 3],
    'mscan-l': [3, 5, 27, 3],
    'mscan-nano': [1, 1, 2, 1],
}
SIZES = {'small': 'van-s'}  # of VAN
RECIPES = {
    'cityscapes-1024x1024': '4xb4-adam-112k_cityscapes-1024x1024',
    'bdd100k-720x720': '4xb8-adam-131k_bdd100k-720x720',
    'ade20k-512x512': '4xb8-adam-379k_ade20k-512x512',
}
HEAD = 'model.decode_head'
# What a name says, and where a config says it. Types are compared in lower case.
NAMED = {
    'context': f'{HEAD}.context.type',
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
    'ffn': f'{HEAD}.context.hidden_channels',
}
VALUES = {  # of names that are not the value itself
    'mask-off': None,
    'softmax-off': False,
    'contrast-off': None,
    'embedding-finest': [0],
    'whitening-off': False,
    'attention-parallel': True,
    'ffn-off': 0,
}
ABSENT = object()
ABLATIONS = [path for path in LEAVES if NAME.fullmatch(path.name)['slot']]


def each_leaf(function):
    return pytest.mark.parametrize('path', LEAVES, ids=lambda p: p.stem)(function)


def bases(path):
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == '_base_':
            value = ast.literal_eval(node.value)
            return [path.parent / name for name in ([value] if isinstance(value, str) else value)]
    return []


def depth(path):
    return 1 + max((depth(base) for base in bases(path)), default=0)


def flat(settings, prefix=()):
    for key, value in settings.items():
        if isinstance(value, dict) and value:
            yield from flat(value, (*prefix, key))
        else:
            yield (*prefix, key), value


def test_the_tree_holds_the_promised_experiments():
    names = {path.stem for path in LEAVES}
    for recipe in RECIPES.values():
        assert f'scr_van-s_{recipe}' in names
        for aligner in ('bilinear', 'fam', 'alignfa'):
            assert f'scr-aligner-{aligner}_mscan-s_{recipe}' in names
        for context in ('multistage', 'ppm', 'dappm', 'ccam', 'dam'):
            assert f'scr-context-{context}_mscan-s_{recipe}' in names
    assert 'frmseg_van-s_4xb4-sgd-56k_cityscapes-1024x1024' in names
    assert 'frmseg_van-s_4xb8-sgd-66k_bdd100k-720x720' in names
    for size in 'tsbl':
        assert f'scr_mscan-{size}_4xb4-adam-112k_cityscapes-1024x1024' in names
        assert f'scr_mscan-{size}_4xb8-adam-131k_bdd100k-720x720' in names
        assert f'scr_mscan-{size}_4xb8-adam-379k_ade20k-512x512' in names
        for data in ('cityscapes-1024x1024', 'bdd100k-720x720', 'ade20k-512x512'):
            assert f'segnext_mscan-{size}_4xb4-adamw-160k_{data}' in names
            assert f'scr_mscan-s_4xb4-adamw-160k_{data}' in names
    for method in ('scr', 'segnext'):
        assert f'{method}_mscan-t_1xb4-adamw-1k_camvid-256x256' in names
    for method in ('scr', 'baseline'):
        assert f'{method}_mscan-nano_1xb4-adamw-200_street-scenes-96x192' in names


@each_leaf
def test_name_follows_the_rule_and_tells_the_truth(path):
    """Method, backbone, data, batch, sizes, optimiser and length are what the name says."""
    match = NAME.fullmatch(path.name)
    assert match, f'{path.name} breaks the naming rule'
    config = Config.fromfile(path)
    size = (int(match['height']), int(match['width']))
    assert path.parent.name in (match['method'], *FOLDERS_OF_SEVERAL_METHODS)
    assert config.train_dataloader.batch_size == int(match['batch'])
    assert tuple(config.model.data_preprocessor.size) == size
    assert config.optim_wrapper.optimizer.type.lower() == match['schedule'].split('-')[0]
    if config.model.backbone.type == 'mmpretrain.VAN':
        assert SIZES[config.model.backbone.arch] == match['backbone']
    else:
        assert config.model.backbone.depths == DEPTHS[match['backbone']]
    assert config.dataset_type.lower().startswith(match['dataset'].split('-')[0])
    length = match['schedule'].split('-')[1]
    iterations = int(length[:-1]) * 1000 if length.endswith('k') else int(length)
    assert config.train_cfg.max_iters == pytest.approx(iterations, rel=0.01)
    assert config.param_scheduler[-1].end == config.train_cfg.max_iters
    crops = [t.crop_size for t in train_pipeline(config) if t.type == 'RandomCrop']
    assert all(tuple(crop) == size for crop in crops)


def train_pipeline(config):
    dataset = config.train_dataloader.dataset
    return dataset.datasets[0].pipeline if 'datasets' in dataset else dataset.pipeline


@each_leaf
def test_is_short_and_flat(path):
    limit = MAX_LINES_OF_AN_ABLATION if path.parent.name == 'ablation' else MAX_LINES
    assert len(path.read_text().splitlines()) <= limit
    assert depth(path) <= MAX_DEPTH


@each_leaf
def test_repeats_nothing_of_its_bases(path):
    inherited = {}
    for base in bases(path):
        inherited |= dict(flat(Config.fromfile(base, import_custom_modules=False).to_dict()))
    code = ast.parse(path.read_text())
    code.body = [n for n in code.body if getattr(n.targets[0], 'id', '') != '_base_']
    own = {}
    exec(compile(code, str(path), 'exec'), own)
    own.pop('__builtins__')
    repeated = [key for key, value in flat(own) if key in inherited and inherited[key] == value]
    assert not repeated


def differences(path, twin):
    """Keys at which two configs differ, with the value in the first, if it has one."""
    own, other = (dict(flat(Config.fromfile(p).to_dict())) for p in (path, twin))
    keys = [k for k in {**own, **other} if own.get(k, ABSENT) != other.get(k, ABSENT)]
    return {'.'.join(k): own.get(k, ABSENT) for k in keys}


@pytest.mark.parametrize('path', ABLATIONS, ids=lambda p: p.stem)
def test_ablation_differs_from_its_twin_in_what_its_name_says_and_nothing_else(path):
    match = NAME.fullmatch(path.name)
    slot, value = match['slot'], match['value']
    (twin,) = bases(path)
    assert twin.name == path.name.replace(f'-{slot}-{value}_', '_')
    key = NAMED[slot]
    changed = differences(path, twin)
    if slot == 'contrast':  # the whole term is gone
        changed = {key: Config.fromfile(path).model.decode_head.contrast}
    assert list(changed) == [key]
    said = VALUES.get(f'{slot}-{value}', value)
    own = changed[key].lower() if key.endswith('.type') else changed[key]
    assert own == (float(said) if isinstance(own, float) else said)


def test_baseline_differs_from_the_method_in_context_and_aligner():
    (path,) = ROOT.glob('ablation/baseline_*.py')
    (twin,) = bases(path)
    assert twin.name == path.name.replace('baseline_', 'scr_')
    assert differences(path, twin) == {
        f'{HEAD}.context.type': 'LastStage',
        f'{HEAD}.aligner.type': 'Bilinear',
    }


@each_leaf
def test_trains_one_step_and_predicts(path):
    config = Config.fromfile(path)
    init_default_scope('mmseg')
    if 'mmpretrain' in config.model.backbone.type:
        pytest.importorskip('mmpretrain', reason='the backbone is one of mmpretrain')
    config.model.backbone.init_cfg = None
    config.model.data_preprocessor.size = (64, 64)
    model = revert_sync_batchnorm(MODELS.build(config.model))
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    optimizer = build_optim_wrapper(model, config.optim_wrapper)
    labels = block_labels(2, (64, 64), 2)  # each class has enough pixels for the contrast
    samples = data_samples(labels)
    images = list(torch.randint(256, (2, 3, 64, 64), dtype=torch.uint8))
    model.train()
    losses = model.train_step(dict(inputs=images, data_samples=samples), optimizer)
    expected = {'loss', 'decode.loss_ce', 'decode.acc_seg'}
    if config.model.decode_head.get('contrast'):
        expected.add('decode.loss_contrast')
        assert losses['decode.loss_contrast'] > 0
    assert set(losses) == expected
    assert losses['loss'].isfinite()
    still = [n for n, p in model.named_parameters() if torch.equal(p, before[n])]
    assert len(still) < 0.5 * len(before)
    model.eval()
    result = model.test_step(dict(inputs=images[:1], data_samples=samples[:1]))[0]
    assert result.seg_logits.data.shape == (config.num_classes, 64, 64)
    assert result.seg_logits.data.isfinite().all()


@each_leaf
def test_number_of_classes_is_that_of_the_dataset(path):
    config = Config.fromfile(path)
    init_default_scope('mmseg')
    dataset = DATASETS.get(config.val_dataloader.dataset.type)
    assert len(dataset.METAINFO['classes']) == config.num_classes


@each_leaf
def test_every_pipeline_builds(path):
    from mmseg.registry import TRANSFORMS

    config = Config.fromfile(path)
    init_default_scope('mmseg')
    pipelines = train_pipeline(config), config.test_pipeline, config.tta_pipeline
    built = [TRANSFORMS.build(step) for pipeline in pipelines for step in pipeline]
    assert type(built[-1]).__name__ == 'TestTimeAug'


def test_data_root_can_be_set_from_outside(monkeypatch):
    monkeypatch.setenv('CAMVID_ROOT', 'elsewhere/camvid')
    path = next(p for p in LEAVES if 'camvid' in p.name)
    config = Config.fromfile(path)
    assert config.train_dataloader.dataset.data_root == 'elsewhere/camvid'
    assert config.test_dataloader.dataset.data_root == 'elsewhere/camvid'


def test_train_and_val_are_both_in_the_test_set_submission():
    path = next(p for p in LEAVES if 'trainval' in p.name)
    parts = Config.fromfile(path).train_dataloader.dataset.datasets
    assert [d.data_prefix.img_path for d in parts] == ['leftImg8bit/train', 'leftImg8bit/val']
