"""Every page runs; every file that it names exists."""

import re
import subprocess

import pytest
from docs.pages import PAGES, ROOT, Page
from docs.runner import Followed

# Files of ours; a path that goes on to the left, as mmseg's `.mim/configs/...`, is another's.
NAMED = re.compile(r'(?<![\w./-])(?:(?:configs|mmseg_scr|tests)/[\w./-]+|tools/\w+)\.(?:py|sh)\b')
LINK = re.compile(r'\]\((?!https?://|#|mailto:)(?P<target>[^)#\s]+)')
TEXTS = {'', '.py', '.md', '.toml', '.yaml', '.yml', '.sh', '.cff', '.in'}


def name_of(path):
    return str(path.relative_to(ROOT))


def each(paths):
    return pytest.mark.parametrize('path', paths, ids=name_of)


@each([p for p in PAGES if any(s.runs and not s.is_slow for s in Page(p).steps)])
def test_page_runs(path, tmp_path):
    Followed(Page(path), tmp_path, slow=False)


@pytest.mark.slow
@each([p for p in PAGES if any(s.is_slow for s in Page(p).steps)])
def test_page_runs_with_its_slow_commands(path, followed):
    followed(name_of(path))


@each(PAGES)
def test_named_files_and_links_exist(path):
    text = path.read_text()
    assert '@@' not in text, 'a placeholder was left'
    for name in set(NAMED.findall(text)) - set(Page(path).files):
        assert (ROOT / name).is_file(), f'{path.name} names {name}'
    for match in LINK.finditer(text):
        assert (path.parent / match['target']).exists(), f'{path.name} links to {match["target"]}'


def test_commands_that_set_everything_up_are_one_line_each():
    steps = [s for s in Page(ROOT / 'README.md').steps if s.key == 'command']
    assert {step.value for step in steps} == {'demo', 'tests'}
    for step in steps:
        assert '\n' not in step.text.strip()
        begin = 'python3 -m venv .venv && . .venv/bin/activate && pip install '
        assert step.text.startswith(begin)


def test_tracked_text_names_no_private_place():
    """No path of somebody's machine in a file that others read."""
    tracked = subprocess.run(
        ['git', 'ls-files'], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    assert tracked or not (ROOT / '.git').exists()
    pattern = re.compile(r'(?<![\w.])/(home|root|Users|work|opt)/\w')
    for name in tracked:
        path = ROOT / name
        if path.is_file() and path.suffix in TEXTS:
            assert not pattern.search(path.read_text()), name
