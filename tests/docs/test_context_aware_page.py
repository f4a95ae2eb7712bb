"""docs/context_aware.md, followed word by word: its files, commands, tables and error messages."""

import re
import sys
from inspect import signature
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from builders.inputs import WIDTHS, block_labels, data_samples, stage_maps
from builders.stock_heads import ALL_MAPS, CLASSES, LAST_MAP, SHARED, SINGLE_STAGE_HEADS, ocr_cfg
from docs.pages import Page, follow, missing_keys
from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

from mmseg_scr.classifiers import ContextAwareClassifier, EntropyDistillationLoss
from mmseg_scr.hooks import CheckpointReportHook

PAGE = Page('context_aware.md')
TERMS = {'loss_ce', 'loss_ce_plain', 'loss_ce_oracle', 'loss_distill'}
OCRNET = """
_base_ = './my_upernet.py'
last = dict(in_channels=128, in_index=3, num_classes=10, channels=32, norm_cfg=dict(type='BN'))
model = dict(
    type='CascadeEncoderDecoder',
    num_stages=2,
    auxiliary_head=None,
    decode_head=[
        dict(type='FCNHead', num_convs=1, **last),
        dict(type='OCRHead', ocr_channels=16, **last),
    ],
)
"""
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


def write(folder):
    PAGE.write(folder)
    (folder / 'my_ocrnet.py').write_text(OCRNET)
    return folder


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """A folder outside of the repository, with the files of the page."""
    return write(tmp_path_factory.mktemp('page'))


@pytest.fixture(scope='module')
def plain(folder):
    """The log of the plain model's training."""
    return follow(PAGE.command('train.py my_upernet.py'), folder)


@pytest.fixture(scope='module')
def trained(folder):
    """The log of the context-aware model's training."""
    return follow(PAGE.command('train.py my_context_aware.py --cfg-options train_cfg'), folder)


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
    (row,) = re.findall(rf'^\| {first_cell} \|.*$', PAGE.text, re.MULTILINE)
    return re.findall(r'`(\w+Head)`', row)


def test_every_file_of_the_page_was_found():
    assert set(PAGE.files) == {
        'my_upernet.py',
        'my_context_aware.py',
        'my_scr.py',
        'my_options.py',
        'my_context_aware_ocrnet.py',
    }


@pytest.mark.slow
class TestCommands:
    def test_plain_model_has_nothing_of_ours(self, plain, folder):
        assert 'decode.loss_ce: ' in plain
        assert 'decode.loss_ce_plain' not in plain
        assert not [key for key in saved_weights(folder, 'my_upernet') if 'classifier' in key]

    def test_training_logs_the_terms_of_the_table_and_saves_the_new_weights(self, trained, folder):
        named = set(re.findall(r'^\| `decode\.(loss_\w+)`', PAGE.text, re.MULTILINE))
        assert named == TERMS
        assert set(re.findall(r'decode\.(loss_\w+): ', trained)) == TERMS
        assert 'aux.loss_ce: ' in trained
        expected = build(config_of(folder, 'my_context_aware.py')).state_dict()
        assert set(saved_weights(folder, 'my_context_aware')) == set(expected)

    def test_mim_trains_it(self, folder):
        if not (Path(sys.executable).parent / 'mim').exists():
            pytest.skip('mim is not installed')
        before = folder / 'work_dirs/my_context_aware/iter_8.pth'
        before.unlink(missing_ok=True)
        follow(PAGE.command('mim train'), folder)
        assert before.exists()

    def test_start_from_the_plain_checkpoint_misses_what_the_page_says(self, plain, folder):
        log = follow(PAGE.command('load_from=work_dirs/my_upernet/iter_8.pth'), folder)
        model = build(config_of(folder, 'my_context_aware.py'))
        named = missing_keys(PAGE.message('missing keys'))
        assert missing_keys(log) == named == classifier_keys(model)
        assert 'unexpected key' not in log
        assert 'size mismatch' not in log

    def test_plain_checkpoint_is_refused_in_a_test_with_the_hook(self, plain, folder):
        model = build(config_of(folder, 'my_context_aware.py'))
        runner = SimpleNamespace(model=model, optim_wrapper=None)
        with pytest.raises(ValueError, match='6 missing, 0 unexpected, 0 of another shape'):
            CheckpointReportHook().after_load_checkpoint(
                runner, saved_weights(folder, 'my_upernet')
            )

    @pytest.mark.parametrize('way', ['iter_8.pth', 'mode=slide', '--tta'])
    def test_every_way_of_testing_prints_mean_iou(self, trained, folder, way):
        plain_way, *_ = (c for c in PAGE.fences('bash') if 'test.py' in c)
        log = follow(plain_way if way == 'iter_8.pth' else PAGE.command(way), folder)
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
        assert f'`--cfg-options {next(iter(option))}=5`' in PAGE.text
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
        (text,) = re.findall(r'`(plain_weight=[^`]*)`', PAGE.text.replace('\n', ' '))
        classifier = eval(f"dict(type='ContextAwareClassifier', {text})")
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
    rows = re.findall(r'^\| `(\w+\.)?(\w+)` \| ([\d.]+) \|', PAGE.text, re.MULTILINE)
    owners = {'': ContextAwareClassifier, 'distillation.': EntropyDistillationLoss}
    for owner, name, value in rows:
        assert signature(owners[owner]).parameters[name].default == float(value)
    options = signature(ContextAwareClassifier).parameters.values()
    named = {name for owner, name, _ in rows if not owner} | {'distillation'}
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


