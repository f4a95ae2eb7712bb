"""``python -m mmseg_scr``: prints the environment, which rules it breaks, and how to mend them."""

import sys

from mmseg_scr import __version__
from mmseg_scr.environment import Snapshot, diagnose, take_snapshot


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


if __name__ == '__main__':
    text, status = report(take_snapshot())
    print(text)
    sys.exit(status)
