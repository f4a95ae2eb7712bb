"""``python -m mmseg_scr``: prints the environment, which rules it breaks, and how to mend them.

``python -m mmseg_scr --configs [PATTERN]`` prints one line a config: its cost, what was published
for it, its path. Both run without torch and mmseg.
"""

import argparse
import sys

from mmseg_scr.catalogue import list_configs
from mmseg_scr.environment import Snapshot, diagnose, take_snapshot
from mmseg_scr.version import __version__


def report(snapshot: Snapshot) -> tuple[str, int]:
    """The text to print, and the exit status: 1 if a rule is broken, notes aside."""
    rows = [('line', snapshot.line), ('python', snapshot.python), *snapshot.versions.items()]
    rows += [('GPU', gpu) for gpu in snapshot.gpus or ('none',)]
    lines = [f'mmseg_scr {__version__}', *(f'  {name:<24}{value}' for name, value in rows)]
    found = diagnose(snapshot)
    for finding in found:
        kind = 'note' if finding.only_notes else 'error'
        lines += ['', f'{kind}: {finding.name}', f'  {finding.message}', f'  mend: {finding.mend}']
    is_usable = all(finding.only_notes for finding in found)
    lines += ['', 'Ready to train.' if is_usable else 'Not usable yet: see the errors above.']
    return '\n'.join(lines), 0 if is_usable else 1


def parse_args() -> argparse.Namespace:
    """The question; without an option, the environment."""
    parser = argparse.ArgumentParser(
        prog='python -m mmseg_scr', description='Check the environment, or list the configs.'
    )
    parser.add_argument('--version', action='version', version=f'mmseg_scr {__version__}')
    parser.add_argument(
        '--configs',
        nargs='?',
        const='',
        metavar='PATTERN',
        help='list the configs with their costs and published figures; '
        'a part of the name (camvid), or a shell pattern ("scr/*ade20k*"), chooses among them',
    )
    return parser.parse_args()


def main() -> int:
    """Print the answer; the exit status is 1 if a rule is broken or no config matches."""
    args = parse_args()
    if args.configs is None:
        text, status = report(take_snapshot())
        print(text)
        return status
    try:
        print(list_configs(args.configs))
    except LookupError as error:
        print(error.args[0], file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
