"""The page of results says what the committed records say."""

import csv
import json
import re
from pathlib import Path
from statistics import stdev

import pytest
from mmengine.config import Config

from mmseg_scr.probes.knockouts import KNOCKOUTS
from mmseg_scr.runs.ablation import prepare_jobs, write_tables
from mmseg_scr.runs.numbers import numbers
from mmseg_scr.runs.plan import read_plan
from mmseg_scr.runs.records import config_digest, read_records
from mmseg_scr.runs.repeatable import repeatable
from mmseg_scr.runs.statistics import paired_difference
from mmseg_scr.weights import list_weights

DOCS = Path(__file__).parents[2] / 'docs'
CONFIGS = DOCS.parent / 'configs'
PAGE = (DOCS / 'results.md').read_text()
TEXT = ' '.join(PAGE.split())
FILES = sorted((DOCS / 'results').glob('*.jsonl'))
DECISIONS = {record.title: record for record in read_records(DOCS / 'results/decisions.jsonl')}
ROWS = {
    'baseline': 'street-baseline',
    '+ CRM': 'street-crm',
    '+ CRM and SRM': 'street-both',
}
STUDIES = [file.stem for file in FILES if (DOCS / 'results' / file.stem).is_dir()]
MAIN = {  # metrics of the table on the page
    'street_scenes': ['mIoU', 'boundary/mIoU_w1', 'boundary/mIoU_w2', 'boundary/mIoU_interior_w2'],
    'camvid': ['mIoU', 'boundary/mIoU_w1', 'boundary/mIoU_w3', 'boundary/mIoU_interior_w3'],
}
BOTH, SRM, CRM = 'scr-contrast-off', 'baseline-aligner-srm', 'baseline-context-crm'
RECIPE = 'mscan-nano_1xb4-adamw-2500_street-scenes-96x192'
LITERAL = 'scr-contrast-off-form-literal'
OTHERS = {  # row of a study -> what stands before its gain in the list of the other rows
    'scr-classifier-contextaware': 'context-aware',
    'scr-classifier-ocr': 'OCR',
    'segnext': 'on the same backbone:',
    'frmseg': '**FRMSeg**:',
    LITERAL: 'has',
    **{
        f'{BOTH}-aligner-{name.lower()}': name
        for name in ('FAM', 'AlignFA', 'CARAFE', 'DySample', 'FADE', 'SAPA', 'FreqFusion')
    },
    **{
        f'{BOTH}-context-{name.lower()}': name
        for name in ('PPM', 'DAPPM', 'CCAM', 'DAM', 'Hamburger', 'ASPP', 'RCM')
    },
    f'{BOTH}-context-multistage': 'multi-stage',
}
COLUMNS = ('mIoU', 'boundary/mIoU_w1', 'boundary/mIoU_w2', 'boundary/mIoU_interior_w2')


@pytest.mark.parametrize('file', FILES, ids=lambda p: p.stem)
def test_records_are_read_and_name_no_folder_of_a_machine(file):
    assert read_records(file)
    assert not re.search(r'"/[a-z]+/', file.read_text())


@pytest.mark.parametrize('study', STUDIES)
def test_the_records_of_a_study_are_all_runs_of_its_plan(study, tmp_path):
    jobs = prepare_jobs(read_plan(CONFIGS / f'studies/{study}.py'), tmp_path)
    planned = {(job.title, job.seed): job.digest for job in jobs}
    assert planned == {(run.title, run.seed): run.digest for run in records_of(study)}


@pytest.mark.parametrize(
    ('title', 'config', 'contrast'),
    [
        ('street-both', BOTH, {}),
        ('street-contrast', 'scr', dict(loss_weight=1.0)),
        ('street-contrast-weak', 'scr', {}),
        ('street-contrast-late', 'scr', dict(warmup_iters=1250)),
        ('street-contrast-finest', 'scr', dict(in_index=[0])),
    ],
)
def test_a_config_with_options_trains_what_decided(title, config, contrast, tmp_path):
    config = Config.fromfile(CONFIGS / f'demo/{config}_{RECIPE}.py')
    config.merge_from_dict({f'model.decode_head.contrast.{k}': v for k, v in contrast.items()})
    (record,) = (record for record in records_of('contrast') if record.title == title)
    assert record.digest == config_digest(repeatable(config, 'x', record.seed, tmp_path))


