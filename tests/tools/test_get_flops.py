import json
import sys
from pathlib import Path

import pytest
from builders.tools import load_tool

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / 'configs' / 'scr' / 'scr_mscan-t_4xb8-adam-379k_ade20k-512x512.py'
DEMO = ROOT / 'configs' / 'demo' / 'scr_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'


@pytest.fixture
def run(monkeypatch):
    tool = load_tool('get_flops.py')

    def call(*arguments):
        monkeypatch.setattr(sys, 'argv', ['get_flops.py', *map(str, arguments)])
        tool.main()

    return call


def test_prints_one_table_and_writes_it_with_pictures(run, capsys, tmp_path):
    run(CONFIG, DEMO, '--shape', 64, 96, '--out', tmp_path / 'costs')
    text = capsys.readouterr().out
    rows = [line for line in text.splitlines() if line.startswith('| scr_')]
    assert [row.split(' | ')[0] for row in rows] == [f'| {CONFIG.stem}', f'| {DEMO.stem}']
    assert '| aligner to stride 16 | aligner to stride 8 | aligner to stride 4 |' in text
    assert (tmp_path / 'costs' / 'table.md').read_text() == text
    records = json.loads((tmp_path / 'costs' / 'costs.json').read_text())
    assert [record['shape'] for record in records] == [[64, 96]] * 2
    assert len(list((tmp_path / 'costs').glob('*.png'))) == 2


def test_parts_of_one_model_follow_its_row(run, capsys):
    run(CONFIG, '--shape', 64, 96, '--cfg-options', 'model.decode_head.aligner.type=Bilinear')
    text = capsys.readouterr().out
    assert f'| {CONFIG.stem} aligner.type=Bilinear | 64x96 |' in text
    assert 'aligner to stride' not in text
    assert '| training only | 131,328 |' in text


def test_one_number_is_a_square_as_in_the_tool_of_mmseg(run, capsys):
    run(CONFIG, '--shape', 64)
    text = capsys.readouterr().out
    assert '| 64x64 |' in text
    assert all(f'| aligner to stride {stride} |' in text for stride in (4, 8, 16))


def test_without_a_config_the_published_rows_are_counted(run, capsys, monkeypatch):
    asked = []

    def count(root):
        from mmseg_scr.costs import count_configs

        asked.append(root)
        return count_configs([CONFIG], shape=(64, 64))

    monkeypatch.setattr('mmseg_scr.costs.count_published', count)
    run()
    assert asked == [ROOT / 'configs']
    assert CONFIG.stem in capsys.readouterr().out


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['absent.py'], "config file 'absent.py' does not exist"),
        ([CONFIG, '--shape', '0', '32'], 'one or two positive numbers, got [0, 32]'),
        ([CONFIG, '--shape', '1', '2', '3'], 'one or two positive numbers, got [1, 2, 3]'),
        ([CONFIG, '--shape', 'x', '32'], "invalid int value: 'x'"),
        (['--shape', '32', '32'], 'need a CONFIG'),
        ([CONFIG, DEMO], f'not told by {DEMO.name}; give a shape with --shape H W'),
    ],
)
def test_mistakes_get_one_clear_message(run, capsys, arguments, message):
    with pytest.raises(SystemExit):
        run(*arguments)
    assert message in capsys.readouterr().err
