import csv
import io
from dataclasses import replace

import pytest

from mmseg_scr.runs.records import RunRecord
from mmseg_scr.runs.tables import format_csv, format_latex, format_markdown, summarize

RECORD = RunRecord(
    title='base',
    seed=1,
    digest='a',
    iterations=10,
    parameters=1_500_000,
    macs=2.5,
    metrics={'mIoU': 50.0},
    curves={},
    seconds_per_iteration=0.25,
    device='cpu',
    versions={},
)


def runs(title, values, **changes):
    return [
        replace(RECORD, title=title, seed=seed, digest=title, metrics={'mIoU': value}, **changes)
        for seed, value in enumerate(values, start=1)
    ]


STUDY = [*runs('base', [50.0, 52.0, 51.0]), *runs('_better', [51.2, 52.4, 51.9])]


def test_difference_is_paired_by_seed():
    base, better = summarize(STUDY, baseline='base')
    assert base.cells['mIoU'].difference is None
    found = better.cells['mIoU'].difference
    assert (found.mean, found.low, found.high) == pytest.approx(
        (0.833333, -0.170619, 1.837286), abs=1e-6
    )


def test_markdown_says_what_is_within_noise():
    text = format_markdown(summarize(STUDY, baseline='base'), baseline='base')
    assert '| base | 3 | 1.500 | 2.500 | 0.250 | 51.00 ± 1.00 |' in text
    assert '51.83 ± 0.60 (+0.83 [-0.17, +1.84], within noise) |' in text
    resolved = [*runs('base', [50.0, 52.0, 51.0]), *runs('sure', [51.0, 53.1, 51.9])]
    assert 'noise) |' not in format_markdown(summarize(resolved, baseline='base'), baseline='base')


def test_runs_on_another_kind_of_device_are_no_pairs():
    records = [*runs('base', [50.0, 52.0]), *runs('other', [60.0, 61.0], device='cuda')]
    assert summarize(records, baseline='base')[1].cells['mIoU'].difference is None


def test_seed_that_the_baseline_lacks_counts_in_the_mean_alone():
    records = [*runs('base', [50.0]), *runs('more', [51.0, 99.0])]
    cell = summarize(records, baseline='base')[1].cells['mIoU']
    assert cell.values == (51.0, 99.0)
    assert str(cell.difference) == '+1.00 (one seed)'


def test_csv_holds_every_value():
    rows = [*csv.DictReader(io.StringIO(format_csv(summarize(STUDY, baseline='base'))))]
    assert rows[1]['values'] == '51.2 52.4 51.9'
    assert float(rows[1]['low']) == pytest.approx(-0.170619, abs=1e-6)
    assert rows[0]['difference'] == ''


def test_latex_escapes_names():
    text = format_latex(summarize(STUDY, baseline='base'))
    assert r'\_better & 3 &' in text
    assert r'51.00 $\pm$ 1.00' in text


def test_unknown_baseline_is_named_with_the_choice():
    with pytest.raises(ValueError, match=r"baseline 'absent', only of \['base', '_better'\]"):
        summarize(STUDY, baseline='absent')


def test_two_experiments_under_one_title_are_refused():
    with pytest.raises(ValueError, match="'base' has records of 2 different experiments"):
        summarize([RECORD, replace(RECORD, seed=2, digest='b')], baseline='base')
