"""Rules that every config of the tree keeps."""

import ast
import re
from pathlib import Path

import mmseg
import pytest
import torch
from builders.inputs import block_labels, data_samples
from mmengine.config import Config, ConfigDict
from mmengine.model import revert_sync_batchnorm
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS, MODELS

ROOT = Path(__file__).parents[2] / 'configs'
LEAVES = sorted(p for p in ROOT.glob('*/*.py') if p.parent.name != '_base_')
MAX_LINES = 15
MAX_LINES_OF_AN_ABLATION = 8
MAX_DEPTH = 3
FOLDERS_OF_ABLATIONS = ('ablation', 'frmseg')
FOLDERS_OF_EXTENDED_DECODERS = ('context_aware', 'stock_decoders', 'demo')
FOLDERS_OF_SEVERAL_METHODS = ('ablation', *FOLDERS_OF_EXTENDED_DECODERS)

# {method}[-{slot}-{value}]..._{backbone}_{gpus}xb{batch}-{schedule}_{dataset}-{H}x{W}.py
NAME = re.compile(
    r'(?P<method>[a-z0-9]+)(?P<slots>(-[a-z]+-[a-z0-9.]+)*)'
    r'_(?P<backbone>[a-z]+-[a-z0-9]+)'
    r'_(?P<gpus>\d+)xb(?P<batch>\d+)-(?P<schedule>[a-z]+-\d+k?)'
    r'_(?P<dataset>[a-z0-9]+(-[a-z]+)?)-(?P<height>\d+)x(?P<width>\d+)\.py'
)

HEADS = {
    'scr': 'SCRHead',
    'baseline': 'SCRHead',
    'frmseg': 'SCRHead',
    'segnext': 'LightHamHead',
    'fcn': 'FCNHead',
    'deeplabv3plus': 'DepthwiseSeparableASPPHead',
    'ocrnet': 'OCRHead',
    'upernet': 'UPerHead',
    'fpn': 'FPNHead',
    'segformer': 'SegformerHead',
}
BACKBONES = {  # depths of MSCAN: arXiv 2209.08575, Table 2, and the thin one of the demo
    'mscan-t': dict(type='MSCAN', depths=[3, 3, 5, 2]),
    'mscan-s': dict(type='MSCAN', depths=[2, 2, 4, 2]),
    'mscan-b': dict(type='MSCAN', depths=[3, 3, 12, 3]),
    'mscan-l': dict(type='MSCAN', depths=[3, 5, 27, 3]),
    'mscan-nano': dict(type='MSCAN', depths=[1, 1, 2, 1]),
    'van-s': dict(type='mmpretrain.VAN', arch='small'),
    'mobilenet-v2': dict(type='MobileNetV2'),
    'resnet-50': dict(type='ResNetV1c', depth=50),
    'hrnet-w18': dict(type='HRNet'),
    'swin-t': dict(type='SwinTransformer', embed_dims=96, depths=[2, 2, 6, 2]),
    'swin-b': dict(type='SwinTransformer', embed_dims=128, depths=[2, 2, 18, 2]),
    'swin-l': dict(type='SwinTransformer', embed_dims=192, depths=[2, 2, 18, 2]),
    'convnext-t': dict(type='mmpretrain.ConvNeXt', arch='tiny'),
    'mit-b1': dict(type='MixVisionTransformer', embed_dims=64, num_layers=[2, 2, 2, 2]),
}
# The same network in the configs that mmseg ships, and the images of a GPU there.
SHIPPED = {
    'fcn_mobilenet-v2': ('mobilenet_v2/mobilenet-v2-d8_fcn_4xb4-160k', 4),
    'deeplabv3plus_resnet-50': ('deeplabv3plus/deeplabv3plus_r50-d8_4xb4-160k', 4),
    'ocrnet_hrnet-w18': ('ocrnet/ocrnet_hr18_4xb4-160k', 4),
    'upernet_resnet-50': ('upernet/upernet_r50_4xb4-160k', 4),
    'upernet_swin-t': ('swin/swin-tiny-patch4-window7-in1k-pre_upernet_8xb2-160k', 2),
    'upernet_swin-b': ('swin/swin-base-patch4-window12-in22k-384x384-pre_upernet_8xb2-160k', 2),
    'upernet_swin-l': ('swin/swin-large-patch4-window12-in22k-384x384-pre_upernet_8xb2-160k', 2),
    'upernet_convnext-t': ('convnext/convnext-tiny_upernet_8xb2-amp-160k', 2),
    'fpn_resnet-50': ('sem_fpn/fpn_r50_4xb4-160k', 4),
    'segformer_mit-b1': ('segformer/segformer_mit-b1_8xb2-160k', 2),
}
HOSTS = ('mmassets.onedl.ai', 'download.openmmlab.com')  # of the same weights
IDLE_RULES = ('absolute_pos_embed', 'pos_block')  # of optimisers; no parameter has such a name
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
DECODER = ('neck', 'decode_head', 'auxiliary_head')  # of a model's parts
# Before and after the few ReLUs of CRM's perceptrons, which may all be off for two images.
MAY_BE_OFF = re.compile(r'context\.channel_attention\.per_stage\.\d\.(0\.weight|0\.bias|2\.weight)')
WRAPPERS = {  # around a head of mmseg: the slot that they add, and what is in it by default
    'ContextAwareHead': ('classifier', dict(type='ContextAwareClassifier')),
    'ContrastHead': ('contrast', dict(type='PixelContrastLoss')),
}
SUPERVISED_ON_THE_ESTIMATE = dict(plain_weight=0.0, oracle_weight=0.0, distillation=None)
SUFFIX = re.compile('(classifier|contrastloss)$')  # of types; names do without


