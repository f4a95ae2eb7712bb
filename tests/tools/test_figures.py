from functools import partial

import cv2
import pytest
from builders.tools import call_tool
from builders.trained import write_trained

call = partial(call_tool, 'figures.py')


@pytest.mark.slow
def test_figures_of_two_models_are_written_and_what_a_model_lacks_is_said(tmp_path):
    files = [
        *write_trained(tmp_path / 'base', 'baseline'),
        *write_trained(tmp_path / 'ours', 'scr', seed=1),
    ]
    outcome = call(
        *('class-iou', 'offsets', '--models', *files, '--image', '1', '--width', '3.5in'),
        *('--out', 'here'),
        folder=tmp_path,
    )
    assert outcome.returncode == 0, outcome.stderr[-2000:]
    lines = outcome.stdout.strip().splitlines()[-3:]
    assert lines == [
        'here/class-iou.png',
        'offsets_base_street_scene_000001: not drawn, the model has no such part',
        'here/offsets_ours_street_scene_000001.png',
    ]
    assert cv2.imread(str(tmp_path / 'here/class-iou.png')).shape[1] == 700


@pytest.mark.slow
def test_a_list_names_every_figure_and_what_it_needs():
    outcome = call('--list')
    assert outcome.returncode == 0, outcome.stderr
    lines = [line.split() for line in outcome.stdout.splitlines()]
    names = [words[0] for words in lines if words]
    assert names[-10:][0] == 'class-iou'
    assert names[-1] == 'curves'
    assert '--records FILE' in outcome.stdout


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ([], 'name a figure, or --list them'),
        (['offsets', '--models', 'setup.py', 'absent.pth'], "'absent.pth' does not exist"),
        (['offsets', '--image', 'absent.png'], "'absent.png' does not exist"),
        (['curves', '--records', 'absent.jsonl'], "'absent.jsonl' does not exist"),
        (['offsets', '--width', 'wide'], "'wide' is no width; write 88mm or 3.5in"),
        (['offsets', '--width', '3'], 'a width is 1 to 40 inches, got 0.12 in (3)'),
        (['offsets', '--limit', '0'], '--limit must be at least 1, got 0'),
        (['offsets', '--out', 'setup.py'], "--out 'setup.py' is a file"),
    ],
)
def test_wrong_arguments_are_refused_by_name(arguments, message):
    outcome = call(*arguments)
    assert outcome.returncode == 2
    assert message in outcome.stderr


@pytest.mark.slow
def test_wrong_combinations_are_one_clear_message():
    outcome = call('class-iou', '--models', 'setup.py', 'setup.py')
    assert outcome.returncode == 2
    outcome_alone = call('offsets', '--models', 'setup.py')
    assert "the config 'setup.py' needs its checkpoint after it" in outcome_alone.stderr
    message = "'class-iou' needs 2 or more models, test set with labels, got 1"
    assert message in outcome.stderr.splitlines()[-1]