def test_configs_of_shipped_models_train_what_their_records_are_of(tmp_path):
    for card in list_weights():
        config = Config.fromfile(CONFIGS / card.config)
        records = [*records_of('shipped'), *records_of('enlarged')]
        digest = config_digest(repeatable(config, 'x', 0, tmp_path))
        assert digest in {record.digest for record in records}, card.name


@pytest.mark.parametrize(('label', 'title'), ROWS.items())
def test_row_of_a_decision_is_that_of_its_record(label, title):
    _, _, decisions = PAGE.partition('## What decided the defaults')
    row = re.search(rf'^\| {re.escape(label)} \|(.+)\|$', decisions, re.MULTILINE)
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
    assert f'**{record.metrics["mIoU"]:.2f} mIoU**' in TEXT
    assert f'{record.metrics["boundary/mIoU_w1"]:.2f} in the band of 1 pixel' in TEXT
    assert (
        f'largest weight {largest:.2f} of 64 positions (of a training crop), entropy {entropy:.2f}'
        in TEXT
    )
    assert f"factors' spread {curve['factor_std']:.2f}" in TEXT
    unweighted = DECISIONS['street-unweighted-baseline'].curves['mIoU'][1][-1]
    assert f'it stood at {unweighted:.2f} on val without them' in TEXT


def records_of(study):
    return read_records(DOCS / f'results/{study}.jsonl')


def scores_of(study):
    """(Row, seed) -> mIoU."""
    return {(record.title, record.seed): numbers(record)['mIoU'] for record in records_of(study)}


def cells(file):
    """Texts of a CSV file, and its numbers."""
    number = re.compile(r'-?\d+(\.\d+)?(e-?\d+)?')
    found = [cell for row in csv.reader(file.read_text().splitlines()) for cell in row]
    values = [part for cell in found for part in cell.split()]  # of all seeds in one cell
    return (
        [text for text in values if not number.fullmatch(text)],
        [float(text) for text in values if number.fullmatch(text)],
    )


def test_a_study_has_its_tables():
    assert 'street_scenes' in STUDIES


