"""What docs/context_aware.md says of its configs, logs and tables; test_pages.py follows it."""

import re
from inspect import signature
from types import SimpleNamespace

import pytest
import torch
from builders.inputs import WIDTHS, block_labels, data_samples, stage_maps
from builders.stock_heads import ALL_MAPS, CLASSES, LAST_MAP, SHARED, SINGLE_STAGE_HEADS, ocr_cfg
from docs.pages import ROOT, Page
from docs.runner import fresh_folder, write_files
from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

from mmseg_scr.classifiers import ContextAwareClassifier, EntropyDistillationLoss
from mmseg_scr.hooks import CheckpointReportHook

NAME = 'docs/context_aware.md'
PAGE = Page(ROOT / NAME)
WITHOUT_TEACHER = dict(plain_weight=0.0, oracle_weight=0.0, distillation=None)
TERMS = {'loss_ce', 'loss_ce_plain', 'loss_ce_oracle', 'loss_distill'}
NON_LOCAL = dict(reduction=2, use_scale=True, mode='embedded_gaussian', **LAST_MAP)
OTHER_HEADS = {
    'ANNHead': dict(in_channels=WIDTHS[2:], in_index=[2, 3], project_channels=8),
    'APCHead': dict(pool_scales=(1, 2), **LAST_MAP),
    'ASPPHead': dict(dilations=(1, 2), **LAST_MAP),
    'AlignedSegformerHead': ALL_MAPS,
    'AlignedUPerHead': dict(pool_scales=(1, 2), **ALL_MAPS),
    'DAHead': dict(pam_channels=8, **LAST_MAP),
    'DDRHead': dict(
        in_channels=32, loss_decode=[dict(type='CrossEntropyLoss'), dict(type='CrossEntropyLoss')]
    ),
    'DMHead': dict(filter_sizes=(1, 3), **LAST_MAP),
    'DNLHead': NON_LOCAL,
    'DepthwiseSeparableFCNHead': LAST_MAP,
    'EMAHead': dict(ema_channels=16, num_bases=4, num_stages=2, momentum=0.1, **LAST_MAP),
    'EncHead': dict(num_codes=4, **ALL_MAPS),
    'FPNHead': dict(feature_strides=[4, 8, 16, 32], **ALL_MAPS),
    'GCHead': dict(ratio=0.25, pooling_type='att', fusion_types=('channel_add',), **LAST_MAP),
    'ISAHead': dict(isa_channels=8, down_factor=(2, 2), **LAST_MAP),
    'NLHead': NON_LOCAL,
    'PIDHead': dict(
        in_channels=32,
        loss_decode=[
            dict(type='CrossEntropyLoss'),
            dict(type='OhemCrossEntropy', min_kept=10),
            dict(type='BoundaryLoss'),
            dict(type='OhemCrossEntropy', min_kept=10),
        ],
    ),
    'SETRUPHead': dict(num_convs=1, **LAST_MAP),
}
HEADS = {
    name: dict(type=name, **SHARED, **options)
    for name, options in {**SINGLE_STAGE_HEADS, **OTHER_HEADS}.items()
} | {'OCRHead': ocr_cfg()}


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """A folder with the files of the page, of which nothing was trained."""
    folder = fresh_folder(tmp_path_factory.mktemp('page') / 'mine')
    write_files(PAGE, folder)
    return folder


def saved_weights(folder, name):
    return torch.load(folder / f'work_dirs/{name}/iter_8.pth', weights_only=True)['state_dict']


def config_of(folder, name, **options):
    config = Config.fromfile(folder / name)
    config.merge_from_dict(options)
    return config


def build(config):
    init_default_scope('mmseg')
    return MODELS.build(config.model)


def classifier_keys(model):
    return {key for key in model.state_dict() if key.startswith('decode_head.classifier.')}


def training_terms(model):
    """The terms of one step of a model for ten classes."""
    samples = data_samples(block_labels(2, (96, 192), 10))
    return model.train().loss(torch.randn(2, 3, 96, 192), samples)


def heads_of_row(first_cell):
    (names,) = (names for cell, names in PAGE.table('heads') if cell == first_cell)
    return re.findall(r'`(\w+Head)`', names)


