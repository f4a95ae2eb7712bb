"""Follow a page of the documentation: write its files, run its fences, compare its outputs."""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from docs.pages import ROOT, Page, Step
from mmseg.registry import MODELS

PYTHON = 'python() { "$PYTHON" "$@"; }\n'
COPIED_FOLDERS = ('mmseg_scr', 'configs', 'tests', 'tools')
PROGRAMS = Path(sys.executable).parent  # with mim and ruff, where they are installed
ALL_NAMES = re.compile(r'^__all__ = \[(.*?),?\s*\]\n', re.MULTILINE | re.DOTALL)


class Followed:
    """A page that is followed in fresh folders below ``base``.

    Attributes:
        folder: the folder of the page's last step.
        outputs: (text of a fence, what it printed), in order.
    """

    def __init__(self, page: Page, base: Path, slow: bool) -> None:
        self.page, self.base, self.slow = page, base, slow
        self.outputs: list[tuple[str, str]] = []
        self.folder = fresh_folder(base / 'start')
        last = None  # the output of the fence before; None where it did not run
        with modules_and_parts_are_put_back():
            for step in page.steps:
                with self.errors_name_the_place(step):
                    last = self.do(step, last)

    def output_of(self, *words: str) -> str:
        """What the only fence with all these words has printed."""
        (output,) = (out for text, out in self.outputs if all(word in text for word in words))
        return output

    def do(self, step: Step, last: str | None) -> str | None:
        """Do what a step says; return what it printed, or None if it is nothing that runs."""
        if step.key == 'folder':
            self.folder = fresh_folder(self.base / step.value)
        elif step.key == 'files of':
            write_files(Page(ROOT / 'docs' / step.value), self.folder)
        elif step.key == 'file':
            write(self.folder / step.value, step.text)
        elif step.key == 'add to':
            module = self.folder / step.value
            module.write_text(extended(module.read_text(), step.text))
        elif step.key == 'output':
            if last is not None:
                assert_contains(last, step.text)
            return last
        elif step.runs and (self.slow or not step.is_slow) and has_its_program(step):
            if step.language == 'bash':
                output = run_bash(step.text, self.folder)
            else:
                output = run_python(step.text, self.folder, step.key == 'fails')
            self.outputs.append((step.text, output))
            return output
        return None

    @contextlib.contextmanager
    def errors_name_the_place(self, step: Step) -> Iterator[None]:
        """Say which fence it was."""
        try:
            yield
        except Exception as error:
            place = f'{self.page.path.name}:{step.line}'
            raise AssertionError(f'{place}: {type(error).__name__}: {error}') from error


def fresh_folder(folder: Path) -> Path:
    """Make a folder with this repository in it, as a copy if it is called clone, else as links."""
    folder.mkdir(parents=True)
    if folder.name == 'clone':
        clutter = shutil.ignore_patterns('__pycache__', '*.pyc')
        for part in COPIED_FOLDERS:
            shutil.copytree(ROOT / part, folder / part, ignore=clutter)
        shutil.copy(ROOT / 'pyproject.toml', folder)
        return folder
    (folder / 'path/to/the').mkdir(parents=True)
    for link, target in (('configs', 'configs'), ('tools', 'tools'), ('path/to/the/clone', '')):
        (folder / link).symlink_to(ROOT / target)
    return folder


def write_files(page: Page, folder: Path) -> None:
    """Write the files of a page, and do nothing else that it says."""
    for name, text in page.files.items():
        write(folder / name, text)


def has_its_program(step: Step) -> bool:
    """Whether mim or ruff is there for a command of it; an environment need not have them."""
    program = step.text.split()[0]
    return program not in ('mim', 'ruff') or (PROGRAMS / program).exists()


def write(path: Path, text: str) -> None:
    """Write a file that is not there yet."""
    assert not path.exists(), f'the page adds {path.name}, which is there already'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def extended(module: str, lines: str) -> str:
    """A room's ``__init__`` with one more import and, for ``...``, the names of before."""
    added_import, added_names = lines.split('\n\n')
    names = ALL_NAMES.search(module)
    assert '...' in added_names
    before = module[: names.start()].rstrip()
    return (
        f'{before}\n{added_import}\n\n{added_names.replace("...", names[1])}{module[names.end() :]}'
    )


def run_python(code: str, folder: Path, fails: bool) -> str:
    """Run code in a folder, in this process; return what it printed, with its error's message."""
    printed, before = io.StringIO(), Path.cwd()
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(code, '<example>', 'exec'), {'__name__': '__example__'})
    except Exception as error:
        if not fails:
            raise
        return f'{printed.getvalue()}\n{type(error).__name__}: {error}'
    finally:
        os.chdir(before)
        sys.path.remove(str(folder))
    assert not fails, 'no exception was raised'
    return printed.getvalue()


def run_bash(command: str, folder: Path) -> str:
    """Run bash commands in a folder, by this interpreter, and return what they printed."""
    environment = os.environ | {
        'PATH': f'{PROGRAMS}{os.pathsep}{os.environ["PATH"]}',
        'PYTHON': sys.executable,
        'PYTHONPATH': str(folder if folder.name == 'clone' else ROOT),
        'OMP_NUM_THREADS': '1',
        'PYTEST_ADDOPTS': '-p no:cacheprovider -rA --tb=short',
    }
    outcome = subprocess.run(
        ['bash', '-euc', PYTHON + command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout[-4000:]
    return outcome.stdout


def assert_contains(output: str, text: str) -> None:
    """The words of a text are in an output, whole and in order; ``...`` stands for anything."""
    pieces = [r'\s+'.join(map(re.escape, piece.split())) for piece in text.split('...')]
    pattern = '.*?'.join(pieces)
    if not re.search(rf'(?<!\S){pattern}(?!\S)', output, re.DOTALL):
        raise AssertionError(f'this is not in the output:\n{text}\nbut:\n{output[-3000:]}')


@contextlib.contextmanager
def modules_and_parts_are_put_back() -> Iterator[None]:
    """Forget the modules that a page imported from its folder, and the parts registered by it."""
    modules, parts = set(sys.modules), dict(MODELS.module_dict)
    try:
        yield
    finally:
        for name in set(sys.modules) - modules:
            if name.startswith('my_'):
                del sys.modules[name]
        for name in set(MODELS.module_dict) - set(parts):
            if MODELS.module_dict[name].__module__.startswith(('my_', '__example__')):
                del MODELS.module_dict[name]
