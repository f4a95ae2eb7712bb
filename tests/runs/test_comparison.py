from pathlib import Path

import pytest
from mmengine.config import Config

from mmseg_scr.runs.comparison import Run, compare_runs, configs_of_parts, format_runs

CONFIG = next((Path(__file__).parents[2] / 'configs' / 'demo').glob('scr_*.py'))


@pytest.fixture
def few_scenes(tmp_path):
    path = tmp_path / 'few.py'
    path.write_text(f'_base_ = {str(CONFIG)!r}\nval_dataloader = dict(dataset=dict(length=1))\n')
    return path


def test_parts_are_trained_one_by_one_and_differ(few_scenes, tmp_path):
    configs = configs_of_parts(few_scenes, 'aligner', ['Bilinear', 'FAM'])
    out_dir = tmp_path / 'out'
    runs = compare_runs(configs, out_dir, iterations=4, progress=lambda *_: None)
    bilinear, fam = runs
    assert {config.train_cfg.max_iters for config in configs.values()} == {200}  # left as it was
    assert fam.title == 'FAM'
    # Three steps up the pyramid: two 1x1 convolutions to half the width and one 3x3 to 2.
    assert fam.parameters - bilinear.parameters == 3 * (2 * 64 * 32 + 9 * 64 * 2)
    assert min(fam.first_loss, fam.last_loss) > 0
    assert 0 <= fam.score <= 100
    assert fam.metric == 'mIoU'
    assert (out_dir / 'runs.md').read_text() == format_runs('run', runs) + '\n'


@pytest.mark.parametrize('saved', ['mIoU', 'mFscore'])
def test_another_metric_than_miou_is_shown_by_its_name(few_scenes, tmp_path, saved):
    config = Config.fromfile(few_scenes)
    config.val_evaluator.iou_metrics = ['mFscore']
    config.default_hooks.checkpoint.save_best = saved
    (run,) = compare_runs({'x': config}, tmp_path, iterations=1, progress=lambda *_: None)
    assert run.metric == 'mFscore'
    assert '| mFscore (%) |' in (tmp_path / 'runs.md').read_text()


def test_one_folder_serves_again_and_a_seed_twice(few_scenes, tmp_path):
    config = Config.fromfile(few_scenes)
    for _ in range(2):
        runs = compare_runs(
            {'x': config}, tmp_path, seeds=[0, 0], iterations=2, progress=lambda *_: None
        )
        assert [run.first_loss for run in runs] == [runs[0].first_loss] * 2


def test_a_run_without_validation_has_no_score(few_scenes, tmp_path):
    config = Config.fromfile(few_scenes)
    config.update(val_dataloader=None, val_cfg=None, val_evaluator=None)
    (run,) = compare_runs({'x': config}, tmp_path, iterations=1, progress=lambda *_: None)
    assert run.score is None
    assert format_runs('config', [run]).splitlines()[-1].split(' | ')[4] == '-'


def test_finished_runs_are_in_the_table_when_a_later_one_dies(few_scenes, tmp_path):
    def die(what, done, total):
        if what == 'training PPM-3':
            raise KeyboardInterrupt

    configs = configs_of_parts(few_scenes, 'context', ['DAM', 'PPM'])
    with pytest.raises(KeyboardInterrupt):
        compare_runs(configs, tmp_path / 'out', seeds=[3], iterations=2, progress=die)
    assert '| DAM |' in (tmp_path / 'out' / 'runs.md').read_text()


def test_every_part_of_the_room_is_there_by_default(few_scenes):
    configs = configs_of_parts(few_scenes, 'aligner', [])
    heads = {title: config.model.decode_head for title, config in configs.items()}
    assert {head.aligner.type for head in heads.values()} == {*heads}
    assert {'SRM', 'Bilinear'} < {*heads}


def test_table_has_the_mean_and_every_seed():
    single = Run('SRM', 0, 1_234_567, 2.345, 1.0, 42.04, 3.21)
    assert format_runs('aligner', [single]).splitlines()[-1] == (
        '| SRM | 1.235 | 2.35 | 1.00 | 42.0 | 3.2 |'
    )
    runs = [
        Run('x', seed, 10**6, 3.0, loss, miou, 1.0)
        for seed, loss, miou in ((0, 1.0, 40.0), (1, 2.0, 43.0))
    ]
    assert format_runs('config', [runs[0], single, runs[1]]).splitlines() == [
        '| config | parameters (M) | first loss | last loss | mIoU (%) | minutes |',
        '|---|---:|---:|---:|---:|---:|',
        '| x | 1.000 | 3.00 | 1.50 | 41.5 (40.0, 43.0) | 1.0 |',
        '| SRM | 1.235 | 2.35 | 1.00 | 42.0 | 3.2 |',
    ]


def test_unknown_slot_and_part_are_refused_with_the_choices(few_scenes):
    with pytest.raises(ValueError, match=r"one of \['aligner', 'context'\], got 'fusion'"):
        configs_of_parts(few_scenes, 'fusion', [])
    segnext = CONFIG.with_name(CONFIG.name.replace('scr_', 'segnext_'))
    with pytest.raises(ValueError, match=r'segnext_.*has no aligner in its decode head, a Light'):
        configs_of_parts(segnext, 'aligner', ['SRM'])
    with pytest.raises(ValueError, match=r"no aligner is called \['PPM'\]; choose .*'SRM'"):
        configs_of_parts(few_scenes, 'aligner', ['SRM', 'PPM'])
