"""Rules that every config of the tree keeps."""

import ast
import re
from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS, MODELS

ROOT = Path(__file__).parents[2] / 'configs'
LEAVES = sorted(p for p in ROOT.glob('*/*.py') if p.parent.name != '_base_')
MAX_LINES = 15
MAX_DEPTH = 3

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
    assert match['method'] == path.parent.name or path.parent.name == 'demo'
    assert config.train_dataloader.batch_size == int(match['batch'])
    assert tuple(config.model.data_preprocessor.size) == size
    assert config.optim_wrapper.optimizer.type.lower() == match['schedule'].split('-')[0]
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
    assert len(path.read_text().splitlines()) <= MAX_LINES
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


@each_leaf
def test_builds_its_model(path):
    config = Config.fromfile(path)
    init_default_scope('mmseg')
    config.model.backbone.init_cfg = None
    model = MODELS.build(config.model)
    classes = config.num_classes
    assert model.decode_head.num_classes == classes
    assert model.decode_head.conv_seg.weight.shape[0] == classes


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