@pytest.mark.slow
class TestCommands:
    @pytest.fixture
    def page(self, followed):
        return followed(NAME)

    def test_plain_model_has_nothing_of_ours(self, page):
        log = page.output_of('train.py my_upernet.py')
        assert 'decode.loss_ce: ' in log
        assert 'decode.loss_ce_plain' not in log
        assert not [k for k in saved_weights(page.folder, 'my_upernet') if 'classifier' in k]

    def test_training_logs_the_terms_of_the_table_and_saves_the_new_weights(self, page):
        named = {cells[0].strip('`').removeprefix('decode.') for cells in PAGE.table('in the log')}
        log = page.output_of('train.py my_context_aware.py --cfg-options train_cfg')
        assert named == TERMS == set(re.findall(r'decode\.(loss_\w+): ', log))
        assert 'aux.loss_ce: ' in log
        expected = build(config_of(page.folder, 'my_context_aware.py')).state_dict()
        assert set(saved_weights(page.folder, 'my_context_aware')) == set(expected)

    def test_only_the_classifier_is_missing_in_a_plain_checkpoint(self, page):
        """The page lists the missing weights, and the runner has compared the list."""
        log = page.output_of('load_from=work_dirs/my_upernet/iter_8.pth')
        (line,) = re.findall(r'^missing keys in source state_dict: (.*)$', log, re.MULTILINE)
        model = build(config_of(page.folder, 'my_context_aware.py'))
        assert set(line.split(', ')) == classifier_keys(model)
        assert 'unexpected key' not in log
        assert 'size mismatch' not in log

    def test_plain_checkpoint_is_refused_in_a_test_with_the_hook(self, page):
        model = build(config_of(page.folder, 'my_context_aware.py'))
        runner = SimpleNamespace(model=model, optim_wrapper=None)
        with pytest.raises(ValueError, match='6 missing, 0 unexpected, 0 of another shape'):
            CheckpointReportHook().after_load_checkpoint(
                runner, saved_weights(page.folder, 'my_upernet')
            )

    @pytest.mark.parametrize('way', ['iter_8.pth\n', 'mode=slide', '--tta'])
    def test_every_way_of_testing_prints_mean_iou(self, page, way):
        log = page.output_of('test.py', way)
        assert re.search(r'mIoU: \d+\.\d+', log)
        assert 'missing keys' not in log


class TestFiles:
    def test_wrapped_head_keeps_class_options_and_names(self, folder):
        plain = build(config_of(folder, 'my_upernet.py')).decode_head
        head = build(config_of(folder, 'my_context_aware.py')).decode_head
        assert isinstance(head, type(plain))
        assert (head.channels, head.in_channels) == (plain.channels, plain.in_channels)
        names = {key for key in head.state_dict() if not key.startswith('classifier.')}
        assert names == set(plain.state_dict())

    def test_options_of_the_head_are_one_level_deeper(self, folder):
        option = {'model.decode_head.head.num_classes': 5}
        head = build(config_of(folder, 'my_context_aware.py', **option)).decode_head
        assert head.conv_seg.out_channels == head.num_classes == 5

    def test_terms_follow_the_names_of_the_losses(self, folder):
        losses = [dict(type='CrossEntropyLoss'), dict(type='DiceLoss', loss_name='loss_dice')]
        options = {'model.decode_head.head.loss_decode': losses}
        terms = training_terms(build(config_of(folder, 'my_context_aware.py', **options)))
        assert {'decode.loss_dice', 'decode.loss_dice_plain', 'decode.loss_ce_plain'} <= set(terms)

    def test_own_head_trains_beside_the_contrast_term(self, folder):
        terms = training_terms(build(config_of(folder, 'my_scr.py')))
        assert {f'decode.{name}' for name in (*TERMS, 'loss_contrast')} <= set(terms)

    def test_options_reach_the_classifier(self, folder):
        classifier = build(config_of(folder, 'my_options.py')).decode_head.classifier
        assert classifier.oracle_weight == 0.5
        assert classifier.plain_weight == 1
        assert classifier.distillation.loss_weight == 0.5

    def test_classifier_without_its_teacher(self, folder):
        classifier = dict(type='ContextAwareClassifier', **WITHOUT_TEACHER)
        options = {'model.decode_head.classifier': classifier}
        terms = training_terms(build(config_of(folder, 'my_context_aware.py', **options)))
        assert [name for name in terms if 'decode.loss' in name] == ['decode.loss_ce']

    def test_weight_of_the_head_multiplies_the_terms_of_its_loss(self, folder):
        def terms_at(weight):
            loss = dict(type='CrossEntropyLoss', loss_weight=weight)
            options = {'model.decode_head.head': dict(loss_decode=loss, dropout_ratio=0)}
            torch.manual_seed(0)
            return training_terms(build(config_of(folder, 'my_context_aware.py', **options)))

        once, twice = terms_at(1.0), terms_at(2.0)
        for name in TERMS:
            factor = 1 if name == 'loss_distill' else 2
            torch.testing.assert_close(twice[f'decode.{name}'], factor * once[f'decode.{name}'])

    def test_cascade_wraps_the_stage_that_predicts(self, folder):
        terms = training_terms(build(config_of(folder, 'my_context_aware_ocrnet.py')))
        assert {f'decode_1.{name}' for name in TERMS} <= set(terms)
        assert [name for name in terms if name.startswith('decode_0.loss')] == ['decode_0.loss_ce']


