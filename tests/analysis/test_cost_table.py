import pytest

from mmseg_scr.analysis.cost_table import count_configs, count_published, format_costs

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
    ],
)
def test_size_is_that_of_the_evaluation(config, extra, shape):
    (counted,) = count_configs([config(extra)])
    assert counted.shape == shape


def test_given_size_wins(config):
    (counted,) = count_configs([config('crop_size = (32, 64)')], shape=[64, 32])
    assert counted.shape == (64, 32)


def test_unknown_size_is_an_error(config):
    with pytest.raises(ValueError, match=r'tiny\.py does not tell the size'):
        count_configs([config()])


def test_options_change_the_model(config):
    path = config('crop_size = (64, 64)')
    options = {'model.decode_head.num_classes': 5}
    plain, changed = count_configs([path])[0], count_configs([path], options=options)[0]
    more = changed.cost.total.parameters - plain.cost.total.parameters
    assert more == 3 * (4 + 1)
    assert str(changed) == 'tiny num_classes=5'


def test_table_lists_the_parts_and_their_sum(config):
    counted = count_configs([config('crop_size = (64, 64)')])
    text = format_costs(counted, with_parts=True)
    total = counted[0].cost.total
    assert '### tiny at 64x64' in text
    assert f'| **total** | {total.parameters:,} | {total.paper / 1e9:.2f} |' in text
    assert 'published' not in text


def test_published_rows_without_a_config_are_left_out(config):
    name = 'segnext_mscan-s_4xb4-adamw-160k_ade20k-512x512'
    path = config(name=f'{name}.py')
    counted = count_published(path.parent)
    assert [c.config for c in counted] == [name]
    row = format_costs(counted, with_parts=False).splitlines()[-1]
    own = counted[0].cost.total.full / 1e9
    assert row.startswith(f'| {name} | 512x512 | full | 13.90 |')
    assert row.endswith(f'| 15.90 | {own:.2f} | {100 * (own / 15.9 - 1):+.2f} |')