class TestMessages:
    def check(self, words, function, *given):
        message = PAGE.message(words)
        with pytest.raises((TypeError, ValueError)) as caught:
            function(*given)
        before, dots, after = message.partition('...')
        text = f'{caught.typename}: {caught.value}'
        assert text.startswith(before) and text.endswith(after) if dots else text == message

    def build_with(self, folder, key, value):
        return build(config_of(folder, 'my_context_aware.py', **{f'model.decode_head{key}': value}))

    def test_no_convolution(self):
        (name,) = heads_of_row('do not fit: no 1x1 convolution')
        head = dict(type=name, num_layers=1, num_heads=2, embed_dims=16, **SHARED, **LAST_MAP)
        self.check(name, MODELS.build, dict(type='ContextAwareHead', head=head))

    def test_one_output_for_two_classes(self):
        head = dict(HEADS['FCNHead'], num_classes=2, out_channels=1, threshold=0.3)
        self.check('1 outputs', MODELS.build, dict(type='ContextAwareHead', head=head))

    def test_loss_of_several_maps(self):
        wrapped = dict(type='ContextAwareHead', head=HEADS['DAHead'])
        self.check('several maps', MODELS.build, wrapped)

    def test_list_of_a_cascade(self, folder):
        heads = config_of(folder, 'my_ocrnet.py').model.decode_head
        wrapped = dict(type='ContextAwareHead', head=heads)
        self.check('the config of a decode head', MODELS.build, wrapped)

    def test_head_that_is_wrapped_already(self, folder):
        text = PAGE.files['my_context_aware.py'].replace('my_upernet', 'my_context_aware')
        (folder / 'twice.py').write_text(text)
        self.check('already', build, config_of(folder, 'twice.py'))

    def test_option_that_was_given_to_the_wrapper(self, folder):
        self.check('unexpected keyword', self.build_with, folder, '.num_classes', 5)

    def test_option_without_its_type(self, folder):
        assert '--cfg-options\nmodel.decode_head.classifier.scale=10`' in PAGE.text
        self.check("{'scale': 10}", self.build_with, folder, '.classifier.scale', 10)

    def test_teacher_that_would_not_learn(self, folder):
        classifier = dict(type='ContextAwareClassifier', oracle_weight=0.0)
        self.check('distillation needs', self.build_with, folder, '.classifier', classifier)

    def test_head_that_does_not_go_through_cls_seg(self):
        class BypassingHead(MODELS.get('FCNHead')):
            def forward(self, maps):
                return self.conv_seg(self._forward_feature(maps))

        head = MODELS.build(
            dict(type='ContextAwareHead', head=dict(HEADS['FCNHead'], type=BypassingHead))
        )
        samples = data_samples(block_labels(2, (64, 96), CLASSES))
        self.check('classified 0 maps', head.loss, stage_maps(2), samples, None)

    def test_head_that_k_net_starts_from(self):
        first = dict(type='ContextAwareHead', head=HEADS['FCNHead'])
        cfg = dict(type='IterativeDecodeHead', num_stages=0, kernel_update_head=[])
        head = MODELS.build(dict(cfg, kernel_generate_head=first))
        samples = data_samples(block_labels(2, (64, 96), CLASSES))
        self.check('K-Net', head.loss, stage_maps(2), samples, None)


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
        (named,) = re.findall(r'([\d,]+) each\s+at C = 512', PAGE.text)
        classifier = ContextAwareClassifier(512, num_classes=10, ignore_index=255)
        for projector in (classifier.projector, classifier.oracle_projector):
            count = sum(p.numel() for p in projector.parameters())
            assert count == int(named.replace(',', '')) == 1.5 * 512**2 + 512
