import csv
import time
import tracemalloc

import cv2
import numpy as np
import pytest
from builders.pictures import save_broken, save_mixed, save_video, soft_picture
from builders.tiny_models import CLASSES, PALETTE, save_tiny_model

from mmseg_scr.prediction import Layout, Predictor, list_sources, load_model, predict_sources
from mmseg_scr.prediction.predictor import Prediction
from mmseg_scr.prediction.videos import Video


class Stub:
    """Predicts the brightest channel, and counts."""

    classes, palette = CLASSES, PALETTE

    def __init__(self, fail_at=None, error=None):
        self.seen = 0
        self.fail_at, self.error = fail_at, error

    def prepare(self, image):
        return dict(inputs=image)

    def __call__(self, prepared):
        self.seen += 1
        if self.seen == self.fail_at:
            raise self.error
        return Prediction(prepared['inputs'].argmax(-1).astype(np.uint8), None, 'whole')


def predict(inputs, out, predictor=None, *, kinds=('overlay', 'index'), **options):
    sources, failures = list_sources([str(path) for path in inputs], leave_out=out)
    assert failures == []
    return predict_sources(sources, predictor or Stub(), Layout(out, kinds), **options)


def save_pictures(folder, count):
    folder.mkdir()
    for index in range(count):
        cv2.imwrite(str(folder / f'{index:04d}.png'), soft_picture(seed=index))


def names(folder):
    found = (path.relative_to(folder) for path in folder.rglob('*') if path.is_file())
    return sorted(path.as_posix() for path in found)


def read_table(out):
    with (out / 'shares.csv').open() as file:
        return {row['name']: row for row in csv.DictReader(file)}


def test_of_50_mixed_pictures_45_are_done_and_5_named(tmp_path):
    save_mixed(tmp_path / 'in')
    broken = save_broken(tmp_path / 'in', PALETTE)
    predictor = Predictor(load_model(*save_tiny_model(tmp_path / 'model')))
    report = predict([tmp_path / 'in'], tmp_path / 'out', predictor)
    assert report.outcome.done == 45
    assert {failure.name for failure in report.outcome.failures} == {
        str(tmp_path / 'in' / name) for name in broken
    }
    inputs = {n.rpartition('.')[0] for n in names(tmp_path / 'in') if 'good' in n}
    for kind in ('overlay', 'index'):
        assert {n.rpartition('.')[0] for n in names(tmp_path / 'out' / kind)} == inputs
    rows = read_table(tmp_path / 'out')
    assert set(rows) == inputs
    upright = rows['sub/good00']
    assert (int(upright['width']), int(upright['height'])) == (33, 40)  # turned by its EXIF
    for row in rows.values():
        assert sum(float(row[name]) for name in CLASSES) == pytest.approx(1, abs=1e-5)


def test_memory_does_not_grow_with_the_number_of_pictures(tmp_path):
    save_pictures(tmp_path / 'in', 3)
    pictures = [tmp_path / 'in' / name for name in names(tmp_path / 'in')]
    for index in range(1000):
        (tmp_path / 'in' / f'link{index}.png').hardlink_to(pictures[index % 3])
    peaks = {}
    for count in (100, 1000):
        inputs = [tmp_path / 'in' / f'link{index}.png' for index in range(count)]
        tracemalloc.start()
        report = predict(inputs, tmp_path / f'out{count}', kinds=['index'])
        peaks[count] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert report.outcome.done == count
    # A picture with its prediction is 10 kB; the names of a source and of its row are below 2 kB.
    assert peaks[1000] - peaks[100] < 900 * 2000


def test_what_is_there_is_skipped_and_overwritten_when_asked(tmp_path):
    save_pictures(tmp_path / 'in', 4)
    predict([tmp_path / 'in'], tmp_path / 'out')
    (tmp_path / 'out/overlay/0002.jpg').unlink()
    stub = Stub()
    outcome = predict([tmp_path / 'in'], tmp_path / 'out', stub).outcome
    assert (outcome.done, outcome.skipped, stub.seen) == (1, 3, 1)
    outcome = predict([tmp_path / 'in'], tmp_path / 'out', overwrite=True).outcome
    assert (outcome.done, outcome.skipped) == (4, 0)
    assert len(read_table(tmp_path / 'out')) == 4


class Killed(BaseException):
    """Ends a run at once, as a signal does."""


@pytest.mark.parametrize('how', [Killed, KeyboardInterrupt])
def test_a_run_that_ended_early_goes_on_and_ends_as_one_that_did_not(tmp_path, how):
    save_pictures(tmp_path / 'in', 12)
    stub = Stub(fail_at=7, error=how())
    if how is Killed:
        with pytest.raises(Killed):
            predict([tmp_path / 'in'], tmp_path / 'out', stub)
    else:
        assert predict([tmp_path / 'in'], tmp_path / 'out', stub).timing is None
    done = len(read_table(tmp_path / 'out'))
    assert 0 < done <= 6
    outcome = predict([tmp_path / 'in'], tmp_path / 'out').outcome
    assert (outcome.done, outcome.skipped) == (12 - done, done)
    predict([tmp_path / 'in'], tmp_path / 'whole')
    assert names(tmp_path / 'out') == names(tmp_path / 'whole')
    assert read_table(tmp_path / 'out') == read_table(tmp_path / 'whole')


