import numpy as np
import pytest

from mmseg_scr.figures.scenes import load_sample, predict_sample
from mmseg_scr.reports import image_pass
from mmseg_scr.reports.image_pass import image_names, pass_test_set


def silent(*_):
    """No bar."""


@pytest.fixture
def predicted(monkeypatch):
    """Names of the images that models were asked for."""
    asked = []

    def predict(model, sample, seed):
        asked.append(sample['data_samples'].img_path.rpartition('/')[2])
        return predict_sample(model, sample, seed)

    monkeypatch.setattr(image_pass, 'predict_sample', predict)
    return asked


def test_counts_are_those_of_the_model_on_every_image(load, tmp_path):
    model = load()
    names = image_names(model)
    told = []
    result = pass_test_set(model, names, tmp_path / 'cache', lambda *what: told.append(what))
    assert names == ['a', 'b<i>&', 'c']
    assert told[-1] == ('images by theirs', 3, 3)
    for index in range(3):
        sample = load_sample(model, index)
        truth, prediction = result.maps(index)
        assert np.array_equal(truth, sample['data_samples'].gt_sem_seg.data[0])
        assert np.array_equal(prediction, predict_sample(model, sample, index))
        known = truth != 255
        right = ((truth == prediction) & known).sum()
        assert result.whole[index, 0].sum() == right
        assert result.whole[index, :2].sum() == known.sum()
    assert (result.predicted, len(result.seconds)) == (3, 3)
    assert 0 < result.spent < result.total
    table = result.table(model.classes)
    assert table.regions[:2] == ('all', 'band_w1')
    assert np.array_equal(table.of('all'), result.whole)


def test_what_is_there_is_not_predicted_again(load, tmp_path, predicted):
    model = load()
    first = pass_test_set(model, image_names(model), tmp_path / 'cache', silent)
    again = pass_test_set(model, image_names(model), tmp_path / 'cache', silent)
    assert len(predicted) == 3
    assert again.predicted == again.spent == 0
    assert np.array_equal(first.bands, again.bands)
    assert np.array_equal(first.seconds, again.seconds)


def test_a_pass_that_was_broken_off_goes_on(load, tmp_path, predicted):
    model = load()

    def stop(_, done, __):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pass_test_set(model, image_names(model), tmp_path / 'cache', stop)
    kept = len([*(tmp_path / 'cache').rglob('*.npz')])
    assert kept >= 2
    predicted.clear()
    result = pass_test_set(model, image_names(model), tmp_path / 'cache', silent)
    assert len(predicted) == 3 - kept == result.predicted


def test_a_damaged_file_is_made_again(load, tmp_path, predicted):
    model = load()
    first = pass_test_set(model, image_names(model), tmp_path / 'cache', silent)
    first.files[1].write_bytes(b'half')
    predicted.clear()
    again = pass_test_set(model, image_names(model), tmp_path / 'cache', silent)
    assert predicted == ['b<i>&.png']
    assert np.array_equal(first.whole, again.whole)


def test_other_weights_and_an_edited_image_are_predicted_anew(load, theirs, tmp_path, predicted):
    model = load()
    names = image_names(model)
    pass_test_set(model, names, tmp_path / 'cache', silent)
    predicted.clear()
    pass_test_set(load('retrained', seed=5), names, tmp_path / 'cache', silent)
    assert len(predicted) == 3
    predicted.clear()
    (theirs.root / 'images' / 'a.png').write_bytes((theirs.root / 'images' / 'c.png').read_bytes())
    pass_test_set(model, names, tmp_path / 'cache', silent)
    assert predicted == ['a.png']


def test_an_image_without_labels_and_a_lost_file_are_named(load, tmp_path):
    model = load()
    del model.dataset.pipeline.transforms[2]
    with pytest.raises(ValueError, match='a has no labels: the test pipeline of theirs needs'):
        pass_test_set(model, image_names(model), tmp_path / 'cache', silent)
    result = pass_test_set(load(), ['a'], tmp_path / 'cache', silent)
    result.files[0].unlink()
    with pytest.raises(FileNotFoundError, match='is gone; make the report again'):
        result.maps(0)


def test_a_limit_takes_the_first_images(load):
    assert image_names(load(), 2) == ['a', 'b<i>&']
    assert image_names(load(), 9) == ['a', 'b<i>&', 'c']
