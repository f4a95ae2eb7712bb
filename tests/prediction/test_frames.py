import cv2
import numpy as np
import pytest
from builders.pictures import save_broken, save_video, soft_picture

from mmseg_scr.prediction import frames
from mmseg_scr.prediction.frames import End, FrameReader
from mmseg_scr.prediction.sources import Source

PALETTE = [[200, 0, 0], [0, 190, 0], [0, 0, 180]]


def prepare(image):
    return dict(inputs=image.shape)


def read(*sources, limit=None):
    return list(FrameReader(prepare, PALETTE, limit).read(sources))


def test_a_picture_is_one_frame_and_its_end(tmp_path):
    cv2.imwrite(str(tmp_path / 'x.png'), soft_picture())
    source = Source('picture', str(tmp_path / 'x.png'), 'x')
    frame, end = read(source)
    np.testing.assert_array_equal(frame.image, soft_picture())
    assert frame.prepared == dict(inputs=(40, 60, 3))
    assert end == End(source)


def test_a_video_is_its_frames_and_an_end_that_says_what_is_lost(tmp_path):
    source = Source('video', str(save_video(tmp_path / 'x.avi')), 'clip')
    *found, end = read(source)
    assert [(frame.rate, frame.length, frame.seconds) for frame in found] == [(12.5, 5, None)] * 5
    assert end.note == 'clip: 5 frames at 12.5 a second; sound is dropped'
    assert len(read(source, limit=2)) == 3
    assert read(source, limit=2)[0].length == 2


def test_a_video_that_is_cut_off_says_so(tmp_path, monkeypatch):
    class Cut(frames.Video):
        def frames(self, limit):
            return super().frames(2)

    monkeypatch.setattr(frames, 'Video', Cut)
    *_, end = read(Source('video', str(save_video(tmp_path / 'x.avi')), 'clip'))
    assert end.failure == ''
    assert 'its header tells 5 frames, the others cannot be read' in end.note


def test_a_cameras_frames_have_their_time(tmp_path, monkeypatch):
    path = str(save_video(tmp_path / 'x.avi'))
    opened = []

    class Camera(frames.Video):
        def __init__(self, where):
            opened.append(where)
            super().__init__(path)

    monkeypatch.setattr(frames, 'Video', Camera)
    *found, end = read(Source('camera', '3', 'camera-3'), limit=3)
    assert opened == [3]
    times = [frame.seconds for frame in found]
    assert times == sorted(times)
    assert len(times) == 3
    assert 'sound' not in end.note


def test_what_is_broken_ends_with_a_reason_and_the_rest_goes_on(tmp_path):
    names = [*save_broken(tmp_path, PALETTE), 'not there.png']
    cv2.imwrite(str(tmp_path / 'good.png'), soft_picture())
    sources = [Source('picture', str(tmp_path / name), name) for name in [*names, 'good.png']]
    *ends, frame, last = read(*sources, Source('video', str(tmp_path / 'text.jpg'), 'v'))[:-1]
    reasons = {end.source.name: end.failure for end in ends}
    assert list(reasons) == names
    assert reasons['empty.png'] == 'the file is empty'
    assert reasons['not there.png'] == 'No such file or directory'
    assert 'label map' in reasons['labels.png']
    assert 'damaged' in reasons['cut.jpg']
    assert frame.source.name == last.source.name == 'good.png'
    assert last.failure == ''


def test_a_transform_that_fails_is_a_reason(tmp_path):
    cv2.imwrite(str(tmp_path / 'x.png'), soft_picture())

    def fail(image):
        raise AssertionError

    (end,) = FrameReader(fail, PALETTE).read([Source('picture', str(tmp_path / 'x.png'), 'x')])
    assert end.failure == 'AssertionError'


@pytest.mark.parametrize('kind', ['video', 'picture'])
def test_a_folder_in_place_of_a_file_is_a_reason(tmp_path, kind):
    (end,) = read(Source(kind, str(tmp_path), 'x'))
    assert end.failure