def each(paths):
    return pytest.mark.parametrize('path', paths, ids=lambda p: p.stem)


def each_leaf(function):
    return each(LEAVES)(function)


def slots(path):
    """Slot -> value, as the name says."""
    match = NAME.fullmatch(path.name)
    words = match['slots'].split('-')[1:] if match else []
    return dict(zip(words[::2], words[1::2], strict=True))


ABLATIONS = [p for p in LEAVES if p.parent.name in FOLDERS_OF_ABLATIONS and slots(p)]
EXTENDED = [p for p in LEAVES if p.parent.name in FOLDERS_OF_EXTENDED_DECODERS and slots(p)]


def bases(path):
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == '_base_':
            value = ast.literal_eval(node.value)
            return [path.parent / name for name in ([value] if isinstance(value, str) else value)]
    return []


def depth(path):
    return 1 + max((depth(base) for base in bases(path)), default=0)


def bases_merged(path):
    merged = ConfigDict()
    for base in bases(path):
        merged |= Config.fromfile(base, import_custom_modules=False)._cfg_dict
    return merged


def decode_heads(config):
    """Configs of the decode heads; a cascade has several."""
    heads = config.model.decode_head
    return heads if isinstance(heads, list) else [heads]


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
    for network in (
        'fcn-classifier-contextaware_mobilenet-v2_4xb4-sgd-160k',
        'deeplabv3plus-classifier-contextaware_resnet-50_4xb4-sgd-160k',
        'ocrnet-classifier-contextaware_hrnet-w18_4xb4-sgd-160k',
        'upernet-classifier-contextaware_swin-t_4xb4-adamw-160k',
        'upernet-classifier-contextaware_swin-b_8xb2-adamw-160k',
        'upernet-classifier-contextaware_swin-l_8xb2-adamw-160k',
        'upernet-aligner-srm_resnet-50_4xb4-sgd-160k',
        'upernet-aligner-srm-context-crm_resnet-50_4xb4-sgd-160k',
        'upernet-aligner-srm_swin-t_8xb2-adamw-160k',
        'upernet-aligner-srm_convnext-t_8xb2-adamw-160k',
        'upernet-contrast-pixel_resnet-50_4xb4-sgd-160k',
        'fpn-aligner-srm_resnet-50_4xb4-sgd-160k',
        'segformer-aligner-srm_mit-b1_8xb2-adamw-160k',
    ):
        assert f'{network}_ade20k-512x512' in names
    for method in ('scr', 'segnext'):
        extended = f'{method}-classifier-contextaware'
        assert f'{extended}_mscan-s_4xb4-adamw-160k_cityscapes-1024x1024' in names
        assert f'{extended}_mscan-t_1xb4-adamw-1k_camvid-256x256' in names


