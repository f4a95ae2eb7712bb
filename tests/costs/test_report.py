import csv
import json
from dataclasses import replace
from pathlib import Path

import cv2
import pytest

from mmseg_scr.costs.configs import ConfigCost, count_configs
from mmseg_scr.costs.count import Cost, ModelCost
from mmseg_scr.costs.published import PublishedRow
from mmseg_scr.costs.report import format_report, write_report

ROOT = Path(__file__).parents[2]
HEAD = Cost(2_000_000, 4_000_000_000, 500_000_000, 3_000_000_000)
BACKBONE = Cost(8_000_000, 6_000_000_000, 0, 6_000_000_000)
ROW = PublishedRow('', (512, 512), 10.0, 8.0, 45.25, 'Table IX', note='8.00 G cannot be met: why.')


def model(name, row=None, **parts):
    total = Cost(*(sum(getattr(p, k) for p in parts.values()) for k in Cost.__dataclass_fields__))
    return ConfigCost(name, {}, (512, 512), ModelCost(total, parts, training_only=7), row)


@pytest.fixture
def counted():
    only_miou = PublishedRow('', (512, 512), None, None, 44.0, 'Table X')
    return [
        model('one_a_x', ROW, backbone=BACKBONE, smoothing=HEAD),
        model('two_b_y', only_miou, backbone=BACKBONE, classifier=HEAD),
        model('three_c_z', replace(ROW, miou=None), backbone=BACKBONE),
    ]


def table(text):
    lines = [line for line in text.splitlines() if line.startswith('|')]
    header, _, *rows = ([cell.strip() for cell in line[1:-1].split('|')] for line in lines)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_a_row_holds_totals_parts_and_what_was_published(counted):
    first, second, third = table(format_report(counted))
    assert first == {
        'config': 'one_a_x (1)',
        'size': '512x512',
        'M': '10.00',
        'paper G': '10.00',
        'full G': '10.50',
        'backbone': '6.00',
        'smoothing': '4.00',
        'classifier': '-',
        'M published': '10.00',
        'M %': '+0.00',
        'count': 'paper',
        'G published': '8.00',
        'G %': '+25.00',
        'mIoU published': '45.2',
        'protocol': 'val',
        'source': 'Table IX',
    }
    assert (second['config'], second['M published'], second['G %']) == ('two_b_y', '-', '-')
    assert (second['smoothing'], second['mIoU published']) == ('-', '44.0')
    assert (third['mIoU published'], third['protocol']) == ('-', '-')


def test_a_footnote_is_printed_once_for_all_rows_that_it_is_about(counted):
    text = format_report(counted)
    assert text.splitlines()[-1] == '1. 8.00 G cannot be met: why.'
    assert text.count('cannot be met') == 1
    assert [row['config'] for row in table(text)] == ['one_a_x (1)', 'two_b_y', 'three_c_z (1)']


def test_parts_of_a_single_model_are_listed_with_their_counts_and_sum():
    text = format_report([model('one', backbone=BACKBONE, classifier=HEAD)])
    assert text.splitlines()[-4:] == [
        '| backbone | 8,000,000 | 6.00 | 6.00 | 6.00 |',
        '| classifier | 2,000,000 | 4.00 | 4.50 | 3.00 |',
        '| **total** | 10,000,000 | 10.00 | 10.50 | 9.00 |',
        '| training only | 7 | | | |',
    ]


def test_small_parts_show_two_digits():
    small = Cost(123, 456_789, 0, 99_000)
    text = format_report([model('one', backbone=small)])
    assert '| backbone | 123 | 0.00046 | 0.00046 | 0.000099 |' in text
    assert '| one | 512x512 | 0.00012 | 0.00046 | 0.00046 |' in text


def test_without_published_figures_their_columns_are_left_out():
    row, _ = table(
        format_report([model('one', backbone=BACKBONE), model('two', backbone=BACKBONE)])
    )
    assert list(row) == ['config', 'size', 'M', 'paper G', 'full G', 'backbone']


def test_files_hold_the_table_all_exact_numbers_and_two_pictures(counted, tmp_path):
    files = write_report(tmp_path / 'new', counted)
    names = ['table.md', 'table.csv', 'costs.json', 'costs_by_part.png', 'accuracy_cost.png']
    assert [file.name for file in files] == names
    assert files[0].read_text() == format_report(counted) + '\n'
    first, second, _ = csv.DictReader(files[1].open())
    assert (first['config'], first['note']) == ('one_a_x', ROW.note)
    assert (second['smoothing'], second['classifier'], second['note']) == ('', '4.00', '')
    record = json.loads(files[2].read_text())[0]
    head = {'paper': HEAD.paper, 'full': 4_500_000_000, 'executed': HEAD.executed}
    assert record['parts']['smoothing'] == {'parameters': HEAD.parameters, **head}
    assert record['total']['parameters'] == 10_000_000
    assert record['training_only'] == 7
    assert record['published']['miou'] == 45.25
    assert all(cv2.imread(str(picture)).std() > 10 for picture in files[3:])


def test_documentation_prints_the_table_of_the_contexts():
    text = (ROOT / 'docs' / 'complexity.md').read_text()
    names = ('multistage', 'ppm', 'dappm', 'ccam', 'dam')
    file = 'scr-context-{}_mscan-s_4xb4-adam-112k_cityscapes-1024x1024.py'
    counted = count_configs([ROOT / 'configs' / 'ablation' / file.format(name) for name in names])
    lines = [line for line in format_report(counted).splitlines() if line.startswith('|')]
    assert '\n'.join(lines) in text


@pytest.mark.parametrize('picture', ['costs_by_part', 'accuracy_cost'])
def test_documentation_shows_the_pictures(picture):
    assert f'](images/{picture}.png)' in (ROOT / 'docs' / 'complexity.md').read_text()
