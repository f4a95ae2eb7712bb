"""What CONTRIBUTING, the Makefile, the README and CI say of commands and places agrees."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRIBUTING = (ROOT / 'CONTRIBUTING.md').read_text()
README = (ROOT / 'README.md').read_text()
PAGES = [ROOT / 'CONTRIBUTING.md', ROOT / 'configs' / 'README.md']
TARGET = re.compile(r'^(?P<name>[a-z]+): +## .+\n\t(?P<line>[^@].*)\n(?!\t)', re.MULTILINE)
TARGETS = dict(TARGET.findall((ROOT / 'Makefile').read_text()))
ROW = re.compile(r'^\| `make (?P<name>[a-z]+)` \| `(?P<line>.+)` \|$', re.MULTILINE)
LINK = re.compile(r'\]\((?!https?://|#)(?P<target>[^)#\s]+)')
PLACE = re.compile(r'`(?P<place>(?:mmseg_scr|tests|tools|configs|docs)[\w/]*)`')
SCREEN = 40


def section(title):
    return CONTRIBUTING.split(f'\n## {title}\n')[1].split('\n## ')[0]


def readme_command(marker):
    return re.search(rf'<!-- command: {marker} -->\n```bash\n(.+)\n```', README)[1]


def test_every_target_is_one_line_that_contributing_shows():
    names = re.findall(r'^([a-z]+):', (ROOT / 'Makefile').read_text(), re.MULTILINE)
    assert dict(ROW.findall(CONTRIBUTING)) == TARGETS
    assert {*names} == {*TARGETS, 'help'}


@pytest.mark.skipif(shutil.which('make') is None, reason='make is not installed')
@pytest.mark.parametrize('name', TARGETS)
def test_make_would_run_that_line(name):
    done = subprocess.run(
        ['make', '--dry-run', name], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == f'{TARGETS[name]}\n'


@pytest.mark.skipif(shutil.which('make') is None, reason='make is not installed')
def test_make_alone_lists_the_targets():
    done = subprocess.run(['make'], cwd=ROOT, capture_output=True, text=True, check=True)
    assert re.findall(r'^make ([a-z]+): \S', done.stdout, re.MULTILINE) == ['help', *TARGETS]


def test_commands_of_the_readme_are_those_of_the_targets():
    assert readme_command('tests') == f'{TARGETS["install"]} && {TARGETS["test"]}'
    assert readme_command('demo') == f'{TARGETS["install"]} && {TARGETS["demo"]}'


def test_ci_runs_the_linters_of_the_target():
    script = ROOT / '.ci' / 'run'
    if not script.is_file():
        pytest.skip('a source archive has no CI')
    lines = script.read_text().splitlines()
    assert not set(TARGETS['lint'].split(' && ')) - set(lines)


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_exist(page):
    for match in LINK.finditer(page.read_text()):
        assert (page.parent / match['target']).exists(), match['target']


def test_places_for_new_things_exist_and_fit_on_a_screen():
    table = [line for line in section('Where a new thing goes').splitlines() if line[:1] == '|']
    assert len(table) <= SCREEN
    places = set(PLACE.findall('\n'.join(table)))
    assert len(places) > 10
    assert {place for place in places if not (ROOT / place).exists()} == set()


def test_every_room_has_a_row_for_new_things():
    rooms = {
        path.name for path in (ROOT / 'mmseg_scr').iterdir() if (path / '__init__.py').exists()
    }
    text = section('Where a new thing goes')
    assert not {room for room in rooms if not re.search(rf'[`/]{room}`', text)}


def test_ten_rules_have_a_good_and_a_bad_line_each():
    rows = [line for line in section('Ten rules of style').splitlines() if line[:1] == '|'][2:]
    cells = [[cell.strip() for cell in row.strip('|').split(' | ')] for row in rows]
    assert len(cells) == 10
    assert all(len(row) == 3 and all(row) for row in cells)


def test_every_tool_has_a_row_where_newcomers_look():
    page = (ROOT / 'docs' / 'get_started.md').read_text()
    rows = page.split('\n## The tools\n')[1].split('\n## ')[0]
    files = (path for path in (ROOT / 'tools').iterdir() if path.suffix in ('.py', '.sh'))
    tools = {path.name for path in files if not path.name.startswith('_')}
    assert set(re.findall(r'`(\w+\.(?:py|sh))`', rows)) == tools
