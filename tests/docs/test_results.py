"""The page of results says what the committed records say."""

import re
from pathlib import Path

import pytest

from mmseg_scr.runs.records import read_records

DOCS = Path(__file__).parents[2] / 'docs'
PAGE = (DOCS / 'results.md').read_text()
FILES = sorted((DOCS / 'results').glob('*.jsonl'))
DECISIONS = {record.title: record for record in read_records(DOCS / 'results/decisions.jsonl')}
ROWS = {
    'baseline': 'street-baseline',
    '+ CRM': 'street-crm',
    '+ CRM and SRM': 'street-both',
}
COLUMNS = ('mIoU', 'boundary/mIoU_w1', 'boundary/mIoU_w2', 'boundary/mIoU_interior_w2')


@pytest.mark.parametrize('file', FILES, ids=lambda p: p.stem)
def test_records_are_read_and_name_no_folder_of_a_machine(file):
    assert read_records(file)
    assert not re.search(r'"/[a-z]+/', file.read_text())


@pytest.mark.parametrize(('label', 'title'), ROWS.items())
def test_row_of_a_decision_is_that_of_its_record(label, title):
    row = re.search(rf'^\| {re.escape(label)} \|(.+)\|$', PAGE, re.MULTILINE)
    record = DECISIONS[title]
    values = [record.curves['mIoU'][1][-1], *(record.metrics[name] for name in COLUMNS)]
    assert [cell.strip() for cell in row[1].split('|')] == [f'{value:.2f}' for value in values]


def test_sentences_say_what_the_records_say():
    record = DECISIONS['camvid-both']
    curve = {name.rpartition('/')[2]: points[1][-1] for name, points in record.curves.items()}
    path = 'diagnostics/decode_head.context.spatial_attention'
    largest, entropy = (
        record.curves[f'{path}/{name}'][1][-1] for name in ('largest_weight', 'entropy')
    )
    text = ' '.join(PAGE.split())
    assert f'**{record.metrics["mIoU"]:.2f} mIoU**' in text
    assert f'{record.metrics["boundary/mIoU_w1"]:.2f} in the band of 1 pixel' in text
    assert f'largest weight {largest:.2f} of 180 positions, entropy {entropy:.2f}' in text
    assert f"factors' spread {curve['factor_std']:.2f}" in text
    unweighted = DECISIONS['street-unweighted-baseline'].curves['mIoU'][1][-1]
    assert f'it stood at {unweighted:.2f} on val without them' in text