def test_defaults_of_the_table_are_those_of_the_code():
    owners = {'': ContextAwareClassifier, 'distillation': EntropyDistillationLoss}
    names = []
    for cell, value, _ in PAGE.table('option'):
        owner, _, name = cell.strip('`').rpartition('.')
        assert signature(owners[owner]).parameters[name].default == float(value)
        names.append(owner or name)
    options = signature(ContextAwareClassifier).parameters.values()
    named = set(names)
    assert named == {o.name for o in options if o.default is not o.empty}


class TestHeads:
    @pytest.mark.parametrize('name', heads_of_row('fit'))
    def test_head_that_fits_has_every_term_and_predicts(self, name):
        head = MODELS.build(dict(type='ContextAwareHead', head=HEADS[name]))
        coarse = (torch.randn(2, CLASSES, 2, 3),) if name == 'OCRHead' else ()
        samples = data_samples(block_labels(2, (64, 96), CLASSES))
        terms = head.train().loss(stage_maps(2), *coarse, samples, None)
        assert {key for key in terms if 'loss' in key} == TERMS
        assert head.eval()(stage_maps(2), *coarse).shape[:2] == (2, CLASSES)

    @pytest.mark.parametrize('name', heads_of_row('do not fit: their loss reads several maps'))
    def test_head_whose_loss_reads_several_maps_is_refused(self, name):
        with pytest.raises(TypeError, match=f'{name} has a loss of several maps'):
            MODELS.build(dict(type='ContextAwareHead', head=HEADS[name]))

    @pytest.mark.parametrize('name', heads_of_row('do not fit: no decode head with `cls_seg`'))
    def test_what_is_no_decode_head_is_refused(self, name):
        with pytest.raises(TypeError, match=f'head must be a decode head of mmseg, got .*{name}'):
            MODELS.build(dict(type='ContextAwareHead', head=dict(type=name)))


class TestWhatToKnow:
    @pytest.fixture
    def network(self, folder):
        return build(config_of(folder, 'my_context_aware.py')).eval()

    def logits(self, network, images):
        size = tuple(images.shape[2:])
        meta = dict(img_shape=size, ori_shape=size, pad_shape=size, padding_size=[0] * 4)
        with torch.no_grad():
            return network.inference(images, [meta] * len(images))

    def test_prediction_of_an_image_does_not_depend_on_the_batch(self, network):
        images = torch.randn(3, 3, 96, 192)
        together, alone = self.logits(network, images), self.logits(network, images[:1])
        torch.testing.assert_close(together[:1], alone, rtol=1e-4, atol=1e-4)

    def test_oracle_depends_on_the_batch(self, network):
        classifier = network.decode_head.classifier
        features, labels = torch.randn(2, 32, 4, 4), torch.randint(0, 10, (2, 4, 4))
        weight = network.decode_head.conv_seg.weight
        together = classifier.oracle_logits(features, weight, labels)
        alone = classifier.oracle_logits(features[:1], weight, labels[:1])
        assert not torch.allclose(together[:1], alone)

    def test_class_vectors_in_a_window_are_those_of_the_window(self, network):
        """The features are the same in the window and in the image; the logits are not."""
        head = network.decode_head
        features = torch.randn(1, 32, 8, 16)
        with torch.no_grad():
            image, window = head.cls_seg(features), head.cls_seg(features[..., :8])
            plain = head.conv_seg(features)[..., :8] - head.conv_seg(features[..., :8])
        assert not torch.allclose(image[..., :8], window)
        assert plain.abs().max() < 1e-5

    def test_window_of_the_size_of_the_image_changes_nothing(self, network):
        images = torch.randn(1, 3, 96, 192)
        whole = self.logits(network, images)
        network.test_cfg = ConfigDict(mode='slide', crop_size=(96, 192), stride=(48, 96))
        torch.testing.assert_close(self.logits(network, images), whole)

    def test_parameters_of_a_projector(self):
        (named,) = re.findall(r'([\d,]+) each\s+at\s+C\s+=\s+512', PAGE.text)
        classifier = ContextAwareClassifier(512, num_classes=10, ignore_index=255)
        for projector in (classifier.projector, classifier.oracle_projector):
            count = sum(p.numel() for p in projector.parameters())
            assert count == int(named.replace(',', '')) == 1.5 * 512**2 + 512
