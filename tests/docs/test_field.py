"""The page of the field's parts says what the committed records say."""

import re
from functools import cache
from pathlib import Path

import pytest
from mmengine.config import Config

from mmseg_scr.costs.configs import count_configs
from mmseg_scr.runs.ablation import write_tables
from mmseg_scr.runs.numbers import numbers
from mmseg_scr.runs.records import read_records
from mmseg_scr.runs.statistics import paired_difference

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / 'docs/field.md').read_text()
TEXT = ' '.join(PAGE.split())
BOTH = 'scr-contrast-off'
BASELINES = dict(aligner=BOTH, context=BOTH, classifier='scr')
FIELD = Config.fromfile(ROOT / 'configs/studies/rows.py', import_custom_modules=False).field
METRICS = {
    'street_scenes': ['mIoU', 'boundary/mIoU_w1', 'boundary/mIoU_interior_w2'],
    'camvid': ['mIoU', 'boundary/mIoU_w3', 'boundary/mIoU_interior_w3'],
}

WITHOUT = dict(aligner='baseline-context-crm', context='baseline-aligner-srm')  # the plain part
FIRST_TABLES = {'aligner': 'Upsamplers', 'context': 'Contexts', 'classifier': 'Classifier'}
BANDS = {'street_scenes': 'boundary/mIoU_w1', 'camvid': 'boundary/mIoU_w3'}


@cache
def records_of(study):
    return read_records(ROOT / f'docs/results/{study}.jsonl')


def parts_of_first_table(slot):
    """(Name, config, cells by the heads of their columns) of each row."""
    section = PAGE.partition(f'\n## {FIRST_TABLES[slot]}\n')[2].partition('\n## ')[0]
    head, _, *rows = re.findall(r'^\|.+\|$', section.partition('\n\n- ')[0], re.MULTILINE)
    heads = [cell.strip() for cell in head.strip('|').split('|')]
    for row in rows:
        cells = [cell.strip() for cell in row.strip('|').split('|')]
        if len(cells) == len(heads) and (link := re.fullmatch(r'\[(.+)\]\(\.\./(.+)\)', cells[0])):
            yield link[1], ROOT / link[2], cells, heads


FIRST_ROWS = [(slot, *row) for slot in FIRST_TABLES for row in parts_of_first_table(slot)]


def each_row(rows):
    names = ('slot', 'name', 'config', 'cells', 'heads')
    return pytest.mark.parametrize(names, rows, ids=[row[1] for row in rows])


def test_first_tables_have_every_part_of_the_field():
    named = {f'{slot}-{name.lower()}' for slot, name, *_ in FIRST_ROWS}
    assert {title.removeprefix(f'{BOTH}-').removeprefix('scr-') for title in FIELD} <= named


@each_row(FIRST_ROWS)
def test_costs_of_the_first_tables_are_those_that_are_counted(slot, name, config, cells, heads):
    (counted,) = count_configs([config])
    parts = [cost for label, cost in counted.cost.parts.items() if label.startswith(slot)]
    found = dict(zip(heads, cells, strict=True))
    assert float(found['M']) == pytest.approx(sum(x.parameters for x in parts) / 1e6, abs=6e-4)
    assert float(found['G']) == pytest.approx(sum(x.paper for x in parts) / 1e9, abs=6e-3)
    if 'products, G' in found:
        products = sum(x.products for x in parts) / 1e9
        assert float(found['products, G']) == pytest.approx(products, abs=6e-3)


@each_row([row for row in FIRST_ROWS if row[0] in WITHOUT])
def test_gains_of_the_first_tables_are_those_of_the_records(slot, name, config, cells, heads):
    title = BOTH if name in ('SRM', 'CRM') else f'{BOTH}-{slot}-{name.lower()}'
    expected = []
    for study, band in BANDS.items():
        records = records_of(study)
        ours, plain = (
            {record.seed: numbers(record) for record in records if record.title == which}
            for which in (title, WITHOUT[slot])
        )
        for metric in ('mIoU', band):
            pairs = [(plain[seed][metric], ours[seed][metric]) for seed in ours if seed in plain]
            difference = paired_difference(*zip(*pairs, strict=True)) if pairs else None
            text = str(difference).removesuffix(', one seed') if pairs else ''
            expected.append(f'**{text}**' if pairs and difference.resolved else text)
    first = heads.index('drawn scenes: mIoU')
    assert cells[first : first + 4] == expected


