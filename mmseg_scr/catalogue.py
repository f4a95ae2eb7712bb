"""The project's configs with their costs, as ``configs/README.md`` lists them.

The table is read and written here, and counted by ``mmseg_scr.costs``. The standard library is all
that this needs: ``python -m mmseg_scr --configs`` answers at once, and without torch and mmseg.
"""

import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from fnmatch import fnmatch
from pathlib import Path

PACKAGE = Path(__file__).parent
README = 'README.md'
TABLE_HEADER = """\
| config | M | G | image | published mIoU | source |
|---|---:|---:|---|---|---|"""
ROW = re.compile(
    r'^\| \[[^\]]+\]\((?P<config>[^)]+\.py)\) \| (?P<parameters>\S+) \| (?P<macs>\S+) '
    r'\| (?P<size>\S+) \| (?P<miou>[^|]+?) \| (?P<source>[^|]+?) \|$',
    re.MULTILINE,
)
LIST_HEADER = f'{"M":>7} {"G":>8} {"image":>11}  {"published mIoU":<23}  config'
WILDCARDS = frozenset('*?[')


@dataclass(frozen=True)
class Entry:
    """One config as the table writes it; a dash where nothing was published.

    Attributes:
        config: path below the folder of configs.
        parameters: in 1e6, of those that a test reads.
        macs: 1e9 multiply-adds of one image, as the papers count.
        size: of that image, height x width.
        miou: as published, in percent; single-scale on the validation set if it says no more.
        source: where it was published.
    """

    config: str
    parameters: str
    macs: str
    size: str
    miou: str
    source: str


def format_table(entries: Sequence[Entry]) -> str:
    """Markdown, with a link to each config, relative to the folder of configs."""
    rows = []
    for entry in entries:
        config, *cells = astuple(entry)
        rows.append(f'| {" | ".join([f"[{Path(config).stem}]({config})", *cells])} |')
    return '\n'.join([TABLE_HEADER, *rows])


def read_table(text: str) -> list[Entry]:
    """The entries of the table in a page; none if the page has no such table."""
    return [Entry(**match.groupdict()) for match in ROW.finditer(text)]


def replace_table(text: str, entries: Sequence[Entry]) -> str:
    """The page with another table in place of its own.

    Raises:
        ValueError: the page has no header of such a table.
    """
    before, header, after = text.partition(TABLE_HEADER)
    if not header:
        raise ValueError(f'the page has no table that begins with\n{TABLE_HEADER}')
    rest = after.lstrip('\n').splitlines(keepends=True)
    while rest and rest[0].startswith('|'):
        rest.pop(0)
    return before + format_table(entries) + '\n' + ''.join(rest)


def find_configs() -> Path:
    """The folder of configs of this installation: inside of the package, or beside it in a clone.

    Raises:
        FileNotFoundError: there is none.
    """
    places = PACKAGE / '.mim' / 'configs', PACKAGE.parent / 'configs'
    for place in places:
        if (place / README).is_file():
            return place
    raise FileNotFoundError(
        f'no configs in {" and ".join(map(str, places))}; install the plugin anew'
    )


def list_configs(pattern: str = '') -> str:
    """One line a config: its cost, what was published for it, and a path that tools take.

    Args:
        pattern: part of the path below the folder of configs, or a shell pattern for all of it,
            without regard to case; everything by default.

    Raises:
        LookupError: no config matches.
    """
    folder = find_configs()
    shown = folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
    entries = read_table((folder / README).read_text())
    lines = [_line(e, shown) for e in entries if _matches(e.config, pattern)]
    if not lines:
        folders = ', '.join(dict.fromkeys(e.config.partition('/')[0] for e in entries))
        raise LookupError(
            f'no config matches {pattern!r}; give a part of a name, such as camvid, or a folder of '
            f'{folders}'
        )
    return '\n'.join([LIST_HEADER, *lines])


def _line(entry: Entry, folder: Path) -> str:
    cells = f'{entry.parameters:>7} {entry.macs:>8} {entry.size:>11}  {entry.miou:<23}'
    return f'{cells}  {folder / entry.config}'


def _matches(config: str, pattern: str) -> bool:
    config, pattern = config.lower(), pattern.lower()
    if WILDCARDS.intersection(pattern):
        return fnmatch(config, pattern) or fnmatch(Path(config).name, pattern)
    return pattern in config
