import csv

import pytest
from builders.pages import PageCheck
from builders.unknown_config import write_images

from mmseg_scr.figures import NamedModel, NamedRun
from mmseg_scr.reports import PAGE, TWIN, Settings, write_report
from mmseg_scr.reports.report import TABLE


def named(*pairs):
    return [NamedModel((NamedRun(*pair),)) for pair in pairs]


def report(models, titles, folder, **settings):
    told = []
    options = dict(cache=folder / 'cache', settings=Settings(**settings))
    times = write_report(
        models, titles, folder / 'out', **options, progress=lambda *what: told.append(what)
    )
    text = (folder / 'out' / PAGE).read_text()
    return times, PageCheck(text), (folder / 'out' / TWIN).read_text()


@pytest.mark.slow
def test_stock_models_and_ours_stand_in_one_page(trained, tmp_path):
    titles = ['uper', 'segnext', 'aware', 'ours']
    models = named(*(trained[title] for title in titles))
    times, check, twin = report(models, titles, tmp_path, images=0)
    assert check.problems == []
    headings = [line[3:] for line in twin.splitlines() if line.startswith('## ')]
    assert headings == [
        'What was compared',
        'Overall scores',
        'Classes',
        'Borders and interior',
        'Kinds of errors',
        'Pairs of classes: cured and broken',
        'Images, worst first',
        'Most improved and most worsened images',
        'Offsets',
        'Costs',
        'Speed',
        'Training curves',
        'Environment',
    ]
    assert 'uper has no aligner with offsets.' in twin
    assert 'ours, street\\_scene\\_' in twin
    assert "| model.decode\\_head.type | 'UPerHead' | 'LightHamHead' |" in twin
    assert 'ours − uper, bootstrap over images' in twin
    assert 'uper: no log of the training lies beside its checkpoint.' in twin
    assert (times.predicted, times.taken) == (12, 0)
    assert times.models < times.passes <= times.total


@pytest.mark.slow
def test_an_unknown_config_in_windows_and_at_other_sizes(theirs, tmp_path):
    slide = dict(mode='slide', crop_size=(32, 32), stride=(16, 16))
    models = named(
        theirs('whole'),
        theirs('slide', seed=1, test_cfg=slide, crop=(32, 32)),
        theirs('large', seed=2, scale=(112, 80), crop=(64, 64)),
    )
    titles = ['<b>', 'a|b', '{{ 1 }}']
    times, check, twin = report(models, titles, tmp_path, images=1, rows=2)
    assert check.problems == []
    assert check.tags.count('b') == check.tags.count('i') == 0
    assert times.predicted == 9
    for row in ('| &lt;b&gt; |', '| 40x56 | whole |', '| 32x32 | slide |', '| 64x64 | whole |'):
        assert row in twin
    assert 'The lowest 2 of 3 images' in twin
    assert '| &lt;b&gt;sky&lt;/b&gt; |' in twin
    with (tmp_path / 'out' / TABLE).open() as file:
        rows = [*csv.reader(file)]
    assert rows[0] == ['image', *titles]
    assert [row[0] for row in rows[1:]] == ['a', 'b<i>&', 'c']
    again, _, same = report(models, titles, tmp_path, images=1, rows=2)
    assert (again.predicted, again.taken) == (0, 9)
    assert same.split('## Environment')[0] == twin.split('## Environment')[0]


@pytest.mark.slow
def test_seeds_of_a_method_are_one_model(theirs, tmp_path):
    def seeds(name, *numbers):
        pairs = [theirs(f'{name}{number}', seed=number) for number in numbers]
        runs = [NamedRun(*pair, s) for s, pair in enumerate(pairs)]
        return NamedModel(tuple(runs), (7,))

    models = [seeds('a', 1, 2), seeds('b', 3, 4)]
    times, check, twin = report(models, ['a', 'b'], tmp_path, images=0)
    assert check.problems == []
    assert times.predicted == 12
    assert '| score | a (mean ± sd of 2 seeds) | b (mean ± sd of 2 seeds) |' in twin
    assert 'b − a, t over 2 seeds | b − a, bootstrap over images of seed 0 |' in twin
    assert 'a: without a checkpoint, and so left out: seeds 7.' in twin
    assert 'No picture was asked for.' in twin


def test_one_model_alone_has_a_page(theirs, tmp_path):
    times, check, twin = report(named(theirs('one')), ['one'], tmp_path, limit=2)
    assert check.problems == []
    assert times.predicted == 2
    assert 'the first 2 of 3 images' in twin
    assert 'The configs do not differ' in twin


def test_models_of_other_classes_or_images_are_refused(theirs, tmp_path):
    others = named(theirs('a'), theirs('b', classes=('ground', 'sky', 'tree')))
    message = r"a has 3 classes and b 3; class 1 is '<b>sky</b>' and 'sky': only models of the same"
    with pytest.raises(ValueError, match=message):
        report(others, ['a', 'b'], tmp_path)
    root = write_images(tmp_path / 'fewer', ('a', 'c'))
    images = named(theirs('a'), theirs('c', root=root))
    message = r"test sets of a \(3 images\) and c \(2\) are not the same: 'b<i>&' and 'c'"
    with pytest.raises(ValueError, match=message):
        report(images, ['a', 'c'], tmp_path)
    assert not (tmp_path / 'out').exists()


def test_models_that_are_counted_on_other_labels_are_refused(theirs, tmp_path):
    base, other = theirs('a'), theirs('b', seed=1)
    with other[0].open('a') as config:
        config.write("test_evaluator = [dict(type='IoUMetric', ignore_index=2)]\n")
    message = r"a and b are not counted on the same labels of 'a'.*the same ignore_index"
    with pytest.raises(ValueError, match=message):
        report(named(base, other), ['a', 'b'], tmp_path)
    assert not (tmp_path / 'out').exists()


@pytest.mark.slow
def test_a_page_that_is_too_large_is_refused_and_its_predictions_stay(theirs, tmp_path):
    models = named(theirs('a'), theirs('b', seed=1))
    with pytest.raises(ValueError, match='show fewer images'):
        report(models, ['a', 'b'], tmp_path, images=0, megabytes=0.01)
    assert not (tmp_path / 'out' / PAGE).exists()
    assert len([*(tmp_path / 'cache').rglob('*.npz')]) == 6
