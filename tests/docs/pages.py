"""The files, commands and messages of a page of the documentation, and how to follow it."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# A file is a fence that a line introduces which begins with the file's name and ends with a colon.
FILE = re.compile(
    r'^`(?P<name>[\w.-]+\.py)`[^:\n]*:\n\n<!-- skip: [^>]+-->\n```python\n(?P<text>.*?)```',
    re.MULTILINE | re.DOTALL,
)
FENCE = re.compile(r'^```(?P<language>\w+)\n(?P<text>.*?)\n```$', re.MULTILINE | re.DOTALL)
PYTHON = 'python() { "$PYTHON" "$@"; }\n'


class Page:
    """A page by its name below ``docs``."""

    def __init__(self, name: str) -> None:
        self.text = (ROOT / 'docs' / name).read_text()
        self.files = {match['name']: match['text'] for match in FILE.finditer(self.text)}

    def fences(self, language: str) -> list[str]:
        """The texts of all fences of a language."""
        fences = FENCE.finditer(self.text)
        return [match['text'] for match in fences if match['language'] == language]

    def command(self, *words: str) -> str:
        """The only bash fence with all of these words in it."""
        (found,) = (c for c in self.fences('bash') if all(word in c for word in words))
        return found

    def message(self, words: str) -> str:
        """The only text fence with these words in it, in one line."""
        messages = [' '.join(text.split('\n')) for text in self.fences('text')]
        (found,) = (message for message in messages if words in message)
        return found

    def write(self, folder: Path) -> None:
        """Write the files, and put this repository where the page says that the clone is."""
        for name, text in self.files.items():
            (folder / name).write_text(text)
        clone = folder / 'path/to/the/clone'
        if not clone.is_symlink():
            clone.parent.mkdir(parents=True)
            clone.symlink_to(ROOT)


def follow(command: str, folder: Path) -> str:
    """Run bash commands there, by this interpreter, and return what they printed."""
    programs = Path(sys.executable).parent  # mim is beside the interpreter
    environment = os.environ | {
        'PATH': f'{programs}{os.pathsep}{os.environ["PATH"]}',
        'PYTHON': sys.executable,
        'PYTHONPATH': str(ROOT),
        'OMP_NUM_THREADS': '1',
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


def missing_keys(log: str) -> set[str]:
    """What mmengine says to be missing in the checkpoint that it loads."""
    (line,) = re.findall(r'^missing keys in source state_dict: (.*)$', log, re.MULTILINE)
    return set(line.split(', '))
