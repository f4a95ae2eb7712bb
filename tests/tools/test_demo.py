import pytest
from builders.tools import call_tool

from mmseg_scr.runs.shipped_pair import PAIR, missing_models


def test_no_iteration_is_refused():
    outcome = call_tool('demo.py', '--iterations', '0')
    assert outcome.returncode == 2
    assert '--iterations must be at least 1, got 0' in outcome.stderr


@pytest.mark.slow
def test_prints_a_table_and_says_last_where_everything_lies(tmp_path):
    outcome = call_tool('demo.py', '--iterations', '2', '--out', 'here', folder=tmp_path)
    assert outcome.returncode == 0, outcome.stderr[-2000:]
    lines = outcome.stdout.strip().splitlines()
    header = next(i for i, line in enumerate(lines) if 'untrained' in line and 'ours' in line)
    assert lines[header].split() == ['constant', 'untrained', 'baseline', 'ours']
    rows = {line.split()[0]: line.split()[1:] for line in lines[header + 1 : header + 12]}
    names = list(rows)
    assert (names[0], names[-1]) == ('road', 'mIoU')
    assert all(0 <= float(value) <= 100 for value in rows['mIoU'])
    assert any('training ours' in line and '2/2' in line for line in lines)
    if missing_models(PAIR):
        assert any(line.startswith('No trained models baseline_street') for line in lines)
    else:
        assert any('models that come with the package' in line for line in lines)
        assert (tmp_path / 'here' / 'shipped.png').stat().st_size > 0
    for name in ('panels.png', 'curves.png', 'ious.csv'):
        assert f'here/{name}' in lines[-1]
        assert (tmp_path / 'here' / name).stat().st_size > 0
