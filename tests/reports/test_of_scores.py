import pytest

from mmseg_scr.reports import of_scores
from mmseg_scr.reports.document import Picture, Table
from mmseg_scr.reports.measures import WHOLE
from mmseg_scr.reports.subjects import Pair


@pytest.fixture
def pairs(subjects):
    return [Pair(subjects[0], other) for other in subjects[1:]]


def table_of(section):
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    assert {len(row) for row in table.rows} == {len(table.columns)}
    return table


def test_every_difference_names_its_method_beside_it(subjects, pairs):
    section = of_scores.overall(subjects, pairs)
    assert table_of(section).columns == [
        'score',
        'base (mean ± sd of 2 seeds)',
        'ours (mean ± sd of 2 seeds)',
        '<script>',
        'ours − base, t over 2 seeds',
        'ours − base, bootstrap over images of seed 0',
        '<script> − base, bootstrap over images of the first training',
    ]
    note = section.blocks[1].text
    assert '"t over seeds"' in note
    assert '10,000 draws' in note
    alone = of_scores.overall(subjects[::2], pairs[1:])
    assert '"t over seeds"' not in alone.blocks[1].text


def test_values_are_means_over_seeds_and_differences_have_intervals(subjects, pairs):
    first = table_of(of_scores.overall(subjects, pairs)).rows[0]
    values = [WHOLE.of(result) for result in subjects[0].passes]
    mean = sum(values) / 2
    spread = abs(values[0] - values[1]) / 2**0.5
    assert first[0].text == 'mIoU'
    assert first[1].text == f'{mean:.2f} ± {spread:.2f}'
    assert first[1].value == pytest.approx(mean)
    assert first[4].text.startswith(f'{first[2].value - mean:+.2f} [')


def test_classes_have_a_row_each_and_sort(subjects, pairs):
    section = of_scores.by_class(subjects, pairs)
    table = table_of(section)
    assert table.sortable
    assert [row[0].text for row in table.rows] == ['road', 'pole', 'sky']
    assert table.columns[-2:] == [
        'ours − base, t over 2 seeds',
        '<script> − base, bootstrap over images of the first training',
    ]
    assert isinstance(section.blocks[-1], Picture)
    assert len(of_scores.by_class(subjects[:1], []).blocks) == 1


def test_borders_tell_band_and_interior_of_every_reach(subjects, pairs):
    table = table_of(of_scores.borders(subjects, pairs))
    names = [row[0].text for row in table.rows]
    assert names[:2] == ['mIoU within 1 px of a border', 'mIoU farther than 1 px from borders']
    assert len(names) == 12
    assert '% within 12 px' in table.caption


def test_kinds_of_errors_add_up_with_the_score(subjects, pairs):
    table = table_of(of_scores.errors(subjects, pairs))
    assert [row[0].text for row in table.rows][:2] == ['FP boundary', 'FN boundary']
    single = 3
    total = sum(row[single].value for row in table.rows)
    assert total + WHOLE.of(subjects[2].passes[0]) == pytest.approx(100)


def test_the_summary_says_whether_a_difference_is_resolved(subjects, pairs):
    lines = of_scores.summary(subjects, pairs)
    assert len(lines) == 2
    assert '(t over 2 seeds): it is' in lines[0]
    assert 'it is resolved.' in lines[1]
    (line,) = of_scores.summary(subjects[2:], [])
    assert line == f'mIoU in percent: <script> {WHOLE.of(subjects[2].passes[0]):.2f}.'
