import hashlib
import json
from functools import partial

import pytest
from builders.tools import call_tool
from builders.trained import write_trained

call = partial(call_tool, 'knockouts.py')


@pytest.mark.slow
def test_parts_of_a_trained_model_are_printed_and_written(tmp_path):
    files = write_trained(tmp_path / 'ours', 'scr')
    outcome = call(*files, '--limit', '2', '--out', 'here/parts.json', folder=tmp_path)
    assert outcome.returncode == 0, outcome.stderr[-2000:]
    assert '\n2 images\n\n| without | in its place |' in outcome.stdout
    assert '| spatial attention | zero |' in outcome.stdout
    record = json.loads((tmp_path / 'here/parts.json').read_text())
    assert record['images'] == 2
    assert (record['config'], record['checkpoint']) == ('config.py', 'weights.pth')
    assert record['sha256'] == hashlib.sha256(files[1].read_bytes()).hexdigest()
    assert record['dataset'] == 'StreetScenesDataset'
    assert record['versions']['mmseg_scr']
    assert str(tmp_path) not in json.dumps(record)
    assert [part['name'] for part in record['parts']][:2] == ['nothing', 'aligners']
    assert set(record['parts'][0]['scores']) == {'mIoU', 'boundary/mIoU_w1'}


@pytest.mark.slow
@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['absent'], "'absent' does not exist: it is no folder, no config"),
        (['scr_camvid', 'scr_camvid'], 'one model is looked at, got 2'),
        (['scr_camvid', '--limit', '0'], '--limit must be at least 1, got 0'),
    ],
)
def test_what_is_wrong_is_said_in_a_line(arguments, message):
    outcome = call(*arguments)
    assert outcome.returncode == 2
    assert message in outcome.stderr
    assert 'Traceback' not in outcome.stderr


@pytest.mark.slow
def test_a_missing_folder_is_said_with_the_settings_to_correct(tmp_path):
    data = dict(type='BaseSegDataset', data_root='absent', data_prefix=dict(img_path='images'))
    data |= dict(_delete_=True, metainfo=dict(classes=['a'], palette=[[0, 0, 0]]), pipeline=[])
    more = f'test_dataloader = dict(dataset={data!r})'
    outcome = call(*write_trained(tmp_path / 'ours', 'scr', more=more), folder=tmp_path)
    assert outcome.returncode == 1
    assert "image folder 'absent/images' does not exist: correct data_root" in outcome.stderr