def shown(study, slot):
    """The table of a study below its mark, and the titles of its rows."""
    found = re.search(rf'<!-- {study} {slot} -->\n\n((\|.*\n)+)', PAGE)
    return found[1].rstrip('\n'), re.findall(r'^\| ([\w-]+) \| \d', found[1], re.MULTILINE)


def tables():
    return re.findall(r'<!-- (\w+) (\w+) -->', PAGE)


def test_there_are_tables_of_each_slot():
    assert {slot for _, slot in tables()} == {*BASELINES}


@pytest.mark.parametrize(('study', 'slot'), tables())
def test_table_is_made_of_the_records(study, slot, tmp_path):
    table, titles = shown(study, slot)
    records = records_of(study)
    expected = write_tables(
        tmp_path, records, baseline=BASELINES[slot], metrics=METRICS[study], only=titles
    )
    assert table == expected.split('\n\n')[0]


@pytest.mark.parametrize(('study', 'slot'), tables())
def test_every_part_of_the_field_that_was_trained_has_its_row(study, slot):
    trained = {record.title for record in records_of(study)}
    due = [title for title in FIELD if f'-{slot}-' in title and title in trained]
    assert set(due) <= set(shown(study, slot)[1])


def test_every_difference_that_is_resolved_is_in_the_text_and_no_other():
    said = TEXT.partition('What three seeds of each show')[2].partition('- **Not told apart**')[0]
    of_parts = re.compile(
        r'^\| (scr-contrast-off-(?:aligner|context)-\w+) \| 3 (.+)\|$', re.MULTILINE
    )
    cells = [cell for row in of_parts.findall(PAGE) for cell in row[1].split('|')[-4:-1]]
    differences = [re.search(r'\((\S+ \[.+?\])(, within noise)?\)', cell) for cell in cells]
    assert f'of {len(cells)} such intervals' in said
    resolved = [found[1] for found in differences if not found[2]]
    assert sorted(re.findall(r'[+-]\S+ \[.+?\]', said)) == sorted(resolved)


def test_what_ocr_changes_is_what_its_row_says():
    said = re.search(r'- \*\*OCR\*\* .+?: (.+?) in mIoU, (.+?) in the band', TEXT)
    row = re.search(r'^\| scr-classifier-ocr \| 3 (.+)\|$', PAGE, re.MULTILINE)[1]
    differences = re.findall(r'\((\S+ \[.+?\])[,)]', row)
    assert list(said.groups()) == differences[:2]


def test_what_one_seed_shows_is_what_the_records_say():
    records = records_of('camvid')
    scores = {record.title: numbers(record) for record in records if record.seed == 0}

    def beside(*parts, metric='mIoU'):
        """Differences to SRM and CRM as the text lists them."""
        found = [f'{scores[part][metric] - scores[BOTH][metric]:+.2f}' for part in parts]
        return ' and '.join(', '.join(found).rsplit(', ', 1))

    sapa, dappm, fade = f'{BOTH}-aligner-sapa', f'{BOTH}-context-dappm', f'{BOTH}-aligner-fade'
    below = f'{beside(sapa, dappm)} mIoU, {beside(sapa, dappm, metric="boundary/mIoU_w3")} in the'
    above = [f'{BOTH}-aligner-fam', f'{BOTH}-context-ccam', f'{BOTH}-context-ppm']
    assert below in TEXT
    assert f'are not here: {beside(*above)} mIoU' in TEXT
    assert f'stands at {beside("baseline-aligner-srm")} from this seed' in TEXT
    assert f'of the upsamplers on both, by {beside(fade)} here' in TEXT
    upsamplers = [title for title in scores if title.startswith(f'{BOTH}-aligner')]
    assert max([BOTH, *upsamplers], key=lambda title: scores[title]['mIoU']) == fade
