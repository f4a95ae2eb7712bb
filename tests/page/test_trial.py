import numpy as np
import pytest
from builders.pictures import save_broken, soft_picture
from builders.tiny_models import PALETTE

from mmseg_scr.page import Trial, trial


def segment(seen_by, picture):
    return seen_by.segment(picture, seen_by.prepare(picture))


def test_picture_overlay_and_shares_are_those_of_a_prediction(trials):
    picture = soft_picture(64, 96)
    seen_by = trials['UPerHead']
    labels = seen_by.predictor(seen_by.prepare(picture)).labels
    plain = segment(Trial(seen_by.predictor, opacity=1.0), picture)
    assert np.array_equal(plain.picture, picture[..., ::-1])
    assert np.array_equal(plain.overlay, np.array(PALETTE, np.uint8)[labels])
    np.testing.assert_allclose(plain.shares, [(labels == k).mean() for k in range(5)])
    assert plain.message == '96x64 pixels; whole pictures, as the config says'
    half = segment(seen_by, picture).overlay.astype(int)
    assert np.abs(2 * half - plain.picture - plain.overlay.astype(int)).max() <= 1


def test_large_pictures_are_shown_smaller_and_counted_in_full(trials, monkeypatch):
    monkeypatch.setattr(trial, 'SHOWN', 48)
    picture = soft_picture(64, 96)
    small = segment(trials['UPerHead'], picture)
    assert small.picture.shape == small.overlay.shape == (32, 48, 3)
    assert small.message.startswith('96x64 pixels')
    monkeypatch.undo()
    assert np.array_equal(small.shares, segment(trials['UPerHead'], picture).shares)


def test_offsets_are_drawn_of_the_finest_aligner_and_differ_between_pictures(trials):
    seen_by = trials['SCRHead']
    drawn = [seen_by.offsets(seen_by.prepare(soft_picture(32, 48, seed=s))) for s in (0, 1)]
    for image, why_not in drawn:
        assert why_not == ''
        assert image.dtype == np.uint8
        assert image.shape[1] > 1000  # text of 7 points is legible
        assert len(np.unique(image.reshape(-1, 3), axis=0)) > 1000
    assert not np.array_equal(drawn[0][0], drawn[1][0])


def test_a_model_without_aligners_says_that_it_has_no_offsets(trials):
    seen_by = trials['UPerHead']
    image, why_not = seen_by.offsets(seen_by.prepare(soft_picture(64, 96)))
    assert image is None
    assert why_not.startswith('This model predicts no offsets')


def test_inputs_that_are_too_large_to_be_looked_into_are_named(trials, monkeypatch):
    monkeypatch.setattr(trial, 'LOOKED_INTO', 64 * 95)
    seen_by = trials['SCRHead']
    image, why_not = seen_by.offsets(seen_by.prepare(soft_picture(64, 96)))
    assert image is None
    assert why_not.endswith('this one has 96x64.')


def test_what_is_no_picture_of_a_scene_is_refused(trials, tmp_path):
    for name in save_broken(tmp_path, PALETTE):
        with pytest.raises(ValueError, match=r'empty|damaged|no picture|mode'):
            trials['UPerHead'].read(tmp_path / name)
