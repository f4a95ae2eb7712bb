from dataclasses import replace

from builders.outcomes import growing, outcome

from mmseg_scr.benchmarks import make_presets
from mmseg_scr.benchmarks.pictures import _points, draw_outcomes


def of_the_method(**changes):
    """A made outcome of the first comparison of the preset."""
    comparison = replace(make_presets(['method'])[0], **changes)
    names = [subject.name for subject in comparison.subjects]
    rows = [replace(r, name=n) for r, n in zip(outcome().rows, names, strict=True)]
    return replace(outcome(), comparison=comparison, rows=tuple(rows))


def test_pictures_are_those_that_there_are_numbers_for(tmp_path):
    assert draw_outcomes(tmp_path, [replace(outcome(), rows=())]) == []
    paths = draw_outcomes(tmp_path, [outcome(), *growing(1.2)])
    assert [path.name for path in paths] == ['ratios.png', 'growth.png']
    assert all(path.stat().st_size > 5000 for path in paths)


def test_latency_is_measured_and_accuracy_published(tmp_path):
    points = {point.name: point for point in _points([of_the_method()])}
    assert (points['SegNeXt-S'].miou, points['SCR-S'].miou) == (81.3, 82.5)
    assert points['SCR-S'].milliseconds == 102
    paths = draw_outcomes(tmp_path, [of_the_method()])
    assert [path.name for path in paths] == ['ratios.png', 'latency.png']


def test_models_are_named_by_method_and_size_whatever_a_table_calls_them():
    subjects = make_presets(['method'])[0].subjects
    renamed = tuple(replace(s, name=n) for s, n in zip(subjects, 'ab', strict=True))
    names = {point.name for point in _points([of_the_method(subjects=renamed)])}
    assert names == {'SegNeXt-S', 'SCR-S'}


def test_latency_is_of_models_as_they_are_shipped_at_one_size():
    subjects = make_presets(['method'])[0].subjects
    fast = tuple(replace(subject, memory_format='channels_last') for subject in subjects)
    others = [of_the_method(subjects=fast), of_the_method(training=True), of_the_method(batch=2)]
    assert _points(others) == []
    assert len(_points([of_the_method(), of_the_method(size=(8, 8))])) == 2
