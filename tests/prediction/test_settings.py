import json

import pytest
from builders.tiny_models import save_tiny_model

from mmseg_scr.prediction.model import load_model
from mmseg_scr.prediction.settings import FILE, claim_folder, describe_model

SETTINGS = dict(model='a.py', opacity=0.5, classes=('road', 'car'))


def test_the_same_settings_may_come_again(tmp_path):
    for _ in range(2):
        claim_folder(tmp_path / 'out', SETTINGS, overwrite=False)
    assert json.loads((tmp_path / 'out' / FILE).read_text())['classes'] == ['road', 'car']


def test_other_settings_are_refused_by_name_unless_they_take_over(tmp_path):
    claim_folder(tmp_path, SETTINGS, overwrite=False)
    other = SETTINGS | dict(opacity=0.3)
    with pytest.raises(ValueError, match=r'opacity 0\.5 there, 0\.3 now\. Name another folder'):
        claim_folder(tmp_path, other, overwrite=False)
    claim_folder(tmp_path, other, overwrite=True)
    claim_folder(tmp_path, other, overwrite=False)


def test_a_setting_that_only_one_of_two_calls_has_is_refused_both_ways(tmp_path):
    half = SETTINGS | dict(precision='float16')
    for first, second, message in (
        (SETTINGS, half, "precision None there, 'float16' now"),
        (half, SETTINGS, "precision 'float16' there, None now"),
    ):
        claim_folder(tmp_path, first, overwrite=True)
        with pytest.raises(ValueError, match=message):
            claim_folder(tmp_path, second, overwrite=False)


@pytest.mark.parametrize('content', ['{', '[]'])
def test_a_damaged_file_is_named(tmp_path, content):
    (tmp_path / FILE).write_text(content)
    with pytest.raises(ValueError, match=r'settings\.json is damaged'):
        claim_folder(tmp_path, SETTINGS, overwrite=False)


def test_models_that_differ_in_weights_or_config_alone_are_told_apart(tmp_path):
    first, same, weights, config = (
        describe_model('config.py', load_model(*save_tiny_model(tmp_path / str(i), **options)))
        for i, options in enumerate(({}, {}, dict(seed=1), dict(crop_size=(32, 32))))
    )
    assert first == same
    assert first['weights_sha256'] != weights['weights_sha256']
    assert first['config_sha256'] != config['config_sha256']
    assert first['weights_sha256'] == config['weights_sha256']


def test_a_model_is_the_same_wherever_its_data_lie(tmp_path):
    model = load_model(*save_tiny_model(tmp_path))
    digests = []
    for root, steps in (('a', []), ('b', []), ('a', [dict(type='Resize')])):
        data = dict(type='X', data_root=root, pipeline=steps)
        model.cfg.test_dataloader = dict(dataset=dict(type='RepeatDataset', dataset=data))
        digests.append(describe_model('config.py', model)['config_sha256'])
    assert digests[0] == digests[1] != digests[2]
