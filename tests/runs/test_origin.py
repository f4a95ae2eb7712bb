from pathlib import Path

import pytest
from builders.thin import thin_config
from mmengine.config import Config

from mmseg_scr.runs.job import prepare_job
from mmseg_scr.runs.origin import pack_config, set_origin, unpack_config


@pytest.mark.parametrize(
    ('file', 'expected'),
    [
        ('here/mine/a.py', 'mine/a.py'),
        ('elsewhere/configs/old/configs/demo/a.py', 'configs/demo/a.py'),
        ('elsewhere/a.py', 'a.py'),
    ],
)
def test_a_file_is_named_from_where_it_is_the_same_on_every_machine(
    tmp_path, monkeypatch, file, expected
):
    (tmp_path / 'here').mkdir()
    monkeypatch.chdir(tmp_path / 'here')
    config = Config()
    set_origin(config, tmp_path / file, {})
    assert config.run_origin == dict(config=expected, options={})


def test_a_relative_path_is_named_as_it_is_given():
    config = Config()
    set_origin(config, Path('mine/a.py'), {})
    assert config.run_origin.config == 'mine/a.py'


@pytest.mark.parametrize(
    ('value', 'expected'),
    [
        ('/data/me/camvid', 'camvid'),
        ('~/a.pth', 'a.pth'),
        (r'C:\data\camvid', 'camvid'),
        ('file:///data/a.pth', 'a.pth'),
        ('data/camvid', 'data/camvid'),
        ('https://host/a.pth', 'https://host/a.pth'),
        ('mmseg_scr://scr_camvid', 'mmseg_scr://scr_camvid'),
        ((1, '/data/x'), (1, 'x')),
    ],
)
def test_what_says_where_things_lie_on_a_machine_is_not_kept(value, expected):
    config = Config(dict(data=dict(place=value)))
    set_origin(config, Path('a.py'), {'data.place': value})
    assert config.run_origin.options['data.place'] == expected
    kept = Config.fromstring(unpack_config(pack_config(config)), '.py')
    assert kept.to_dict() == dict(data=dict(place=expected))


def test_a_run_is_the_same_when_it_is_trained_again_from_what_is_kept(tmp_path):
    config = thin_config(**{'train_dataloader.dataset.data_root': str(tmp_path)})
    job = prepare_job('thin', config, 1, tmp_path / 'first')
    packed = pack_config(Config.fromfile(job.config_file))
    text = unpack_config(packed)
    assert str(tmp_path) not in text
    again = prepare_job('thin', Config.fromstring(text, '.py'), 1, tmp_path / 'second')
    assert again.key == job.key
    assert len(packed) < 4000
