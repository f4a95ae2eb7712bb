import hashlib
import json
from pathlib import Path

import pytest
from builders.thin import CONFIG, thin_config
from mmengine.config import Config

from mmseg_scr.runs.job import prepare_job
from mmseg_scr.runs.model_description import describe_trained
from mmseg_scr.runs.origin import set_origin
from mmseg_scr.weights import list_weights, load_weights


def test_a_run_of_a_queue_is_told_as_its_record_tells_it(tmp_path):
    config = thin_config()
    set_origin(config, CONFIG, {'a': 1})
    job = prepare_job('thin', config, 7, tmp_path)
    checkpoint = job.folder / 'iter_12.pth'
    checkpoint.write_bytes(b'weights')
    found = describe_trained(job.config_file, checkpoint, Config.fromfile(job.config_file))
    assert (found['config'], found['checkpoint']) == ('config.py', 'iter_12.pth')
    assert found['sha256'] == hashlib.sha256(b'weights').hexdigest()
    assert (found['digest'], found['seed']) == (job.digest, 7)
    assert found['origin'] == config.run_origin.to_dict()
    assert found['dataset'] == 'StreetScenesDataset'
    assert found['versions'].keys() >= {'mmseg_scr', 'torch'}
    assert str(tmp_path) not in json.dumps(found)


def test_a_shipped_model_is_told_by_its_card():
    card = list_weights()[0]
    config = Config.fromstring(load_weights(card.name)['meta']['cfg'], '.py')
    found = describe_trained(None, f'mmseg_scr://{card.name}', config)
    assert (found['config'], found['checkpoint']) == (Path(card.config).name, f'{card.name}.pth')
    assert (found['sha256'], found['seed']) == (card.sha256, card.seed)
    assert (found['digest'], found['origin']) == (None, None)


@pytest.mark.parametrize('address', ['https://host/of/a.pth', 's3://of/a.pth'])
def test_a_checkpoint_that_lies_elsewhere_has_its_name_alone(address):
    found = describe_trained(Path('elsewhere/config.py'), address, thin_config())
    assert (found['config'], found['checkpoint'], found['sha256']) == ('config.py', 'a.pth', None)