@each_leaf
def test_name_follows_the_rule_and_tells_the_truth(path):
    """Method, head, backbone, data, batch, sizes, optimiser and length are what the name says."""
    match = NAME.fullmatch(path.name)
    assert match, f'{path.name} breaks the naming rule'
    config = Config.fromfile(path)
    size = (int(match['height']), int(match['width']))
    assert path.parent.name in (match['method'], *FOLDERS_OF_SEVERAL_METHODS)
    assert config.train_dataloader.batch_size == int(match['batch'])
    assert tuple(config.model.data_preprocessor.size) == size
    assert config.optim_wrapper.optimizer.type.lower() == match['schedule'].split('-')[0]
    head = decode_heads(config)[-1]
    assert head.get('head', head).type.removeprefix('Aligned') == HEADS[match['method']]
    backbone = config.model.backbone
    expected = BACKBONES[match['backbone']]
    assert {key: backbone[key] for key in expected} == expected
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
    merged = bases_merged(path)
    inherited = dict(flat(merged))
    code = ast.parse(path.read_text())
    code.body = [n for n in code.body if getattr(n.targets[0], 'id', '') != '_base_']
    own = {'_base_': merged}
    exec(compile(code, str(path), 'exec'), own)
    del own['__builtins__'], own['_base_']
    repeated = [key for key, value in flat(own) if key in inherited and inherited[key] == value]
    assert not repeated


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


@each(EXTENDED)
def test_extended_config_is_the_plain_one_with_the_parts_of_its_name(path):
    """Of the configs beside it, or, where that has none, of its bases."""
    named = slots(path)
    name = path.name.replace(NAME.fullmatch(path.name)['slots'], '')
    twins = [twin for twin in LEAVES if twin.name == name]
    plain = Config.fromfile(twins[0]) if twins else bases_merged(path)
    config = Config.fromfile(path)
    parts = take_off(config.model, 'neck', named) if 'neck' in config.model else {}
    if isinstance(config.model.decode_head, list):
        parts |= take_off(config.model.decode_head, -1, named)
    else:
        parts |= take_off(config.model, 'decode_head', named)
    assert parts == named
    assert config.model.to_dict() == plain.model.to_dict()


def take_off(owner, key, named):
    """Make our decoder at ``owner[key]`` that of mmseg, return the parts that it had."""
    decoder = owner[key]
    if decoder.type in WRAPPERS:
        owner[key] = decoder.head
        slot, default = WRAPPERS[decoder.type]
        return {slot: part_name(decoder.get(slot, default))}
    decoder.type = decoder.type.removeprefix('Aligned')
    return {slot: part_name(decoder.pop(slot)) for slot in named if slot in decoder}


def part_name(options):
    own = {key: options[key] for key in options if key not in ('type', 'norm_cfg')}
    if own == SUPERVISED_ON_THE_ESTIMATE:
        return 'estimated'
    assert not own, f'no name tells {own}'
    return SUFFIX.sub('', options['type'].lower())


def shipped(network):
    """mmseg's own config of the network, and its number of images a GPU."""
    if 'convnext' in network:
        pytest.importorskip('mmpretrain', reason='the backbone is one of mmpretrain')
    file, batch = SHIPPED[network]
    path = Path(mmseg.__file__).parent / '.mim' / 'configs' / f'{file}_ade20k-512x512.py'
    return Config.fromfile(path), batch


def described(model):
    """All modules and weights of a model as text, with what modules do not tell by themselves."""
    untold = ('drop_prob', 'loss_weight', 'in_index', 'align_corners')
    values = [getattr(m, name) for m in model.modules() for name in untold if hasattr(m, name)]
    shapes = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    return f'{model}\n{values}\n{shapes}'.replace(*HOSTS)


@pytest.mark.parametrize('network', SHIPPED)
def test_stock_network_is_that_of_mmseg(network):
    theirs = shipped(network)[0].model
    ours = Config.fromfile(ROOT / '_base_' / 'models' / f'{network}.py').model
    init_default_scope('mmseg')
    model = MODELS.build(ours)
    assert described(model) == described(MODELS.build(theirs))
    assert ours.test_cfg == theirs.test_cfg
    assert ours.data_preprocessor == theirs.data_preprocessor
    assert not [n for n, _ in model.named_parameters() if any(rule in n for rule in IDLE_RULES)]


