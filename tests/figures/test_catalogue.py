import pytest

from mmseg_scr.figures import FIGURES, Request, check_request


@pytest.mark.parametrize(
    ('options', 'count', 'message'),
    [
        (dict(names=['nothing']), 1, "no figure 'nothing'"),
        (dict(names=['class-iou']), 1, "'class-iou' needs 2 or more models"),
        (dict(names=['class-pairs']), 3, "'class-pairs' needs 2 models, .* got 3"),
        (dict(names=['offsets']), 0, "'offsets' needs 1 or more models"),
        (dict(names=['curves']), 0, 'give --records FILE'),
    ],
)
def test_wrong_combinations_are_refused_before_anything_is_loaded(options, count, message):
    with pytest.raises(ValueError, match=message):
        check_request(Request(**options), count)


def test_files_have_no_labels_to_compare_with(tmp_path):
    request = Request(names=['improvements'], images=[tmp_path / 'street.png'])
    with pytest.raises(ValueError, match=r'street\.png\): give indices of the test set'):
        check_request(request, 2)


def test_every_figure_says_what_it_shows_and_needs():
    assert len(FIGURES) == 10
    for kind in FIGURES.values():
        assert kind.shows
        assert '--records FILE' in kind.needs or 'models' in kind.needs
