import csv

import cv2
import numpy as np
import pytest
from builders.pictures import soft_picture

from mmseg_scr.prediction.layout import KINDS, Layout
from mmseg_scr.prediction.painting import Painter
from mmseg_scr.prediction.predictor import Prediction
from mmseg_scr.prediction.sources import Source
from mmseg_scr.prediction.video_result import VideoResult
from mmseg_scr.prediction.videos import Video

VIDEO = Source('video', 'x.mov', 'sub/x')
SOFT = np.zeros((2, 40, 60), np.float16)


def open_result(folder):
    painter = Painter([[200, 0, 0], [0, 190, 0]], opacity=1)
    return VideoResult(VIDEO, Layout(folder, KINDS), painter, ('a', 'b'), rate=10.0)


def write(result, count, times=None):
    for index in range(count):
        labels = np.full((40, 60), index % 2, np.uint8)
        time = times[index] if times else None
        result.write(soft_picture(seed=index), Prediction(labels, SOFT, ''), time)


def files(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob('*') if p.is_file())


def overlays(folder):
    (path,) = folder.glob('overlay/sub/x.*')
    video = Video(str(path))
    return video.rate, [int(frame[20, 30].argmax()) for frame in video.frames()]


def test_frames_become_a_video_of_the_same_rate_arrays_and_a_table(tmp_path):
    result = open_result(tmp_path)
    write(result, 3)
    assert all('.draft-' in name for name in files(tmp_path))
    result.commit()
    assert overlays(tmp_path) == (10.0, [2, 1, 2])  # red, green, red in BGR
    for number in (1, 2, 3):
        path = tmp_path / f'index/sub/x.frames/{number:06d}.png'
        assert (cv2.imread(str(path), cv2.IMREAD_UNCHANGED) == (number - 1) % 2).all()
    assert len(list((tmp_path / 'probabilities/sub/x.frames').glob('*.npy'))) == 3
    with (tmp_path / 'shares/sub/x.csv').open() as file:
        header, *rows = csv.reader(file)
    assert header == ['frame', 'seconds', 'a', 'b']
    assert rows[1] == ['2', '0.100', '0.000000', '1.000000']
    assert (result.frames, result.size) == (3, (40, 60))
    np.testing.assert_allclose(result.shares, [2 / 3, 1 / 3])


def test_a_recording_lasts_as_long_as_what_it_shows(tmp_path):
    result = open_result(tmp_path)
    write(result, 4, times=[0.0, 0.31, 0.32, 0.5])  # at 10 a second: frames 0, 3, 3, 5
    result.commit()
    assert overlays(tmp_path) == (10.0, [2, 1, 1, 1, 1, 1])
    assert result.frames == 4


@pytest.mark.parametrize('count', [0, 2])
def test_a_dropped_result_leaves_nothing(tmp_path, count):
    result = open_result(tmp_path)
    write(result, count)
    result.drop()
    assert files(tmp_path) == []
