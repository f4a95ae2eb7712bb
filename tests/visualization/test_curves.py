import json

import cv2
import pytest

from mmseg_scr.visualization.curves import plot_curves, read_scalars


def log(work_dir, stamp, entries):
    folder = work_dir / stamp / 'vis_data'
    folder.mkdir(parents=True)
    (folder / 'scalars.json').write_text('\n'.join(json.dumps(entry) for entry in entries))


def test_a_resumed_run_continues_the_curve_and_wins_where_they_overlap(tmp_path):
    log(tmp_path, '20260101_000000', [{'loss': 3.0, 'step': 10}, {'loss': 2.0, 'step': 20}])
    log(tmp_path, '20260102_000000', [{'loss': 1.9, 'step': 20}, {'loss': 1.0, 'step': 30}])
    assert read_scalars(tmp_path)['loss'] == ([10, 20, 30], [3.0, 1.9, 1.0])


def test_validation_values_keep_their_own_steps(tmp_path):
    log(tmp_path, 'a', [{'loss': 3.0, 'step': 10}, {'mIoU': 12.5, 'step': 50}])
    assert read_scalars(tmp_path)['mIoU'] == ([50], [12.5])


def test_a_folder_without_runs_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match='train there first'):
        read_scalars(tmp_path)


def test_the_picture_shows_a_line_for_each_run(tmp_path):
    for name in ('one', 'two'):
        steps = [{'loss': 3.0 / i, 'decode.loss_ce': 2.0 / i, 'step': i} for i in range(1, 9)]
        log(tmp_path / name, 'a', [*steps, {'mIoU': 30.0, 'step': 8}])
    runs = {name: tmp_path / name for name in ('one', 'two')}
    picture = cv2.imread(str(plot_curves(tmp_path / 'curves.png', runs)))
    assert picture.shape == (400, 1100, 3)
    colored = (picture.max(axis=2).astype(int) - picture.min(axis=2)) > 60
    assert colored.sum() > 500  # lines, not only black axes
