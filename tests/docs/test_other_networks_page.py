"""docs/other_networks.md, followed word by word: its files, commands, tables and messages."""

import re
from inspect import signature

import pytest
import torch
from builders.fill import fill_parameters
from builders.inputs import block_labels, data_samples, stage_maps
from builders.stock_heads import ALL_MAPS, CLASSES, LAST_MAP, SHARED, head_cfg
from docs.pages import Page, follow, missing_keys
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

from mmseg_scr import aligners, contexts
from mmseg_scr.losses import PixelContrastLoss

PAGE = Page('other_networks.md')
START = Page('context_aware.md')
PARTS = ('aligners.', 'context.')
# What the page calls a config of the reader's own.
FPN = """
_base_ = './my_upernet.py'
head = dict(in_channels=[32] * 4, in_index=[0, 1, 2, 3], channels=32, num_classes=10)
strides = [4, 8, 16, 32]
model = dict(
    neck=dict(type='FPN', in_channels=[16, 32, 64, 128], out_channels=32, num_outs=4),
    decode_head=dict(_delete_=True, type='FPNHead', feature_strides=strides, **head),
    auxiliary_head=None,
)
"""
SEGFORMER = """
_base_ = './my_upernet.py'
head = dict(in_channels=[32, 64, 160, 256], in_index=[0, 1, 2, 3], channels=32, num_classes=10)
model = dict(
    backbone=dict(
        _delete_=True,
        type='MixVisionTransformer',
        embed_dims=32,
        num_layers=[1] * 4,
        num_heads=[1, 2, 5, 8],
    ),
    decode_head=dict(_delete_=True, type='SegformerHead', **head),
    auxiliary_head=None,
)
"""
PLAIN_CONFIGS = {
    'my_srm.py': 'my_upernet.py',
    'my_srm_crm.py': 'my_upernet.py',
    'my_aligned_fpn.py': 'my_fpn.py',
    'my_aligned_segformer.py': 'my_segformer.py',
    'my_contrast.py': 'my_upernet.py',
}


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """A folder outside of the repository: the page's files and a checkpoint of the plain model."""
    folder = tmp_path_factory.mktemp('page')
    START.write(folder)
    PAGE.write(folder)
    (folder / 'my_fpn.py').write_text(FPN)
    (folder / 'my_segformer.py').write_text(SEGFORMER)
    checkpoint = folder / 'work_dirs/my_upernet/iter_8.pth'
    checkpoint.parent.mkdir(parents=True)
    torch.save(dict(state_dict=build(folder, 'my_upernet.py').state_dict()), checkpoint)
    return folder


def config_of(folder, name, **options):
    config = Config.fromfile(folder / name)
    config.merge_from_dict(options)
    return config


def build(folder, name, **options):
    init_default_scope('mmseg')
    return MODELS.build(config_of(folder, name, **options).model)


def saved_names(folder, name):
    path = folder / f'work_dirs/{name}/iter_8.pth'
    return set(torch.load(path, weights_only=True)['state_dict'])


def training_terms(model):
    """The terms of one step of a model for ten classes."""
    samples = data_samples(block_labels(2, (96, 192), 10))
    return model.train().loss(torch.randn(2, 3, 96, 192), samples)


def names_of(model, prefix):
    return {name for name in model.state_dict() if name.startswith(prefix)}


def own_pair(folder, name):
    """Ours with all the weights of the plain model that it has, and the plain one."""
    plain = fill_parameters(build(folder, PLAIN_CONFIGS[name]), scale=0.1).eval()
    ours = build(folder, name).eval()
    ours.init_weights()  # as a training does before it loads
    missing, unexpected = ours.load_state_dict(plain.state_dict(), strict=False)
    return ours, plain, missing, unexpected


def distance(ours, other, size):
    """The largest difference of the logits of one image, in units of their spread."""
    images = torch.randn(1, 3, *size)
    with torch.no_grad():
        expected = other(images)
        return (ours(images) - expected).abs().max() / expected.std()


def row_of(first_cell):
    (row,) = re.findall(rf'^\| `{first_cell}`.*$', PAGE.text, re.MULTILINE)
    return [cell.strip() for cell in row.strip('|').split('|')]


def names_after(words):
    """The parts that a sentence of the page lists behind these words."""
    text = ' '.join(PAGE.text.split('\n'))
    return re.findall(r'`(\w+)`', re.search(rf'{words} ((?:`\w+`(?:, )?)+)', text)[1])


def test_every_file_of_the_page_was_found():
    assert set(PAGE.files) == {*PLAIN_CONFIGS, 'my_synced_fpn.py', 'my_everything.py'}


