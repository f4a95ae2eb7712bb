import errno

import numpy as np
import pytest
from builders.pictures import soft_picture

from mmseg_scr.prediction import collector as module
from mmseg_scr.prediction.collector import BAR, Collector, Outcome
from mmseg_scr.prediction.frames import End, Frame
from mmseg_scr.prediction.layout import Layout
from mmseg_scr.prediction.painting import Painter
from mmseg_scr.prediction.predictor import Prediction
from mmseg_scr.prediction.shares import ShareTable
from mmseg_scr.prediction.sources import Failure, Source

A, B = (Source('picture', f'in/{name}.png', name) for name in 'ab')
CAMERA = Source('camera', '0', 'camera-0')


class Told:
    """A collector with what it said."""

    def __init__(self, folder):
        self.folder, self.told, self.shown = folder, [], []
        table = ShareTable(folder / 'shares.csv', ('a', 'b'))
        self.table = table
        self.collect = Collector(
            Layout(folder, ['overlay', 'index']),
            Painter([[1, 2, 3], [4, 5, 6]]),
            table,
            outcome=Outcome(),
            total=2,
            progress=lambda *shown: self.shown.append(shown),
            tell=self.told.append,
        )

    def frame(self, source, *, message='whole; why', seconds=None):
        rate = None if source.kind == 'picture' else 10.0
        frame = Frame(source, soft_picture(), {}, rate, None, seconds)
        labels = np.zeros((40, 60), np.uint8)
        self.collect((frame, Prediction(labels, None, message)))

    def files(self):
        found = (p.relative_to(self.folder) for p in self.folder.rglob('*') if p.is_file())
        return sorted(path.as_posix() for path in found if path.name != 'shares.csv')


@pytest.fixture
def made(tmp_path):
    return Told(tmp_path)


def test_each_source_is_written_counted_and_shown(made):
    for source in (A, B):
        made.frame(source)
        made.collect(End(source))
    assert made.files() == ['index/a.png', 'index/b.png', 'overlay/a.jpg', 'overlay/b.jpg']
    assert (made.collect.outcome.done, made.collect.outcome.frames) == (2, 2)
    assert made.shown == [(BAR, 1, 2), (BAR, 2, 2)]
    assert made.table.source_of('b')


def test_how_pictures_are_predicted_is_told_once(made):
    for source, message in ((A, 'whole; 1'), (B, 'whole; 2'), (A, 'windows; 3')):
        made.frame(source, message=message)
        made.collect(End(source))
    assert made.told == ['whole; 1', 'windows; 3']


def test_a_source_that_failed_leaves_nothing_and_the_next_is_written(made):
    made.frame(A)
    made.collect(None)
    made.collect(End(A, failure='why'))
    made.frame(B)
    made.collect(End(B))
    assert made.collect.outcome.failures == [Failure('in/a.png', 'why')]
    assert made.files() == ['index/b.png', 'overlay/b.jpg']


def test_a_result_that_cannot_be_written_is_a_failure_of_that_source_alone(made):
    (made.folder / 'index').mkdir()
    (made.folder / 'index/a.png').mkdir()  # a folder stands where a file shall be
    for source in (A, B):
        made.frame(source)
        made.collect(End(source))
    (failure,) = made.collect.outcome.failures
    assert failure.name == 'in/a.png'
    assert made.collect.outcome.done == 1
    assert made.table.source_of('a') is None


def test_a_full_disk_ends_everything(made, monkeypatch):
    class Full(module.PictureResult):
        def write(self, *args):
            super().write(*args)
            raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr(module, 'PictureResult', Full)
    with pytest.raises(OSError, match='No space left'):
        made.frame(A)
    assert made.files() == []


def test_frames_of_a_recording_are_shown_and_kept_when_it_is_stopped(made):
    for index in range(3):
        made.frame(CAMERA, seconds=index / 10)
    made.collect.stop()
    assert made.shown[:3] == [('camera-0', n, n) for n in (1, 2, 3)]
    assert made.table.source_of('camera-0') == '0'
    assert 'index/camera-0.frames/000003.png' in made.files()


def test_a_picture_or_video_that_is_stopped_leaves_nothing(made):
    made.frame(Source('video', 'in/v.avi', 'v'))
    made.collect.stop()
    made.collect.stop()
    assert made.files() == []
