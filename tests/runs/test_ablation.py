from dataclasses import replace
from pathlib import Path

import pytest
from builders.records import STUDY
from mmengine.config import Config

from mmseg_scr.runs.ablation import prepare_jobs, write_tables
from mmseg_scr.runs.plan import Group

DEMO = next((Path(__file__).parents[2] / 'configs' / 'demo').glob('scr_*-200_*.py'))
METRICS = {'boundary/mIoU_w1': 30.0, 'error/mFP_extent': 5.0, 'IoU': {'road': 90.0}}
RICH = [replace(record, metrics=record.metrics | METRICS) for record in STUDY]


def groups():
    first, second = (Config.fromfile(DEMO) for _ in range(2))
    second.model.decode_head.contrast = None
    return [Group({'a': first, 'b': second}, [2, 1]), Group({'a': first}, [3])]


def test_the_first_seed_of_a_group_comes_before_its_second(tmp_path):
    jobs = prepare_jobs(groups(), tmp_path)
    order = [(job.title, job.seed) for job in jobs]
    assert order == [('a', 2), ('b', 2), ('a', 1), ('b', 1), ('a', 3)]
    assert [job.iterations for job in jobs] == [200] * 5
    assert jobs[0].digest == jobs[2].digest == jobs[4].digest != jobs[1].digest


def test_short_runs_shorten_every_schedule_once(tmp_path):
    asked = groups()
    jobs = prepare_jobs(asked, tmp_path, iterations=20)
    assert {job.iterations for job in jobs} == {20}
    ends = {Config.fromfile(j.folder / 'config.py').param_scheduler[-1]['end'] for j in jobs}
    assert ends == {20}
    assert asked[0].methods['a'].train_cfg.max_iters == 200


def test_every_table_is_there_in_three_forms_and_the_main_one_is_returned(tmp_path):
    text = write_tables(tmp_path / 'new', RICH, baseline='base')
    names = {path.name for path in (tmp_path / 'new').iterdir()}
    stems = ('table', 'boundary', 'errors', 'classes')
    tables = {f'{stem}.{form}' for stem in stems for form in ('md', 'csv', 'tex')}
    figures = {'differences_mIoU.png', 'differences_boundary_mIoU_w1.png'}
    assert names == tables | figures
    assert (tmp_path / 'new' / 'table.md').read_text() == text + '\n'
    assert 'Runs: 6, of 10 iterations each, seeds 1, 2, 3, on cpu' in text
    assert '| IoU/road |' in (tmp_path / 'new' / 'classes.md').read_text()


def test_rows_and_metrics_can_be_chosen(tmp_path):
    other = [replace(record, title='other', digest='other') for record in RICH[:3]]
    text = write_tables(
        tmp_path, [*RICH, *other], baseline='base', metrics=['IoU/road'], only=['other', 'base']
    )
    rows = [line.split(' | ')[0] for line in text.splitlines() if line.startswith('| ')]
    assert rows == ['| method', '| ---', '| other', '| base']
    assert {path.name for path in tmp_path.iterdir()} == {'table.md', 'table.csv', 'table.tex'}
    assert 'Runs: 6,' in text


def test_what_is_unknown_leaves_no_table(tmp_path):
    with pytest.raises(ValueError, match="no record of 'absent'"):
        write_tables(tmp_path, RICH, baseline='absent')
    with pytest.raises(ValueError, match="no record has 'absent'"):
        write_tables(tmp_path, RICH, baseline='base', metrics=['absent'])
    assert not [*tmp_path.iterdir()]
