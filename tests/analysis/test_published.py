from functools import cache
from pathlib import Path

import pytest

from mmseg_scr.analysis.cost_table import count_configs, format_costs
from mmseg_scr.analysis.published import PUBLISHED

ROOT = Path(__file__).parents[2]
OURS = [i for i, row in enumerate(PUBLISHED) if not row.products]
SEGNEXT = [i for i, row in enumerate(PUBLISHED) if row.products]
LARGE_SEGNEXT = [i for i in SEGNEXT if '_mscan-l_' in PUBLISHED[i].config]


@cache
def count(index):
    row = PUBLISHED[index]
    path = next((ROOT / 'configs').rglob(f'{row.config}.py'))
    (counted,) = count_configs([path], shape=row.shape, options=row.options)
    return counted


def each_row(function):
    names = [' '.join([row.config, *row.options]) for row in PUBLISHED]
    return pytest.mark.parametrize('index', range(len(PUBLISHED)), ids=names)(function)


@each_row
def test_parameters_are_those_published(index):
    own = count(index).cost.total.parameters
    assert own == pytest.approx(1e6 * PUBLISHED[index].parameters, rel=0.005)


@pytest.mark.parametrize('index', OURS)
def test_paper_count_of_the_method_is_the_published_one(index):
    cost = count(index).cost
    assert cost.total.paper == pytest.approx(1e9 * PUBLISHED[index].macs, rel=0.005)
    assert cost.training_only == 4 * 128 * 256 + 256  # the embedding of the contrast


@pytest.mark.parametrize('index', sorted(set(SEGNEXT) - set(LARGE_SEGNEXT)))
def test_full_count_of_segnext_is_the_published_one(index):
    cost = count(index).cost
    assert cost.total.full == pytest.approx(1e9 * PUBLISHED[index].macs, rel=0.01)
    assert cost.training_only == 0


@pytest.mark.parametrize('index', LARGE_SEGNEXT)
def test_large_segnext_has_mmseg_s_smaller_decomposition(index):
    total = count(index).cost.total
    pixels, width, rank, steps = 1024 * 2048 // 64, 1024, 16, 7
    update = pixels * width * rank + (pixels + width) * rank * rank  # of the coefficients or bases
    assert total.products == 2 * steps * update + update + 2 * pixels * width * rank
    assert total.full < 1e9 * PUBLISHED[index].macs  # see docs/complexity.md


def test_rewritten_form_executes_fewer_multiply_adds():
    cost = count(0).cost
    n4, n8, n16, n32 = (1024 * 2048 // stride**2 for stride in (4, 8, 16, 32))
    assert cost.parts['fusion'].executed == (n4 + n8 + n16 + n32) * 128 * 128
    assert cost.total.executed - cost.total.products == pytest.approx(130.5e9, rel=0.01)


@each_row
def test_documentation_prints_what_the_tool_prints(index):
    row = format_costs([count(index)], with_parts=False).splitlines()[-1]
    assert row in (ROOT / 'docs' / 'complexity.md').read_text().splitlines()
