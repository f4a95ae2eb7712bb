"""Every python block of the README and the docs runs; every file that they name exists."""

import doctest
import importlib
import pkgutil
import re
import subprocess
from pathlib import Path

import pytest

import mmseg_scr

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / 'README.md', *sorted(ROOT.glob('docs/*.md')), *sorted(ROOT.glob('configs/*/*.md'))]
BLOCK = re.compile(r'(?P<skip><!-- skip: [^>]+-->\s*)?```python\n(?P<code>.*?)```', re.DOTALL)
CONFIG = re.compile(r'(?<!\.mim/)(?<!tests/)configs/[\w./-]+?\.py')
LINK = re.compile(r'\]\((?!https?://|#|mailto:)(?P<target>[^)#\s]+)')


def blocks():
    for page in PAGES:
        for number, match in enumerate(BLOCK.finditer(page.read_text())):
            if not match['skip']:
                yield pytest.param(match['code'], id=f'{page.relative_to(ROOT)}-{number}')


@pytest.mark.parametrize('code', blocks())
def test_example_runs(code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'configs').symlink_to(ROOT / 'configs')
    exec(compile(code, '<example>', 'exec'), {'__name__': '__example__'})


def test_docstring_examples_run():
    names = [m.name for m in pkgutil.walk_packages(mmseg_scr.__path__, 'mmseg_scr.')]
    modules = [importlib.import_module(name) for name in names if not name.endswith('__main__')]
    results = [doctest.testmod(module) for module in modules]
    assert sum(r.attempted for r in results) > 0
    assert sum(r.failed for r in results) == 0


@pytest.mark.parametrize('page', PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_named_configs_and_links_exist(page):
    text = page.read_text()
    assert '@@' not in text, 'a placeholder was left'
    for name in CONFIG.findall(text):
        assert (ROOT / name).is_file(), f'{page.name} names {name}'
    for match in LINK.finditer(text):
        assert (page.parent / match['target']).exists(), f'{page.name} links to {match["target"]}'


@pytest.mark.parametrize('marker', ['demo', 'tests'])
def test_readme_commands_are_one_line_each(marker):
    text = (ROOT / 'README.md').read_text()
    block = rf'<!-- command: {marker} -->\s*```bash\n(?P<command>.*?)```'
    match = re.search(block, text, re.DOTALL)
    command = match['command'].strip()
    assert '\n' not in command
    assert command.startswith('python3 -m venv .venv && . .venv/bin/activate && pip install ')


def test_tracked_text_names_no_private_place():
    """No path of somebody's machine in a file that others read."""
    tracked = subprocess.run(
        ['git', 'ls-files'], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    assert tracked or not (ROOT / '.git').exists()
    pattern = re.compile(r'(?<![\w.])/(home|root|Users|work|opt)/\w')
    for name in tracked:
        path = ROOT / name
        if path.suffix in {'', '.py', '.md', '.toml', '.yaml', '.yml', '.sh', '.cff', '.in'}:
            assert not pattern.search(path.read_text()), name