class KilledWhileWriting(Stub):
    """Is ended once the folder has a file that is not whole."""

    def __init__(self, out):
        super().__init__()
        self.out = out

    def __call__(self, prepared):
        if self.seen:
            while not list(self.out.rglob('.draft-*')):
                time.sleep(0.01)
            raise Killed
        return super().__call__(prepared)


def test_a_run_that_ended_early_leaves_no_part_of_a_result(tmp_path):
    save_video(tmp_path / 'a.avi', frames=3)
    with pytest.raises(Killed):
        predict([tmp_path / 'a.avi'], tmp_path / 'out', KilledWhileWriting(tmp_path / 'out'))
    assert names(tmp_path / 'out') == ['legend.png', 'shares.csv']


def test_a_model_that_fails_on_one_picture_does_the_others(tmp_path):
    save_pictures(tmp_path / 'in', 3)
    stub = Stub(fail_at=2, error=RuntimeError('an odd size'))
    outcome = predict([tmp_path / 'in'], tmp_path / 'out', stub).outcome
    assert outcome.done == 2
    (failure,) = outcome.failures
    assert failure.name.endswith('0001.png')
    assert failure.reason == 'RuntimeError: an odd size'


def test_a_model_that_fails_in_a_video_is_not_given_the_rest_of_it(tmp_path):
    save_video(tmp_path / 'a.avi', frames=6)
    save_video(tmp_path / 'b.avi', frames=3)
    stub = Stub(fail_at=2, error=RuntimeError('why'))
    outcome = predict([tmp_path / 'a.avi', tmp_path / 'b.avi'], tmp_path / 'out', stub).outcome
    assert stub.seen == 2 + 3
    assert [failure.name for failure in outcome.failures] == [str(tmp_path / 'a.avi')]
    assert (outcome.done, outcome.frames) == (1, 3)
    assert not [name for name in names(tmp_path / 'out') if '/a' in name]


def test_inputs_are_left_as_they_are_even_through_links(tmp_path):
    save_pictures(tmp_path / 'in', 2)
    (tmp_path / 'in/0000.png').rename(tmp_path / 'in/0000.jpg')
    before = {path: path.read_bytes() for path in (tmp_path / 'in').iterdir()}
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out/overlay').symlink_to(tmp_path / 'in')
    sources, _ = list_sources([str(tmp_path / 'in')])
    report = predict_sources(sources, Stub(), Layout(tmp_path / 'out', ['overlay']), overwrite=True)
    (failure,) = report.outcome.failures
    assert failure.name.endswith('0000.jpg')
    assert 'would replace an input' in failure.reason
    assert report.outcome.done == 1
    assert {path: path.read_bytes() for path in before} == before


def test_results_of_another_picture_of_that_name_are_not_replaced_unawares(tmp_path):
    for folder in ('in', 'elsewhere'):
        save_pictures(tmp_path / folder, 1)
    predict([tmp_path / 'in'], tmp_path / 'out')
    outcome = predict([tmp_path / 'elsewhere'], tmp_path / 'out').outcome
    (failure,) = outcome.failures
    assert f'would replace those of {tmp_path / "in" / "0000.png"}' in failure.reason
    assert outcome.skipped == outcome.done == 0
    assert predict([tmp_path / 'elsewhere'], tmp_path / 'out', overwrite=True).outcome.done == 1


def test_a_recording_of_a_camera_never_replaces_another(tmp_path, monkeypatch):
    path = str(save_video(tmp_path / 'x.avi'))
    monkeypatch.setattr('mmseg_scr.prediction.frames.Video', lambda where: Video(path))
    monkeypatch.setattr('time.strftime', lambda form: '20250102-030405')
    sources, _ = list_sources(['0'])
    report = predict_sources(sources, Stub(), Layout(tmp_path / 'out', ['overlay']), frame_limit=2)
    assert report.outcome.done == 1
    assert list(read_table(tmp_path / 'out')) == ['camera-0-20250102-030405']


def test_progress_and_the_share_of_the_model_are_told(tmp_path):
    save_pictures(tmp_path / 'in', 3)
    shown = []
    report = predict([tmp_path / 'in'], tmp_path / 'out', progress=lambda *each: shown.append(each))
    assert [each[1:] for each in shown] == [(1, 3), (2, 3), (3, 3)]
    assert 0 < report.timing.share < 1


def test_the_colours_are_explained_beside_the_results(tmp_path):
    save_pictures(tmp_path / 'in', 1)
    predict([tmp_path / 'in'], tmp_path / 'out')
    assert (tmp_path / 'out/legend.png').is_file()