@each([path for path in EXTENDED if 'ade20k' in path.name])
def test_recipe_is_that_of_mmseg(path):
    match = NAME.fullmatch(path.name)
    theirs, batch = shipped(f'{match["method"]}_{match["backbone"]}')
    ours = Config.fromfile(path)
    assert ours.optim_wrapper.optimizer == theirs.optim_wrapper.optimizer
    rules = theirs.optim_wrapper.get('paramwise_cfg', {})
    for idle in IDLE_RULES:
        rules.get('custom_keys', {}).pop(idle, None)
    assert ours.optim_wrapper.get('paramwise_cfg', {}) == rules
    for key in ('constructor', 'clip_grad', 'accumulative_counts'):
        assert ours.optim_wrapper.get(key) == theirs.optim_wrapper.get(key)
    assert ours.param_scheduler == theirs.param_scheduler
    assert ours.train_cfg == theirs.train_cfg
    if 'contextaware_swin-t' in path.name:
        batch = 4  # as published: on half of the GPUs
    assert ours.train_dataloader.batch_size == batch


def expected_losses(config):
    *earlier, last = decode_heads(config)
    terms = ['loss_ce', 'acc_seg', *added_losses(last)]
    if earlier:
        return {'decode_0.loss_ce', 'decode_0.acc_seg', *(f'decode_1.{term}' for term in terms)}
    auxiliary = {'aux.loss_ce', 'aux.acc_seg'} if 'auxiliary_head' in config.model else set()
    return auxiliary | {f'decode.{term}' for term in terms}


def added_losses(head):
    slot, part = WRAPPERS.get(head.type, (None, None))
    parts = {slot: part} | head
    if parts.get('contrast'):
        yield 'loss_contrast'
    classifier = parts.get('classifier') or {}
    if classifier and part_name(classifier) == 'contextaware':
        yield from ('loss_ce_plain', 'loss_ce_oracle', 'loss_distill')


@each_leaf
def test_trains_one_step_and_predicts(path):
    config = Config.fromfile(path)
    init_default_scope('mmseg')
    if 'mmpretrain' in config.model.backbone.type:
        pytest.importorskip('mmpretrain', reason='the backbone is one of mmpretrain')
    config.model.backbone.init_cfg = None
    assert '://' not in str(config.model), 'a file of weights is asked for elsewhere'
    config.model.data_preprocessor.size = (64, 64)
    if 'depths' in config.model.backbone:  # full width; more blocks of a kind cost time alone
        config.model.backbone.depths = [min(depth, 2) for depth in config.model.backbone.depths]
    model = revert_sync_batchnorm(MODELS.build(config.model))
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    optimizer = build_optim_wrapper(model, config.optim_wrapper)
    optimizer.zero_grad = lambda: None  # it ends the step, and would drop the gradients
    labels = block_labels(2, (64, 64), 2)  # each class has enough pixels for the contrast
    samples = data_samples(labels)
    images = list(torch.randint(256, (2, 3, 64, 64), dtype=torch.uint8))
    model.train()
    losses = model.train_step(dict(inputs=images, data_samples=samples), optimizer)
    assert set(losses) == {'loss', *expected_losses(config)}
    assert all(losses[key] > 0 for key in losses if 'loss' in key)
    assert losses['loss'].isfinite()
    still = [n for n, p in model.named_parameters() if torch.equal(p, before[n])]
    assert len(still) < 0.5 * len(before)
    # Parts that start as the identity, by a zero, pass a gradient on from the second step.
    model.train_step(dict(inputs=images, data_samples=samples), optimizer)
    gradients = {n: p.grad for n, p in model.named_parameters() if n.split('.')[0] in DECODER}
    assert [n for n, gradient in gradients.items() if gradient is None] == []
    idle = [n for n, gradient in gradients.items() if not gradient.any()]
    assert [n for n in idle if not MAY_BE_OFF.search(n)] == []
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
    heads = [head.get('head', head) for head in decode_heads(config)]
    if 'auxiliary_head' in config.model:
        heads.append(config.model.auxiliary_head)
    assert {head.num_classes for head in heads} == {config.num_classes}


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
