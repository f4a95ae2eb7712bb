"""The tables of the READMEs beside the configs say what the configs cost and what was published."""

import re
from pathlib import Path

import pytest
from builders.costs import ROOT, count

from mmseg_scr.costs.published import PUBLISHED

FOLDERS = ('ablation', 'frmseg', 'context_aware', 'stock_decoders')
READMES = [ROOT / 'configs' / folder / 'README.md' for folder in FOLDERS]
ROW = re.compile(r'^\|.*\]\((?P<config>[^)]+)\.py\).*\|$', re.MULTILINE)
COST = re.compile(r'(?P<parameters>\d+\.\d+) / (?P<macs>\d+\.\d+)')
PUBLISHED_COSTS = {row.config: row for row in PUBLISHED if row.parameters}


def rows():
    for readme in READMES:
        for match in ROW.finditer(readme.read_text()):
            label = f'{readme.parent.name}: {match[0].split("|")[1].strip()}, {match["config"]}'
            yield pytest.param(Path(match['config']).name, match[0], id=label)


@pytest.mark.parametrize(('config', 'row'), [*rows()])
def test_row_tells_the_own_and_the_published_cost(config, row):
    *published, own = COST.finditer(row)
    total = count(config).cost.total
    assert own[0] == f'{total.parameters / 1e6:.2f} / {total.paper / 1e9:.2f}'
    for cell in published:
        known = PUBLISHED_COSTS[config]
        assert [float(x) for x in cell.groups()] == [known.parameters, known.macs]


@pytest.mark.parametrize('readme', READMES, ids=lambda p: p.parent.name)
def test_every_config_is_in_the_readme_of_its_folder(readme):
    named = {match['config'] for match in ROW.finditer(readme.read_text())}
    assert not {path.stem for path in readme.parent.glob('*.py')} - named
