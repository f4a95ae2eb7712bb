"""What a page of the documentation holds, by the comments before its fences.

A fence is told what it is by HTML comments on the lines right before it. No reader sees them.

| comment | the fence |
|---|---|
| `<!-- file: NAME -->` | is the text of a file, which is written |
| `<!-- add to: NAME -->` | is an import and `__all__ = [..., 'Name']`, added to a module |
| `<!-- run -->`, `<!-- run: slow -->` | is bash, and runs; slow: only in tests that are marked so |
| `<!-- fails -->` | is python, and ends in an exception |
| `<!-- output -->` | must appear in the output of the fence before it |
| `<!-- skip: REASON -->` | is python, and does not run |
| `<!-- command: NAME -->` | is one line of bash that sets up everything it needs; it does not run |

Python without a comment runs, each fence with names of its own. All other fences without a comment
are only read: bash, because most commands of the pages want data or take days. In an output `...`
stands for anything, all white space is equal, and the message of an exception counts as output.
A comment that is none of these and stands before a fence is refused.

What has to happen and nobody needs to read is a comment of several lines::

    <!-- hidden python fails
    the code that ends in the message below
    -->

with the same words: `hidden python`, `hidden bash run: slow`, `hidden file: NAME`. Two more
comments stand alone: `<!-- files of: PAGE -->` writes the files of another page of docs, and
`<!-- folder: NAME -->` goes on in a new folder, beside the one before. In a folder, `configs`,
`tools` and `path/to/the/clone` are those of this repository; the folder `clone` is a copy of it,
which the page may change.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [
    *(path for name in ('README.md', 'CONTRIBUTING.md') if (path := ROOT / name).exists()),
    *sorted(ROOT.glob('docs/*.md')),
    *sorted(ROOT.glob('configs/**/README.md')),
]
PIECE = re.compile(
    r'^<!-- hidden (?P<head>[^\n]+)\n(?P<hidden>.*?)^-->$'
    r'|^<!-- (?P<words>[^\n]+?) -->$'
    r'|^```(?P<language>\w*)\n(?P<text>.*?)^```$',
    re.MULTILINE | re.DOTALL,
)
WORD = re.compile(
    r'^(?P<key>file|add to|run|fails|output|skip|command|files of|folder)(: (?P<value>.+))?$'
)
NEEDS_VALUE = {'file', 'add to', 'skip', 'command', 'files of', 'folder'}
STANDS_ALONE = {'files of', 'folder'}
LANGUAGE_OF = {'run': 'bash', 'command': 'bash', 'fails': 'python', 'skip': 'python'}
UNKNOWN = '?'  # a comment that is none of ours, as pages may have anywhere else


@dataclass(frozen=True)
class Step:
    """A fence, or a comment that stands alone, and what is to be done with it."""

    line: int
    language: str
    text: str
    key: str = ''
    value: str = ''

    @property
    def runs(self) -> bool:
        """Whether it has an output."""
        return self.key == 'run' or (self.language == 'python' and self.key in ('', 'fails'))

    @property
    def is_slow(self) -> bool:
        """Whether it runs in slow tests only."""
        return self.key == 'run' and self.value == 'slow'


def cells(row: str) -> list[str]:
    """The cells of a row of a table."""
    return [cell.strip() for cell in row.strip('|').split('|')]


class Page:
    """A page by its path below the root of the repository."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text()
        self.steps = list(self._steps())
        self.files = {s.value: s.text for s in self.steps if s.key == 'file'}

    def table(self, heading: str) -> list[list[str]]:
        """The cells of the rows below the only heading that has this cell."""
        lines = [line.strip() for line in self.text.splitlines()]
        rules = [i for i, line in enumerate(lines) if line.startswith('|--')]
        (rule,) = (i for i in rules if heading in cells(lines[i - 1]))
        rows = itertools.takewhile(lambda line: line.startswith('|'), lines[rule + 1 :])
        return [cells(row) for row in rows]

    def _steps(self) -> Iterator[Step]:
        comment, runs, end = None, False, 0  # the comment before a fence; whether the last one runs
        for match in PIECE.finditer(self.text):
            line = self.text.count('\n', 0, match.start()) + 1
            if comment and (match['words'] or self.text[end : match.start()].strip()):
                self._refuse_before_no_fence(comment)
                comment = None
            end = match.end()
            if match['words']:
                comment = self._word(match['words'], line)
                if comment[0] in STANDS_ALONE:
                    yield Step(line, '', '', *comment[:2])
                    comment = None
                continue
            step = self._hidden(match, line) if match['head'] else self._fence(match, line, comment)
            if step.key == 'output':
                self._refuse(not runs, line, 'nothing runs before this output')
            else:
                runs = step.runs
            yield step
            comment = None
        if comment:
            self._refuse_before_no_fence(comment)

    def _fence(self, match: re.Match, line: int, comment: tuple[str, str, int] | None) -> Step:
        key, value, at = comment or ('', '', line)
        self._refuse(key == UNKNOWN, at, f'cannot read the comment {value!r} of a fence')
        wanted = LANGUAGE_OF.get(key, match['language'])
        self._refuse(match['language'] != wanted, at, f'{key!r} is for {wanted}')
        return Step(line, match['language'], match['text'], key, value)

    def _hidden(self, match: re.Match, line: int) -> Step:
        language, _, rest = match['head'].partition(' ')
        if language not in ('python', 'bash'):
            language, rest = 'file', match['head']
        key, value, _ = self._word(rest, line) if rest else ('', '', line)
        allowed = {'python': ('', 'fails'), 'bash': ('run',), 'file': ('file',)}[language]
        self._refuse(key not in allowed, line, f'cannot read "hidden {match["head"]}"')
        return Step(line, language, match['hidden'], key, value)

    def _word(self, words: str, line: int) -> tuple[str, str, int]:
        """Key, value and line of a comment."""
        match = WORD.match(words)
        if not match:
            return UNKNOWN, words, line
        key, value = match['key'], match['value'] or ''
        is_right = value in ('', 'slow') if key == 'run' else bool(value) == (key in NEEDS_VALUE)
        self._refuse(not is_right, line, f'cannot read the comment {words!r}')
        return key, value, line

    def _refuse_before_no_fence(self, comment: tuple[str, str, int]) -> None:
        key, _, line = comment
        self._refuse(key != UNKNOWN, line, f'no fence follows the comment {key!r}')

    def _refuse(self, is_wrong: bool, line: int, why: str) -> None:
        if is_wrong:
            raise ValueError(f'{self.path.name}:{line}: {why}')