@pytest.mark.slow
class TestCommands:
    def test_srm_starts_from_the_plain_checkpoint_trains_and_tests(self, folder):
        log = follow(PAGE.command('my_srm.py'), folder)
        model = build(folder, 'my_srm.py')
        counters = {name for name in model.state_dict() if name.endswith('num_batches_tracked')}
        begin = 'decode_head.aligners.'
        assert f'with `{begin}`' in ' '.join(PAGE.text.split('\n'))
        assert missing_keys(log) == names_of(model, begin) - counters
        first, dots = PAGE.message('aligners.0').rsplit(', ', 1)
        assert dots == '...'
        assert f'{first}, {begin}' in log
        assert 'unexpected key' not in log
        assert len(re.findall(r'mIoU: \d+\.\d+', log)) == 2  # of the validation and of the test
        assert saved_names(folder, 'my_srm') == set(model.state_dict())

    def test_contrast_term_is_logged_and_its_weights_are_saved(self, folder):
        log = follow(PAGE.command('my_contrast.py'), folder)
        assert missing_keys(log) == missing_keys(PAGE.message('contrast.embed'))
        assert 'unexpected key' not in log
        assert len(re.findall(r'decode\.loss_contrast: [\d.]+', log)) == 2
        assert 'decode_head.contrast.embed.weight' in saved_names(folder, 'my_contrast')

    def test_everything_trains_and_tests_over_scales_and_flips(self, folder):
        log = follow(PAGE.command('my_everything.py'), folder)
        for term in ('ce', 'ce_plain', 'ce_oracle', 'distill', 'contrast'):
            assert f'decode.loss_{term}: ' in log
        assert len(re.findall(r'mIoU: \d+\.\d+', log)) == 2
        rooms = {name.split('.')[1] for name in saved_names(folder, 'my_everything')}
        assert {'aligners', 'classifier', 'contrast', 'fpn_convs'} <= rooms


class TestFiles:
    @pytest.mark.parametrize('name', PLAIN_CONFIGS)
    def test_every_parameter_learns_from_one_step(self, folder, name):
        model = build(folder, name)
        terms = training_terms(model)
        sum(value for key, value in terms.items() if 'loss' in key).backward()
        assert [key for key, p in model.named_parameters() if p.grad is None] == []

    @pytest.mark.parametrize('name', [n for n in PLAIN_CONFIGS if n != 'my_contrast.py'])
    def test_plain_checkpoint_lacks_only_what_the_table_says(self, folder, name):
        ours, plain, missing, unexpected = own_pair(folder, name)
        decoder = ours.neck if 'fpn' in name else ours.decode_head
        cells = row_of(type(decoder).__name__)
        assert type(plain.neck if 'fpn' in name else plain.decode_head).__name__ in cells[1]
        prefixes = re.findall(r'`(\w+\.)\*`', cells[4])
        prefix = 'neck.' if 'fpn' in name else 'decode_head.'
        assert missing
        assert all(key.startswith(tuple(prefix + p for p in prefixes)) for key in missing)
        left_out = re.findall(r'`(\w+\.)\*`', cells[5]) if 'crm' in name else []
        assert {key.split('.')[1] + '.' for key in unexpected} == set(left_out)
        assert len(decoder.aligners) == 3

    def test_table_says_what_the_context_of_the_neck_replaces(self, folder):
        context = {'model.neck.context': dict(type='CRM')}
        plain = build(folder, 'my_fpn.py')
        names = set(build(folder, 'my_aligned_fpn.py', **context).state_dict())
        left_out = set(plain.state_dict()) - names
        assert {name.rsplit('.', 2)[0] for name in left_out} == {'neck.lateral_convs.3'}
        assert row_of('AlignedFPN')[5] == 'the last of `lateral_convs.*`'

    @pytest.mark.parametrize('name', ['my_srm.py', 'my_aligned_segformer.py', 'my_contrast.py'])
    def test_network_predicts_at_first_what_the_plain_one_predicts(self, folder, name):
        ours, plain, *_ = own_pair(folder, name)
        assert distance(ours, plain, (90, 170)) < 1e-3

    def test_neck_equals_the_bilinear_one_and_not_the_nearest_one(self, folder):
        ours, nearest, *_ = own_pair(folder, 'my_aligned_fpn.py')
        bilinear = build(folder, 'my_fpn.py', **{'model.neck.upsample_cfg.mode': 'bilinear'}).eval()
        bilinear.load_state_dict(nearest.state_dict())
        assert distance(ours, bilinear, (96, 192)) < 1e-3
        assert distance(ours, nearest, (96, 192)) > 0.1

    @pytest.mark.parametrize(
        ('name', 'option'),
        [
            ('my_srm.py', 'model.decode_head.aligner'),
            ('my_aligned_segformer.py', 'model.decode_head.aligner'),
        ],
    )
    def test_bilinear_equals_the_plain_head(self, folder, name, option):
        plain = fill_parameters(build(folder, PLAIN_CONFIGS[name]), scale=0.1).eval()
        ours = build(folder, name, **{option: dict(type='Bilinear')}).eval()
        ours.load_state_dict(plain.state_dict())
        assert distance(ours, plain, (90, 170)) < 1e-4


