from pathlib import Path

from mmseg_scr.version import __version__

CHANGELOG = Path(__file__).parents[1] / 'CHANGELOG.md'


def test_the_newest_entry_of_the_changelog_is_of_this_version():
    headings = [line for line in CHANGELOG.read_text().splitlines() if line.startswith('## ')]
    assert headings[0] == f'## {__version__}'
