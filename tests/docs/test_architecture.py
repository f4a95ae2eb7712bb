import re
from pathlib import Path

import pytest

tomllib = pytest.importorskip('tomllib')

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / 'docs' / 'architecture.md').read_text()
CONTRACTS = tomllib.loads((ROOT / 'pyproject.toml').read_text())['tool']['importlinter']
ENFORCED = [{*row.split(' | ')} for row in CONTRACTS['contracts'][0]['layers']]
FENCE = re.search(r'## Who may import whom\n.+?```text\n(.+?)\n```', PAGE, re.DOTALL)[1]
SHOWN = [{*row.split(' | ')} for row in FENCE.splitlines()]
ROOM = re.compile(r'^\| `(?P<name>\w+)(\.py)?` \|', re.MULTILINE)


def test_order_of_imports_is_the_enforced_one():
    assert len(SHOWN) == len(ENFORCED)
    assert all(enforced <= shown for enforced, shown in zip(ENFORCED, SHOWN, strict=True))


def test_every_room_is_described_and_has_its_row():
    described = {match['name'] for match in ROOM.finditer(PAGE)}
    package = {p.stem for p in (ROOT / 'mmseg_scr').iterdir() if p.suffix == '.py'}
    package |= {p.parent.name for p in (ROOT / 'mmseg_scr').glob('*/__init__.py')}
    assert package - {'__init__'} <= described
    assert described == set.union(*SHOWN)
