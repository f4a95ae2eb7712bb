from dataclasses import replace

import numpy as np
import pytest
from builders.records import RECORD, STUDY, runs

from mmseg_scr.metrics import ImageTable
from mmseg_scr.runs.image_counts import pack_counts, unpack_counts
from mmseg_scr.runs.rows import summarize
from mmseg_scr.runs.statistics import bootstrap_difference


def with_images(records, seed, names=('a', 'b', 'c'), classes=('x', 'y')):
    """The records, each with counts of three images."""
    shape = len(records), 3, 1, 3, len(classes)
    tables = np.random.default_rng(seed).integers(1, 50, shape)
    return [
        replace(r, image_counts=pack_counts(ImageTable(classes, ('all',), names, table)))
        for r, table in zip(records, tables, strict=True)
    ]


def test_difference_is_paired_by_seed():
    base, better = summarize(STUDY, baseline='base')
    assert base.cells['mIoU'].difference is None
    found = better.cells['mIoU'].difference
    assert (found.mean, found.low, found.high) == pytest.approx(
        (0.833333, -0.170619, 1.837286), abs=1e-6
    )


def test_runs_on_another_kind_of_device_are_no_pairs():
    records = [*runs('base', [50.0, 52.0]), *runs('other', [60.0, 61.0], device='cuda')]
    assert summarize(records, baseline='base')[1].cells['mIoU'].difference is None


def test_times_of_several_kinds_of_devices_have_no_mean():
    first, second = runs('base', [50.0, 52.0], minutes=2.0)
    assert summarize([first, second], baseline='base')[0].minutes == 2.0
    (row,) = summarize([first, replace(second, device='cuda')], baseline='base')
    assert row.devices == ('cpu', 'cuda')
    assert (row.seconds, row.minutes) == (None, None)


def test_seed_that_the_baseline_lacks_counts_in_the_mean_alone():
    records = [*runs('base', [50.0]), *runs('more', [51.0, 99.0])]
    cell = summarize(records, baseline='base')[1].cells['mIoU']
    assert cell.values == (51.0, 99.0)
    assert cell.difference.mean == 1.0
    assert cell.interval is None


def test_a_metric_that_one_run_lacks_has_no_cell():
    records = [*runs('base', [50.0, 51.0]), replace(RECORD, seed=3, metrics={'mFscore': 1.0})]
    assert summarize(records, baseline='base')[0].cells == {}


def test_a_metric_that_is_no_number_in_one_run_has_no_cell_there_and_no_pair():
    records = [
        *runs('base', [50.0, float('nan'), 52.0]),
        *runs('more', [51.0, 53.0, 55.0]),
        *runs('none', [float('nan'), 53.0, 55.0]),
    ]
    base, more, none = summarize(records, baseline='base', metrics=['mIoU'])
    assert 'mIoU' not in base.cells
    assert 'mIoU' not in none.cells
    assert more.cells['mIoU'].pairs == (1.0, 3.0)


def test_figures_of_single_classes_are_compared_too():
    records = [replace(r, metrics={'IoU': {'pole': r.metrics['mIoU']}}) for r in STUDY]
    found = summarize(records, baseline='base', metrics=['IoU/pole'])[1].cells['IoU/pole']
    assert found.difference.mean == pytest.approx(0.833333, abs=1e-6)


def test_images_are_drawn_for_every_pair_of_runs():
    base, better = with_images(STUDY[:3], 0), with_images(STUDY[3:], 1)
    rows = summarize([*base, *better], baseline='base')
    assert rows[0].images == {}
    assert [*rows[1].images] == [1, 2, 3]
    counts = [unpack_counts(run.image_counts) for run in (base[1], better[1])]
    assert rows[1].images[2] == bootstrap_difference(*counts)


def test_other_images_and_records_without_counts_are_not_compared_by_image():
    base, better = with_images(STUDY[:3], 0), with_images(STUDY[3:], 1, names=('a', 'b', 'd'))
    assert summarize([*base, *better], baseline='base')[1].images == {}
    assert summarize([*base, *STUDY[3:]], baseline='base')[1].images == {}


def test_other_numbers_of_classes_are_not_compared_by_image():
    base, better = with_images(STUDY[:3], 0), with_images(STUDY[3:], 1, classes=('x', 'y', 'z'))
    assert summarize([*base, *better], baseline='base')[1].images == {}


def test_rows_can_be_chosen_and_the_baseline_stays():
    records = [*STUDY, *runs('third', [49.0])]

    def titles(*only):
        return [row.title for row in summarize(records, baseline='base', only=only)]

    assert titles() == ['base', '_better', 'third']
    assert titles('third', 'base') == ['third', 'base']
    assert titles('third') == ['base', 'third']


@pytest.mark.parametrize('asked', [dict(baseline='absent'), dict(baseline='base', only=['absent'])])
def test_unknown_title_is_named_with_the_choice(asked):
    with pytest.raises(ValueError, match=r"record of 'absent', only of \['base', '_better'\]"):
        summarize(STUDY, **asked)


@pytest.mark.parametrize('seed', [1, 2])
def test_two_experiments_under_one_title_are_refused_where_they_are_shown(seed):
    (first,) = runs('two', [1.0])
    assert first.seed == 1
    records = [RECORD, first, replace(RECORD, title='two', seed=seed, digest='b')]
    with pytest.raises(ValueError, match="'two' has records of 2 different experiments"):
        summarize(records, baseline='base')
    assert len(summarize(records, baseline='base', only=['base'])) == 1
