"""The commands of docs/reproduce.md that train all tables name configs, and all of the papers'."""

import subprocess
from collections import Counter

from docs.pages import ROOT, Page

PRINT = 'train() { printf "%s\\n" "$@"; }\n'


def test_commands_of_all_tables_name_each_config_of_a_published_row():
    (text,) = (
        s.text for s in Page(ROOT / 'docs' / 'reproduce.md').steps if s.text.startswith('train()')
    )
    lines = [line for line in text.splitlines() if not line.startswith('train()')]
    done = subprocess.run(
        ['bash', '-c', PRINT + '\n'.join(lines)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    named = Counter(done.stdout.split())
    assert all((ROOT / name).is_file() for name in named)
    published = [
        row.split('](')[1].partition(')')[0]
        for row in (ROOT / 'configs' / 'README.md').read_text().splitlines()
        if row.startswith('| [') and row.count('|') == 7 and row.split('|')[5].strip() != '-'
    ]
    assert len(published) > 30
    assert {f'configs/{name}' for name in published} <= {*named}
