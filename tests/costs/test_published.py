from pathlib import Path

import pytest
from builders.costs import FILES, count

from mmseg_scr.costs.published import ADE20K, BDD100K, CITYSCAPES, PUBLISHED, TEST
from mmseg_scr.costs.report import format_report

ROOT = Path(__file__).parents[2]
ROWS = {row.config: row for row in PUBLISHED}
WITH_COST = [name for name, row in ROWS.items() if row.parameters]
SEGNEXT = [name for name, row in ROWS.items() if row.products]
LARGE_SEGNEXT = [name for name in SEGNEXT if '_mscan-l_' in name]
FRM = [name for name in ROWS if name.startswith('frmseg_')]
SCR = 'scr_mscan-s_4xb4-adam-112k_cityscapes-1024x1024'


def test_every_row_has_a_config_and_no_config_has_two():
    assert len(ROWS) == len(PUBLISHED)
    assert not set(ROWS).difference(FILES)


@pytest.mark.parametrize('name', WITH_COST)
def test_size_of_the_row_is_that_of_the_evaluation(name):
    assert count(name).shape == ROWS[name].shape


@pytest.mark.parametrize('name', WITH_COST)
def test_parameters_are_those_published_or_those_that_the_published_cost_implies(name):
    row = ROWS[name]
    expected = row.expected_parameters or row.parameters
    assert count(name).cost.total.parameters == pytest.approx(1e6 * expected, rel=0.005)
    assert bool(row.expected_parameters) == (abs(expected / row.parameters - 1) > 0.005)


@pytest.mark.parametrize('name', sorted(set(WITH_COST) - set(SEGNEXT)))
def test_paper_count_of_the_methods_is_the_published_one(name):
    cost = count(name).cost
    tolerance = 0.015 if name in FRM else 0.005
    assert cost.total.paper == pytest.approx(1e9 * ROWS[name].macs, rel=tolerance)
    assert cost.training_only == 4 * 128 * 256 + 256  # the embedding of the contrast


@pytest.mark.parametrize('name', sorted(set(SEGNEXT) - set(LARGE_SEGNEXT)))
def test_full_count_of_segnext_is_the_published_one(name):
    cost = count(name).cost
    assert cost.total.full == pytest.approx(1e9 * ROWS[name].macs, rel=0.01)
    assert cost.training_only == 0


@pytest.mark.parametrize('name', LARGE_SEGNEXT)
def test_large_segnext_has_mmseg_s_smaller_decomposition(name):
    total = count(name).cost.total
    pixels, width, rank, steps = 1024 * 2048 // 64, 1024, 16, 7
    update = pixels * width * rank + (pixels + width) * rank * rank  # of the coefficients or bases
    assert total.products == 2 * steps * update + update + 2 * pixels * width * rank
    assert total.full < 1e9 * ROWS[name].macs  # see docs/complexity.md


@pytest.mark.parametrize('name', WITH_COST)
def test_a_cost_that_is_not_met_has_a_note(name):
    counted = count(name)
    differences = counted.parameters.difference, counted.macs.difference
    assert max(map(abs, differences)) < 0.5 or 'cannot be met' in ROWS[name].note


def test_gains_between_rows_are_those_that_the_papers_state():
    miou = {name: row.miou for name, row in ROWS.items()}
    on = SCR.removeprefix('scr_mscan-s')
    ours = miou[SCR]
    assert ours - miou[f'baseline_mscan-s{on}'] == pytest.approx(1.2)
    assert miou[f'scr-context-laststage_mscan-s{on}'] == pytest.approx(81.3 + 0.7)
    frmseg = 'frmseg_van-s_4xb4-sgd-56k_cityscapes-1024x1024'
    assert miou[f'scr_van-s{on}'] - miou[frmseg] == pytest.approx(1.3)
    of_van = {ROWS[n].shape: miou[n] for n in miou if n.startswith('scr_van-s')}
    of_frm = {ROWS[n].shape: miou[n] for n in FRM}
    assert of_van[BDD100K] - of_frm[BDD100K] == pytest.approx(1.2)
    segnext = {ROWS[n].shape: miou[n] for n in SEGNEXT if '_mscan-s_' in n}
    assert ours - segnext[CITYSCAPES] == pytest.approx(1.2)
    assert 45.2 - segnext[ADE20K] == pytest.approx(0.9)


def test_only_the_ablation_of_frmseg_is_on_a_test_set():
    assert [n.split('_')[0] for n, row in ROWS.items() if row.protocol == TEST] == [
        'frmseg-context-ppm',
        'frmseg-context-dappm',
    ]


def test_rewritten_form_executes_fewer_multiply_adds():
    cost = count(SCR).cost
    n4, n8, n16, n32 = (1024 * 2048 // stride**2 for stride in (4, 8, 16, 32))
    assert cost.parts['fusion'].executed == (n4 + n8 + n16 + n32) * 128 * 128
    assert cost.total.executed - cost.total.products == pytest.approx(130.5e9, rel=0.01)


def test_documentation_prints_what_the_tool_prints():
    text = format_report([count(name) for name in ROWS])
    lines = [line for line in text.splitlines() if line.startswith('|')]
    assert '\n'.join(lines) in (ROOT / 'docs' / 'complexity.md').read_text()
