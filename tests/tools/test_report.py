from functools import partial

import pytest
from builders.pages import PageCheck
from builders.tools import call_tool
from builders.trained import write_trained

call = partial(call_tool, 'report.py')


@pytest.mark.slow
def test_a_report_says_where_it_is_and_what_the_models_took(tmp_path):
    write_trained(tmp_path / 'base', 'baseline')
    files = write_trained(tmp_path / 'ours', 'scr', seed=1)
    arguments = ('base', *files, '--limit', '2', '--images', '0', '--out', 'here')
    outcome = call(*arguments, folder=tmp_path)
    assert outcome.returncode == 0, outcome.stderr[-2000:]
    *_, times, page, twin = outcome.stdout.strip().splitlines()
    assert times.startswith('4 predictions in ')
    assert (page, twin) == ('here/report.html', 'here/report.md')
    assert PageCheck((tmp_path / page).read_text()).problems == []
    assert 'base and ours' in (tmp_path / twin).read_text()
    again = call(*arguments, folder=tmp_path)
    assert 'No prediction was needed, 4 were there' in again.stdout


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ([], 'the following arguments are required: MODEL'),
        (['setup.py', 'absent.pth'], "'absent.pth' does not exist"),
        (['a', '--limit', '0'], '--limit must be at least 1, got 0'),
        (['a', '--images', '-1'], '--images must be at least 0, got -1'),
        (['a', '--rows', '0'], '--rows must be at least 1, got 0'),
        (['a', '--megabytes', '0'], '--megabytes must be above 0, got 0'),
        (['a', '--out', 'setup.py'], "--out 'setup.py' is a file"),
    ],
)
def test_wrong_arguments_are_refused_by_name(arguments, message):
    outcome = call(*arguments)
    assert outcome.returncode == 2
    assert message in outcome.stderr


@pytest.mark.slow
def test_what_is_no_model_and_titles_that_do_not_fit_are_one_message():
    for arguments, message in (
        (['absent'], "'absent' does not exist: it is no folder, no config (.py) and no shipped"),
        (['setup.py', 'setup.py', '--titles', 'a', 'b'], "2 titles ['a', 'b'] for 1 models"),
    ):
        outcome = call(*arguments)
        assert outcome.returncode == 2
        assert message in outcome.stderr.splitlines()[-1]