def test_listed_parts_are_the_rooms():
    assert names_after('the aligners') == sorted(aligners.__all__)
    assert names_after('and the contexts') == sorted(contexts.__all__)


@pytest.mark.parametrize('name', ['my_srm_crm.py', 'my_synced_fpn.py'])
def test_parts_have_sync_bn_where_the_page_says(folder, name):
    model = build(folder, name)
    parts = [
        m for key, m in model.named_modules() if any(f'.{part}' in f'{key}.' for part in PARTS)
    ]
    norms = [m for m in parts if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    assert norms
    assert all(isinstance(m, torch.nn.SyncBatchNorm) for m in norms)


def test_parts_of_a_neck_without_normalisation_have_bn(folder):
    norms = [type(m) for m in build(folder, 'my_aligned_fpn.py').neck.aligners.modules()]
    assert torch.nn.BatchNorm2d in norms
    assert torch.nn.SyncBatchNorm not in norms


class TestContrast:
    def test_gradient_of_the_term_reaches_head_and_backbone(self, folder):
        model = build(folder, 'my_contrast.py')
        training_terms(model)['decode.loss_contrast'].backward()
        for part in (model.backbone.layer1, model.backbone.layer4, model.decode_head.lateral_convs):
            assert all(p.grad.any() for name, p in part.named_parameters() if 'conv' in name)
        assert model.decode_head.conv_seg.weight.grad is None

    def test_nothing_of_the_term_is_in_an_exported_graph(self, folder):
        model = build(folder, 'my_contrast.py').eval()
        graph = torch.export.export(model, (torch.randn(1, 3, 96, 192),)).module().graph
        used = {n.target for n in graph.nodes if n.op == 'get_attr' and n.users}
        assert any('conv_seg' in name for name in used)
        assert not [name for name in used if 'contrast' in name]

    def test_defaults_are_those_of_the_code(self):
        text = ' '.join(PAGE.text.split('\n'))
        named = re.search(r'weight ([\d.]+), temperature ([\d.]+), at most (\d+) pixels', text)
        options = signature(PixelContrastLoss).parameters
        for name, value in zip(
            ('loss_weight', 'temperature', 'max_samples'), named.groups(), strict=True
        ):
            assert options[name].default == float(value)

    @pytest.mark.parametrize(
        ('name', 'options'),
        [('DAHead', dict(pam_channels=8, **LAST_MAP)), ('EncHead', dict(num_codes=4, **ALL_MAPS))],
    )
    def test_heads_fit_whose_loss_reads_several_maps(self, name, options):
        assert f'`{name}`' in PAGE.text
        head = MODELS.build(dict(type='ContrastHead', head=dict(type=name, **SHARED, **options)))
        samples = data_samples(block_labels(2, (160, 224), CLASSES))
        terms = head.train().loss(stage_maps(2, (160, 224)), samples, None)
        assert terms['loss_contrast'].isfinite()
        assert len([key for key in terms if 'loss' in key]) > 2


class TestMessages:
    def check(self, words, function, *given):
        with pytest.raises((TypeError, ValueError)) as caught:
            function(*given)
        assert f'{caught.typename}: {caught.value}' == PAGE.message(words)

    def build_with(self, folder, name, options):
        build(folder, name, **options)

    def test_single_map(self, folder):
        options = dict(in_channels=[128], in_index=[3])
        given = (folder, 'my_srm.py', {'model.decode_head': options})
        self.check('a coarse and a fine map', self.build_with, *given)

    def test_widths(self, folder):
        widths = {'model.decode_head.in_channels': [64, 128, 256, 512]}
        self.check('gives maps of', training_terms, build(folder, 'my_srm.py', **widths))

    def test_replaced_option(self, folder):
        option = {'model.neck.upsample_cfg': dict(mode='bilinear')}
        self.check('upsample_cfg', self.build_with, folder, 'my_aligned_fpn.py', option)
        option = {'model.decode_head.interpolate_mode': 'nearest'}
        with pytest.raises(TypeError, match="interpolate_mode='nearest' would have no effect"):
            build(folder, 'my_aligned_segformer.py', **option)

    def test_wrapper_in_a_wrapper(self):
        inner = dict(type='ContrastHead', head=head_cfg('FCNHead'))
        self.check('already', MODELS.build, dict(type='ContextAwareHead', head=inner))

    def test_head_that_has_the_term(self):
        self.check('SCRHead', MODELS.build, dict(type='ContrastHead', head=head_cfg('SCRHead')))
