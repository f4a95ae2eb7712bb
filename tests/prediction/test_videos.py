import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmseg_scr.prediction import videos
from mmseg_scr.prediction.videos import Video, VideoFile, video_suffix


def write(path, *, count=5, size=(32, 48), rate=12.5):
    file = VideoFile(path, rate, size)
    for index in range(count):
        file.write(np.full((*size, 3), 40 * index, np.uint8))
    file.close()
    return str(path)


@pytest.mark.parametrize('suffix', ['.avi', '.mp4'])
def test_frames_rate_and_length_come_back(tmp_path, suffix):
    video = Video(write(tmp_path / f'x{suffix}'))
    assert (video.rate, video.length) == (12.5, 5)
    frames = list(video.frames())
    assert {frame.shape for frame in frames} == {(32, 48, 3)}
    assert [round(frame.mean() / 40) for frame in frames] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize('name', ['12:30:05.mp4', 'file:x.avi', 'a b.mp4', 'été.mp4'])
def test_names_that_look_like_addresses_are_files(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    assert len(list(Video(write(Path(name))).frames())) == 5


def test_names_that_are_no_text_are_refused_where_opencv_would_die(tmp_path):
    name = os.fsdecode(b'\xff.mp4')
    (tmp_path / name).write_bytes(b'')
    with pytest.raises(ValueError, match='not UTF-8, which OpenCV needs: rename the file'):
        Video(str(tmp_path / name))
    with pytest.raises(OSError, match=r"not UTF-8, such as '.*udcff\.mp4'"):
        VideoFile(tmp_path / name, 10.0, (32, 48))


def test_odd_sides_lose_no_pixel(tmp_path):
    (frame, *_) = Video(write(tmp_path / 'x.avi', size=(33, 47))).frames()
    assert frame.shape == (34, 48, 3)


def test_a_limit_ends_the_frames(tmp_path):
    assert len(list(Video(write(tmp_path / 'x.avi')).frames(limit=2))) == 2


def test_an_unreadable_video_has_a_reason(tmp_path):
    (tmp_path / 'x.mp4').write_bytes(b'no video')
    with pytest.raises(ValueError, match='unreadable'):
        Video(str(tmp_path / 'x.mp4'))


def test_a_camera_that_is_not_there_has_a_reason():
    with pytest.raises(ValueError, match='no camera answers at number 99'):
        Video(99)


class Capture:
    """A camera that sends frames of these sizes and no rate."""

    def __init__(self, sizes):
        self.sizes = list(sizes)
        self.is_open = True

    def isOpened(self):  # noqa: N802
        return True

    def get(self, _):
        return 0.0

    def read(self):
        if not self.sizes:
            return False, None
        return True, np.zeros((*self.sizes.pop(0), 3), np.uint8)

    def release(self):
        self.is_open = False


def test_a_camera_without_a_rate_gets_the_usual_one_and_is_closed(monkeypatch):
    capture = Capture([(8, 8)] * 3)
    monkeypatch.setattr(cv2, 'VideoCapture', lambda where: capture)
    video = Video(0)
    assert (video.rate, video.has_rate, video.length) == (videos.USUAL_RATE, False, None)
    next(frames := video.frames())
    frames.close()
    assert not capture.is_open


@pytest.mark.parametrize(
    ('sizes', 'reason'), [([], 'no frame'), ([(8, 8), (8, 9)], 'frame 1 has the shape')]
)
def test_no_frame_and_frames_of_two_sizes_have_a_reason(monkeypatch, sizes, reason):
    monkeypatch.setattr(cv2, 'VideoCapture', lambda where: Capture(sizes))
    with pytest.raises(ValueError, match=reason):
        list(Video('x.avi').frames())


def test_without_the_first_codec_the_second_is_taken(monkeypatch):
    monkeypatch.setattr(videos, 'CODECS', {'.mp4': 'none', '.avi': 'MJPG'})
    video_suffix.cache_clear()
    assert video_suffix() == '.avi'
    video_suffix.cache_clear()


def test_a_video_that_cannot_be_written_says_so(tmp_path):
    with pytest.raises(OSError, match='cannot write the video'):
        VideoFile(tmp_path / 'missing/x.avi', 25.0, (8, 8))
