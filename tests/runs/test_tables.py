import csv
import io
import re
from dataclasses import replace

import pytest
from builders.records import STUDY, runs

from mmseg_scr.runs.columns import Choice
from mmseg_scr.runs.rows import summarize
from mmseg_scr.runs.statistics import BootstrapDifference
from mmseg_scr.runs.tables import format_csv, format_images_csv, format_latex, format_markdown

MAIN = Choice('table', ('mIoU',), is_main=True)


def markdown(records, choice=MAIN):
    rows = summarize(records, baseline='base', metrics=choice.metrics)
    return format_markdown(rows, choice, baseline='base')


def over_images():
    base, better = summarize(STUDY, baseline='base')
    pairs = {seed: BootstrapDifference(seed, seed - 1, seed + 1, 40, 0.1, 0.2) for seed in (2, 3)}
    return [base, replace(better, images=pairs)]


def test_markdown_says_what_is_within_noise():
    text = markdown(STUDY)
    assert '| base | 3 | cpu | 1.500 | 2.500 | 0.250 | - | 51.00 ± 1.00 |' in text
    assert '51.83 ± 0.60 (+0.83 [-0.17, +1.84], within noise) |' in text
    resolved = [*runs('base', [50.0, 52.0, 51.0]), *runs('sure', [51.0, 53.1, 51.9])]
    assert 'noise) |' not in markdown(resolved)


def test_one_pair_has_no_interval():
    assert '51.00 (+1.00, one seed) |' in markdown([*runs('base', [50.0]), *runs('more', [51.0])])


def test_losses_have_three_digits():
    records = [replace(r, curves={'loss': [[1], [r.metrics['mIoU'] / 100]]}) for r in STUDY]
    text = markdown(records, Choice('table', ('last_loss',)))
    assert '| _better | 3 | 0.518 ± 0.006 (+0.008 [-0.002, +0.018], within noise) |' in text


def test_single_classes_have_no_interval():
    records = [replace(r, metrics={'IoU': {'pole': r.metrics['mIoU']}}) for r in STUDY]
    text = markdown(records, Choice('classes', ('IoU/pole',), classes=True))
    assert '| _better | 3 | 51.83 ± 0.60 (+0.83) |' in text
    assert 'of many classes, chance alone' in text


def test_the_interval_over_images_names_the_seed_of_its_first_pair():
    lines = format_markdown(over_images(), MAIN, baseline='base').splitlines()
    assert lines[0].endswith('| mIoU | mIoU over images |')
    assert lines[2].endswith('| - |')
    assert lines[3].endswith('| +2.00 [+1.00, +3.00] (seed 2) |')
    assert lines[-2].startswith('"mIoU over images" asks another question')


def test_a_method_without_the_metric_has_a_dash():
    text = markdown([*STUDY, *(replace(r, metrics={}) for r in runs('none', [0.0]))])
    assert '| none | 1 | cpu | 1.500 | 2.500 | 0.250 | - | - |' in text


def test_csv_holds_every_value():
    rows = [*csv.DictReader(io.StringIO(format_csv(summarize(STUDY, baseline='base'))))]
    assert rows[1]['values'] == '51.2 52.4 51.9'
    assert float(rows[1]['low']) == pytest.approx(-0.170619, abs=1e-6)
    assert rows[0]['difference'] == ''


def test_csv_of_images_holds_every_pair():
    rows = [*csv.DictReader(io.StringIO(format_images_csv(over_images())))]
    assert [row['seed'] for row in rows] == ['2', '3']
    assert rows[1] == dict(
        method='_better', seed='3', difference='3', low='2', high='4', images='40', opposite='0.1',
        lost='0.2',
    )  # fmt: skip


def test_names_with_the_sign_of_a_column_are_one_cell():
    records = [replace(r, metrics={'IoU': {'a|b': r.metrics['mIoU']}}) for r in STUDY]
    header, ruler, *_ = markdown(records, Choice('classes', ('IoU/a|b',), classes=True)).split('\n')
    assert r'| IoU/a\|b |' in header
    assert len(re.findall(r'(?<!\\)\|', header)) == ruler.count('|')


def test_latex_escapes_names():
    text = format_latex(summarize(STUDY, baseline='base'), MAIN)
    assert r'\_better & 3 & cpu &' in text
    assert r'51.00 $\pm$ 1.00 \\' in text
    assert r'\begin{tabular}{lrrrrrrr}' in text
    odd = [replace(r, title=r'R\D #1 {c$^x~') for r in STUDY[:3]]
    text = format_latex(summarize(odd, baseline=odd[0].title), MAIN)
    assert r'R\textbackslash{}D \#1 \{c\$\textasciicircum{}x\textasciitilde{} & ' in text
