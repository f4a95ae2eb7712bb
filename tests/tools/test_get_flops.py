import importlib.util
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / 'configs' / 'scr' / 'scr_mscan-t_4xb8-adam-379k_ade20k-512x512.py'


@pytest.fixture
def run(monkeypatch):
    spec = importlib.util.spec_from_file_location('get_flops', ROOT / 'tools' / 'get_flops.py')
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)

    def call(*arguments):
        monkeypatch.setattr(sys, 'argv', ['get_flops.py', *map(str, arguments)])
        tool.main()

    return call


def test_prints_the_parts_and_writes_all_counts(run, capsys, tmp_path):
    file = tmp_path / 'costs.json'
    options = ('--cfg-options', 'model.decode_head.aligner.type=Bilinear')
    run(CONFIG, '--shape', 64, 96, '--json', file, *options)
    text = capsys.readouterr().out
    assert f'{CONFIG.stem} aligner.type=Bilinear at 64x96' in text
    assert 'aligner to stride' not in text
    (record,) = json.loads(file.read_text())
    assert record['shape'] == [64, 96]
    assert f'{record["cost"]["total"]["parameters"]:,}' in text


def test_aligners_are_named_by_stride(run, capsys):
    run(CONFIG, '--shape', 64, 96)
    text = capsys.readouterr().out
    assert all(f'| aligner to stride {stride} |' in text for stride in (4, 8, 16))
    assert '| training only | 131,328 |' in text


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['absent.py'], "config file 'absent.py' does not exist"),
        ([CONFIG, '--shape', '0', '32'], 'two positive numbers, got [0, 32]'),
        ([CONFIG, '--shape', 'x', '32'], "invalid int value: 'x'"),
        (['--shape', '32', '32'], 'need a CONFIG'),
    ],
)
def test_mistakes_get_one_clear_message(run, capsys, arguments, message):
    with pytest.raises(SystemExit):
        run(*arguments)
    assert message in capsys.readouterr().err
