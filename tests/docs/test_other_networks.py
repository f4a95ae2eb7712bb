"""What docs/other_networks.md says of its configs, logs and tables; test_pages.py follows it."""

import re
from inspect import signature

import pytest
import torch
from builders.fill import fill_parameters
from builders.inputs import block_labels, data_samples, stage_maps
from builders.stock_heads import ALL_MAPS, CLASSES, LAST_MAP, SHARED
from docs.pages import ROOT, Page
from docs.runner import fresh_folder, write_files
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner.checkpoint import load_state_dict
from mmseg.registry import MODELS

from mmseg_scr import aligners, contexts
from mmseg_scr.losses import PixelContrastLoss

NAME = 'docs/other_networks.md'
PAGE = Page(ROOT / NAME)
START = Page(ROOT / 'docs/context_aware.md')
PARTS = ('aligners.', 'context.')
PLAIN_CONFIGS = {
    'my_srm.py': 'my_upernet.py',
    'my_srm_crm.py': 'my_upernet.py',
    'my_aligned_fpn.py': 'my_fpn.py',
    'my_aligned_segformer.py': 'my_segformer.py',
    'my_contrast.py': 'my_upernet.py',
}


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """A folder with the files of the page, of which nothing was trained."""
    folder = fresh_folder(tmp_path_factory.mktemp('page') / 'mine')
    write_files(START, folder)
    write_files(PAGE, folder)
    return folder


def config_of(folder, name, **options):
    config = Config.fromfile(folder / name)
    config.merge_from_dict(options)
    return config


def build(folder, name, **options):
    init_default_scope('mmseg')
    return MODELS.build(config_of(folder, name, **options).model)


@pytest.mark.parametrize('context', [None, 'LastStage', 'CRM'])
def test_segnext_with_srm_takes_the_backbone_of_a_plain_checkpoint_and_trains(folder, context):
    plain = build(folder, 'my_segnext.py')
    change = {'model.decode_head.context.type': context} if context else {}
    model = build(folder, 'my_segnext_srm.py', **change)
    load_state_dict(model, plain.state_dict(), strict=False)  # as load_from does
    taken = plain.backbone.state_dict()
    assert taken
    assert all(torch.equal(own, taken[name]) for name, own in model.backbone.state_dict().items())
    losses = training_terms(model)
    assert set(losses) == {'decode.loss_ce', 'decode.acc_seg'}
    losses['decode.loss_ce'].backward()
    # At its start SRM is bilinear, so that only the last layer of its offsets has a gradient.
    gradients = [p.grad for p in model.decode_head.aligners.parameters() if p.grad is not None]
    assert any(gradient.abs().max() > 0 for gradient in gradients)


def saved_names(folder, name):
    path = folder / f'work_dirs/{name}/iter_8.pth'
    return set(torch.load(path, weights_only=True)['state_dict'])


def missing_keys(log):
    (line,) = re.findall(r'^missing keys in source state_dict: (.*)$', log, re.MULTILINE)
    return set(line.split(', '))


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


def row_of(decoder):
    (cells,) = (row for row in PAGE.table('in place of') if row[0].startswith(f'`{decoder}`'))
    return cells


@pytest.mark.slow
class TestCommands:
    @pytest.fixture
    def page(self, followed):
        return followed(NAME)

    def test_srm_starts_from_the_plain_checkpoint_trains_and_tests(self, page):
        log = page.output_of('train.py my_srm.py')
        model = build(page.folder, 'my_srm.py')
        counters = {name for name in model.state_dict() if name.endswith('num_batches_tracked')}
        assert missing_keys(log) == names_of(model, 'decode_head.aligners.') - counters
        assert 'unexpected key' not in log
        assert len(re.findall(r'mIoU: \d+\.\d+', log)) == 2  # of the validation and of the test
        assert saved_names(page.folder, 'my_srm') == set(model.state_dict())

    def test_contrast_term_is_logged_and_its_weights_are_saved(self, page):
        log = page.output_of('my_contrast.py')
        embedding = {'decode_head.contrast.embed.weight', 'decode_head.contrast.embed.bias'}
        assert missing_keys(log) == embedding
        assert 'unexpected key' not in log
        assert len(re.findall(r'decode\.loss_contrast: [\d.]+', log)) == 2
        assert embedding <= saved_names(page.folder, 'my_contrast')

    def test_everything_trains_and_tests_over_scales_and_flips(self, page):
        log = page.output_of('my_everything.py')
        for term in ('ce', 'ce_plain', 'ce_oracle', 'distill', 'contrast'):
            assert f'decode.loss_{term}: ' in log
        assert len(re.findall(r'mIoU: \d+\.\d+', log)) == 2
        rooms = {name.split('.')[1] for name in saved_names(page.folder, 'my_everything')}
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
    rooms = {slot: re.findall(r'`(\w+)`', names) for slot, names in PAGE.table('slot')}
    assert rooms == dict(aligner=sorted(aligners.__all__), context=sorted(contexts.__all__))


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
        options = signature(PixelContrastLoss).parameters
        for name, value, _ in PAGE.table('option'):
            assert options[name.strip('`')].default == float(value)

    @pytest.mark.parametrize(
        ('name', 'options'),
        [('DAHead', dict(pam_channels=8, **LAST_MAP)), ('EncHead', dict(num_codes=4, **ALL_MAPS))],
    )
    def test_heads_fit_whose_loss_reads_several_maps(self, name, options):
        head = MODELS.build(dict(type='ContrastHead', head=dict(type=name, **SHARED, **options)))
        samples = data_samples(block_labels(2, (160, 224), CLASSES))
        terms = head.train().loss(stage_maps(2, (160, 224)), samples, None)
        assert terms['loss_contrast'].isfinite()
        assert len([key for key in terms if 'loss' in key]) > 2


def test_option_of_segformer_that_the_aligner_replaces_is_refused(folder):
    option = {'model.decode_head.interpolate_mode': 'nearest'}
    with pytest.raises(TypeError, match="interpolate_mode='nearest' would have no effect"):
        build(folder, 'my_aligned_segformer.py', **option)