@pytest.mark.parametrize('study', STUDIES)
def test_tables_of_a_study_are_those_of_its_records(study, tmp_path):
    write_tables(tmp_path, records_of(study), baseline='baseline')
    committed = DOCS / 'results' / study
    assert {file.name for file in committed.iterdir()} == {file.name for file in tmp_path.iterdir()}
    for made in tmp_path.iterdir():
        if made.suffix in ('.md', '.tex'):
            assert made.read_text() == (committed / made.name).read_text()
        if made.suffix == '.csv':
            (texts, values), (same, close) = cells(made), cells(committed / made.name)
            assert texts == same
            assert values == pytest.approx(close, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize('study', STUDIES)
def test_page_shows_the_main_table_of_a_study(study, tmp_path):
    records = records_of(study)
    table = write_tables(tmp_path, records, baseline='baseline', metrics=MAIN[study])
    rows, *_ = table.split('\n\n')
    assert rows in PAGE


@pytest.mark.parametrize(
    ('label', 'title'),
    [
        ('SRM alone', 'baseline-aligner-srm'),
        ('CRM alone', 'baseline-context-crm'),
        ('SRM and CRM', 'scr-contrast-off'),
        ('With the contrast', 'scr'),
    ],
)
def test_what_the_seeds_show_is_what_the_table_says(label, title):
    for study, seeds in (('street_scenes', 5), ('camvid', 3)):
        section = PAGE.partition(f'<!-- {study} -->')[2].partition('\n## ')[0]
        found = r'(\S+ \[.+?\])'
        said = re.search(rf'^- \*\*{label}\*\*: {found}; {found}; {found}\.', section, re.MULTILINE)
        row = re.search(rf'^\| {title} \| {seeds} \|(.+)\|$', section, re.MULTILINE)
        cells = row[1].split('|')[5:8]
        assert list(said.groups()) == [re.search(rf'\({found}', cell)[1] for cell in cells]


BAND, INSIDE = 'boundary/mIoU_w{}', 'boundary/mIoU_interior_w{}'


@pytest.mark.parametrize(
    ('study', 'title', 'beside', 'more', 'less', 'sentence'),
    [
        (
            'street_scenes',
            SRM,
            'baseline',
            BAND.format(1),
            INSIDE.format(1),
            'of the band, is {}, for',
        ),
        (
            'street_scenes',
            SRM,
            'baseline',
            BAND.format(2),
            INSIDE.format(2),
            'for 2 pixels {}. CRM',
        ),
        ('street_scenes', LITERAL, BOTH, BAND.format(1), None, 'seeds of the study: {} beside the'),
        ('camvid', BOTH, 'baseline', BAND.format(3), INSIDE.format(3), 'outside of it, by {}.'),
        ('camvid', BOTH, CRM, 'mIoU', None, 'added to CRM it gains {}, and'),
        ('camvid', BOTH, CRM, BAND.format(3), None, 'and {} in the band of 3 pixels. CRM'),
        ('camvid', LITERAL, BOTH, 'mIoU', None, 'in CRM** stands at {} mIoU beside the default'),
        ('camvid', LITERAL, BOTH, BAND.format(3), None, 'the default, at {} in the band of 3'),
        ('camvid', 'scr', BOTH, BAND.format(1), None, 'without it, {} in the band of 1 pixel'),
        ('camvid', 'scr', BOTH, 'mIoU', None, 'in the band of 1 pixel, with {} mIoU'),
        ('camvid', 'scr', BOTH, BAND.format(3), None, 'mIoU and {} in that of 3'),
        ('street_scenes', BOTH, SRM, 'mIoU', None, 'adds to SRM is not resolved: {} mIoU'),
    ],
)
def test_differences_in_sentences_are_those_of_the_records(
    study, title, beside, more, less, sentence
):
    values = {}
    for record in records_of(study):
        metrics = numbers(record)
        values[record.title, record.seed] = metrics[more] - (metrics[less] if less else 0)
    seeds = [seed for name, seed in values if name == title]
    found = paired_difference(*([values[name, seed] for seed in seeds] for name in (beside, title)))
    assert sentence.format(f'{found.mean:+.2f} [{found.low:+.2f}, {found.high:+.2f}]') in TEXT


@pytest.mark.parametrize('study', STUDIES)
def test_other_rows_of_a_list_are_those_of_the_records(study):
    section = PAGE.partition(f'<!-- {study} -->')[2].partition('\n## ')[0]
    said = ' '.join(section.partition('\nThe other rows')[2].split())
    runs = scores_of(study)
    for title, label in OTHERS.items():
        gains = [runs[row, seed] - runs['baseline', seed] for row, seed in runs if row == title]
        gain = f'{sum(gains) / len(gains):+.2f}'
        assert re.search(rf'(?<!\w){re.escape(label)} {re.escape(gain)}(?!\d)', said), (title, gain)


def test_saturation_of_the_literal_form_is_that_of_its_records():
    curves = [record.curves for record in records_of('camvid') if record.title == LITERAL]
    path = 'diagnostics/decode_head.context.'
    spread = [c[f'{path}spatial_attention/logit_spread'][1][-1] for c in curves]
    saturated = [c[f'{path}channel_attention/factor_saturated'][1][-1] for c in curves]
    said = '{:,.0f}, {:,.0f} and {:,.0f}'.format(*(round(value, -3) for value in spread))
    assert f'logits that spread by {said}, and {min(saturated):.0%} '.replace('%', ' %') in TEXT
    assert all(c[f'{path}spatial_attention/largest_weight'][1][-1] > 0.99 for c in curves)


def test_parts_of_the_literal_form_are_those_of_their_records():
    runs = {r.title: (numbers(r), r.curves) for r in records_of('camvid') if r.seed == 0}

    def beside(title, base, *metrics):
        differences = (runs[title][0][name] - runs[base][0][name] for name in metrics)
        return '; '.join(f'{value:+.2f}' for value in differences)

    dot, factors, stages = (
        f'{BOTH}-{part}' for part in ('similarity-dot', 'factornorm-off', 'stagenorm-off')
    )
    both = ('mIoU', BAND.format(3))
    context = 'diagnostics/decode_head.context.'
    saturated = runs[factors][1][f'{context}channel_attention/factor_saturated'][1][-1]
    assert (
        f'three together have {beside(LITERAL, BOTH, *both)}): bare products '
        f'{beside(dot, BOTH, *both)}, one-hot again; factors as they are '
        f'{beside(factors, BOTH, *both)}, of which {100 * saturated:.0f} % are saturated; stages '
        f'as they are {beside(stages, BOTH, *both)}.'
    ) in TEXT
    assert runs[dot][1][f'{context}spatial_attention/largest_weight'][1][-1] > 0.99
    assert (
        f'bare products {beside(dot, "baseline", "mIoU")}, factors as they are '
        f'{beside(factors, "baseline", "mIoU")}, stages as they are '
        f'{beside(stages, "baseline", "mIoU")}.'
    ) in TEXT


def test_spread_of_single_seeds_is_that_of_the_rows_of_table_1():
    runs = scores_of('camvid')
    spreads = [
        stdev(runs[title, seed] - runs['baseline', seed] for seed in range(3))
        for title in (SRM, CRM, BOTH, 'scr')
    ]
    assert f'deviations of {min(spreads):.1f} to {max(spreads):.1f} mIoU' in TEXT


@pytest.mark.parametrize(
    ('row', 'title'),
    [('baseline', 'baseline'), ('+ SRM', SRM), ('+ CRM', CRM), ('+ both', BOTH)],
)
def test_rows_beside_the_papers_are_those_of_the_studies(row, title):
    cells = re.search(rf'^\| {re.escape(row)} \| 8.+$', PAGE, re.MULTILINE)[0].split(' | ')[2:]
    for cell, study in zip(cells, ('street_scenes', 'camvid'), strict=True):
        runs = {seed: {} for seed in range(5)}
        for record in records_of(study):
            runs[record.seed][record.title] = numbers(record)['mIoU']
        pairs = [(run[title], run['baseline']) for run in runs.values() if title in run]
        mean, base = (sum(values) / len(pairs) for values in zip(*pairs, strict=True))
        gain = '' if title == 'baseline' else f' ({mean - base:+.2f})'
        assert cell.removesuffix(' |') == f'{mean:.2f}{gain}'


def test_differences_in_the_readme_are_those_of_the_page():
    readme = ' '.join((DOCS.parent / 'README.md').read_text().split())
    said = re.findall(r'[+-]\d\.\d\d \[[^]]+\]', readme)
    assert len(said) == 9
    assert all(difference in TEXT for difference in said)


def test_what_the_contrast_costs_without_class_weights_is_what_the_records_say():
    runs = {record.title: numbers(record) for record in records_of('contrast')}

    def cost(without, contrast, metric='mIoU'):
        return f'{runs[without][metric] - runs[contrast][metric]:.2f}'

    unweighted = 'street-unweighted-both', 'street-unweighted-contrast-weak'
    poles = runs[unweighted[0]]['IoU/pole']
    assert (
        f"{cost(*unweighted)} mIoU and {cost(*unweighted, 'IoU/pole')} of the poles' {poles:.2f}"
    ) in TEXT
    assert f'costs {cost("street-both", "street-contrast-weak")} from that seed' in TEXT


def test_attempts_at_the_goal_and_what_stands_in_the_way_are_in_the_records():
    band = BAND.format(1)
    scores = {record.title: numbers(record)[band] for record in records_of('contrast')}
    baseline = scores['street-baseline']
    assert f'the baseline ({baseline:.2f})' in TEXT
    for words, title in {
        'SRM and CRM stand {}': 'street-both',
        'a tenth of the rate {}': 'street-offsets-slow',
        'standardised means {}': 'street-adaptive',
        'weight 0.1 {}': 'street-contrast-weak',
        'with 1 {}': 'street-contrast',
        'the middle on {}': 'street-contrast-late',
        'map alone {}': 'street-contrast-finest',
    }.items():
        assert words.format(f'{scores[title] - baseline:+.2f}') in TEXT
    found = {name: [] for name in ('baseline', BOTH)}
    for record in records_of('street_scenes'):
        if record.title in found:
            found[record.title].append(numbers(record))
    kinds = ('error/mFP_boundary', 'error/mFN_boundary')
    wrong, wrong_of_both = (
        sum(run[kind] for run in runs for kind in kinds) / len(runs) for runs in found.values()
    )
    lost = 100 - sum(run['mIoU'] for run in found['baseline']) / len(found['baseline'])
    assert f'Of the {lost:.2f} % of the union that the baseline has wrong, {wrong:.2f} are' in TEXT
    assert f'SRM and CRM take {wrong - wrong_of_both:.2f} of them away' in TEXT
    large, small = (
        next(numbers(r)[band] for r in records_of(study) if (r.title, r.seed) == ('baseline', 0))
        for study in ('enlarged', 'camvid')
    )
    assert f'in the band of 1 pixel ({large - small:+.2f}) than' in TEXT


def test_what_the_parts_add_at_twice_the_size_is_what_the_two_records_say():
    found = {record.title: numbers(record) for record in records_of('enlarged')}
    baseline, both = found['baseline'], found[BOTH]
    gain = {name: both[name] - baseline[name] for name in both if name in baseline}
    assert f'the parts have {gain["mIoU"]:+.2f} mIoU and {gain["boundary/mIoU_w3"]:+.2f} in' in TEXT
    assert f'pedestrians lose {-gain["IoU/pedestrian"]:.2f}.' in TEXT
    small = scores_of('camvid')
    of_size = [
        large['mIoU'] - small[title, 0] for title, large in (('baseline', baseline), (BOTH, both))
    ]
    assert (
        'gives the baseline {:.2f} mIoU from this seed, and SRM and CRM {:.2f}'.format(*of_size)
        in TEXT
    )


def test_what_the_contrast_takes_from_thin_classes_is_in_the_table_of_classes():
    rows = (DOCS / 'results/street_scenes/classes.md').read_text()
    row = re.search(r'^\| scr \|.+$', rows, re.MULTILINE)[0]
    lost = re.search(r'poles lose (\S+), signs (\S+), people (\S+) and riders (\S+) of', TEXT)
    assert all(f'(-{value})' in row for value in lost.groups())


@pytest.mark.parametrize(
    ('iterations', 'title', 'width', 'classes'),
    [
        (3300, 'baseline', 3, ('pole', 'sign', 'pedestrian')),
        (3300, 'scr-contrast-off', 3, ('pole', 'sign', 'pedestrian')),
        (10000, 'baseline', 2, ('pole', 'sign', 'person')),
        (10000, 'scr-contrast-off', 2, ('pole', 'sign', 'person')),
    ],
)
def test_row_of_a_shipped_model_is_that_of_its_record(iterations, title, width, classes):
    records = [*records_of('shipped'), *records_of('enlarged')]
    found = {(record.iterations, record.title): record for record in records}
    record = found[iterations, title]
    names = ['mIoU', 'boundary/mIoU_w1']
    names += [f'boundary/mIoU_w{width}', f'boundary/mIoU_interior_w{width}']
    values = [record.metrics[name] for name in names]
    values += [record.metrics['IoU'][name] for name in classes]
    assert f'| {" | ".join(f"{value:.2f}" for value in values)} |' in PAGE


def test_sentences_on_single_decisions_say_what_their_records_say():
    ends = {record.title: record.curves['mIoU'][1][-1] for record in records_of('contrast')}
    names = ('street-both', 'street-contrast-weak', 'street-contrast')
    without, weak, full = (f'{ends[name]:.2f}' for name in names)
    assert f'end at {without} on val without it, at {weak} with a weight of 0.1' in TEXT
    assert f"and at {full} with the paper's weight of 1" in TEXT
    slow = f'{ends["street-offsets-slow"]:.2f}'
    assert f'A tenth of it ends at {slow} on val, against {without}' in TEXT
    late, finest = (f'{ends[f"street-contrast-{name}"]:.2f}' for name in ('late', 'finest'))
    assert f'`street-contrast-late`) they end at {late}, and' in TEXT
    assert f'`street-contrast-finest`) at {finest}.' in TEXT
    starts = {
        (record.title, record.seed): f'{record.curves["mIoU"][1][-1]:.2f}'
        for record in records_of('feed_forward')
    }
    torchs = [starts['street-feed-forward', seed] for seed in (100, 101)]
    zeros = [without, starts['street-both', 101]]
    assert f'end at {" and ".join(torchs)} on val, against {" and ".join(zeros)} (seeds' in TEXT
    adaptive = f'{ends["street-adaptive"]:.2f}'
    assert f'ends at {adaptive} mIoU on val against {without}' in TEXT


def knockouts(name):
    """Part -> mIoU and IoU at borders without it, less those of the whole model."""
    whole, *parts = json.loads((DOCS / f'results/knockouts/{name}.json').read_text())['parts']
    return {
        part['name']: [part['scores'][key] - whole['scores'][key] for key in whole['scores']]
        for part in parts
    }


@pytest.mark.parametrize('part', [name for name in KNOCKOUTS if name != 'aligners'])
def test_row_of_a_part_that_is_left_out_is_that_of_its_files(part):
    _, _, text = PAGE.partition('## What the parts of a trained model do')
    row = re.search(rf'^\| {re.escape(KNOCKOUTS[part].what)} \|(.+)\|$', text, re.MULTILINE)
    seeds = [knockouts(f'street_scenes_scr-contrast-off_seed-{seed}')[part] for seed in range(3)]
    expected = [
        KNOCKOUTS[part].instead,
        *(', '.join(f'{seed[kind]:+.2f}' for seed in seeds) for kind in range(2)),
        *(f'{value:+.2f}' for value in knockouts('scr_camvid')[part]),
    ]
    assert [cell.strip() for cell in row[1].split('|')] == expected
