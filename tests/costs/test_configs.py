import logging

import pytest
from mmengine.registry import MODELS as ROOT

from mmseg_scr.costs.configs import (
    Comparison,
    ConfigCost,
    UnknownSizeError,
    count_configs,
    count_published,
    order_parts,
)
from mmseg_scr.costs.count import Cost, ModelCost
from mmseg_scr.registration.missing_packages import MissingPackageRegistry

MODEL = """
model = dict(
    type='EncoderDecoder',
    backbone=dict(
        type='MSCAN',
        embed_dims=[8, 8, 8, 16],
        depths=[1, 1, 1, 1],
        mlp_ratios=[1, 1, 1, 1],
        norm_cfg=dict(type='BN'),
        init_cfg=dict(type='Pretrained', checkpoint='absent.pth'),
    ),
    decode_head=dict(
        type='FCNHead', in_channels=16, channels=4, num_classes=2, norm_cfg=dict(type='BN')
    ),
)
"""


@pytest.fixture
def config(tmp_path):
    def write(extra='', name='tiny.py'):
        (tmp_path / name).write_text(MODEL + extra)
        return tmp_path / name

    return write


@pytest.mark.parametrize(
    ('extra', 'shape'),
    [
        ("test_dataloader = dict(dataset=dict(type='CityscapesDataset'))", (1024, 2048)),
        ("test_dataloader = dict(dataset=dict(type='mmseg.BDD100KDataset'))", (720, 1280)),
        ("test_dataloader = dict(dataset=dict(type='ADE20KDataset', pipeline=[]))", (512, 512)),
        (
            "test_dataloader = dict(dataset=dict(type='Own', pipeline=[dict(type='Load'), "
            "dict(type='Resize', scale=(96, 64))]))",
            (64, 96),
        ),
        ('crop_size = (32, 64)', (32, 64)),
        ('crop_size = 32', (32, 32)),
        ('test_dataloader = None\ncrop_size = (32, 64)', (32, 64)),
        (
            "test_dataloader = dict(dataset=dict(type='Own', pipeline=["
            'dict(type="Resize", scale=96)]))',
            (96, 96),
        ),
        (
            "test_dataloader = None\nval_dataloader = dict(dataset=dict(type='ADE20KDataset'))",
            (512, 512),
        ),
    ],
)
def test_size_is_that_of_the_evaluation(config, extra, shape):
    (counted,) = count_configs([config(extra)])
    assert counted.shape == shape


def test_given_size_wins(config):
    (counted,) = count_configs([config('crop_size = (32, 64)')], shape=[64, 32])
    assert counted.shape == (64, 32)


def test_all_configs_of_unknown_size_are_named_before_any_is_counted(config):
    paths = [config(), config(name='broken.py'), config('crop_size = (64, 64)', 'sized.py')]
    paths[1].write_text("model = dict(type='Absent')")
    with pytest.raises(UnknownSizeError, match=r'by tiny\.py, broken\.py; give a shape'):
        count_configs(paths)


def test_options_change_the_model(config):
    path = config('crop_size = (64, 64)')
    options = {'model.decode_head.num_classes': 5}
    plain, changed = count_configs([path])[0], count_configs([path], options=options)[0]
    more = changed.cost.total.parameters - plain.cost.total.parameters
    assert more == 3 * (4 + 1)
    assert str(changed) == 'tiny num_classes=5'


def test_parts_have_one_order_whatever_the_order_of_the_models():
    def model(*parts):
        costs = dict.fromkeys(parts, Cost(1, 1, 0, 1))
        return ConfigCost('m', {}, (1, 1), ModelCost(Cost(1, 1, 0, 1), costs, 0), None)

    models = [
        model('backbone', 'squeeze', 'classifier', 'rest'),
        model('backbone', 'laterals', 'context', 'aligner to stride 4', 'aligner to stride 8'),
        model('smoothing', 'fusion', 'classifier'),
    ]
    expected = ['backbone', 'context', 'laterals', 'aligner to stride 8', 'aligner to stride 4']
    expected += ['smoothing', 'squeeze', 'fusion', 'classifier', 'rest']
    assert order_parts(models) == order_parts(models[::-1]) == expected


def test_difference_is_own_above_published_in_percent():
    assert Comparison(own=11.0, published=10.0).difference == pytest.approx(10)
    assert Comparison(own=11.0, published=None).difference is None


def test_a_published_row_is_for_its_own_size_and_options_only(config):
    path = config(name='baseline_mscan-s_4xb4-adam-112k_cityscapes-1024x1024.py')
    assert count_configs([path], shape=(1024, 2048))[0].published.miou == 81.3
    assert count_configs([path], shape=(64, 64))[0].published is None
    options = {'model.decode_head.num_classes': 5}
    assert count_configs([path], shape=(1024, 2048), options=options)[0].published is None


def test_row_with_an_accuracy_only_compares_no_cost(config):
    path = config(name='baseline_mscan-s_4xb4-adam-112k_cityscapes-1024x1024.py')
    (counted,) = count_published(path.parent)
    assert counted.published.miou == 81.3
    for compared in (counted.parameters, counted.macs):
        assert compared.own > 0
        assert compared.difference is None


def test_config_whose_package_is_missing_is_left_out_with_a_warning(config, monkeypatch):
    absent = config('crop_size = (64, 64)', name='scr_van-s_4xb8-adam-379k_ade20k-512x512.py')
    absent.write_text(absent.read_text().replace("'MSCAN'", "'mmabsent.Net'"))
    present = config('crop_size = (64, 64)')
    logged = []
    monkeypatch.setattr(
        'mmseg_scr.costs.configs.print_log', lambda *arguments: logged.append(arguments)
    )
    children = dict(ROOT.children)
    MissingPackageRegistry('mmabsent', 'pip install absent')
    try:
        assert [c.config for c in count_configs([absent, present])] == ['tiny']
        assert count_published(absent.parent) == []
        with pytest.raises(ImportError, match='no config is left whose packages are installed'):
            count_configs([absent])
    finally:
        ROOT.children.clear()
        ROOT.children.update(children)
    message, _, level = logged[0]
    assert message.startswith(f'{absent.stem} is left out: the config asks for mmabsent.Net')
    assert level == logging.WARNING


def test_published_rows_without_a_config_are_left_out(config):
    name = 'segnext_mscan-s_4xb4-adamw-160k_ade20k-512x512'
    path = config(name=f'{name}.py')
    counted = count_published(path.parent)
    assert [c.config for c in counted] == [name]
    assert counted[0].count == 'full'
    assert counted[0].macs.own == counted[0].cost.total.full / 1e9
    assert counted[0].macs.published == 15.9
