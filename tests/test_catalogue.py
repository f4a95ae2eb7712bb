import os
import subprocess
import sys
from pathlib import Path

import pytest

from mmseg_scr import catalogue
from mmseg_scr.catalogue import (
    LIST_HEADER,
    TABLE_HEADER,
    Entry,
    find_configs,
    format_table,
    list_configs,
    read_table,
    replace_table,
)

ROOT = Path(__file__).parents[1]
ENTRIES = [
    Entry('a/one_net.py', '1.50', '20.25', '1024x2048', '84.5 (val, multi-scale)', 'Table IV'),
    Entry('b/two_net.py', '0.87', '0.43', '96x192', '-', '-'),
]


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package with these entries in the configs that it holds itself, as in a wheel."""
    folder = tmp_path / 'site' / 'mmseg_scr' / '.mim' / 'configs'
    folder.mkdir(parents=True)
    (folder / 'README.md').write_text(f'# Configs\n\n{format_table(ENTRIES)}\n')
    monkeypatch.setattr(catalogue, 'PACKAGE', folder.parents[1])
    return folder


def test_table_is_read_as_it_was_written():
    assert read_table(f'before\n\n{format_table(ENTRIES)}\n\nafter | [x](y.py) |') == ENTRIES


def test_other_tables_of_the_page_are_not_read():
    assert read_table('| a | [scr](scr/x.py) |\n| [scr](scr/README.md) | text |') == []


def test_table_is_replaced_and_the_page_around_it_stays():
    page = f'before\n\n{format_table(ENTRIES)}\n\n| another | table |\n'
    expected = f'before\n\n{format_table(ENTRIES[:1])}\n\n| another | table |\n'
    assert replace_table(page, ENTRIES[:1]) == expected


def test_empty_table_at_the_end_of_a_page_is_filled():
    assert replace_table(f'# Configs\n\n{TABLE_HEADER}\n', ENTRIES).endswith('| - | - |\n')


def test_page_without_the_table_is_refused():
    with pytest.raises(ValueError, match='no table that begins with'):
        replace_table('# Configs\n', ENTRIES)


def test_line_tells_costs_published_figure_and_a_path_that_exists_as_written(installed):
    header, line = list_configs('one').splitlines()
    assert header == LIST_HEADER
    *costs, path = line.split()
    assert costs == ['1.50', '20.25', '1024x2048', '84.5', '(val,', 'multi-scale)']
    assert path == str(installed / 'a' / 'one_net.py')


def test_paths_are_short_where_the_configs_are_below(installed, monkeypatch):
    monkeypatch.chdir(installed.parent)
    assert list_configs('two').splitlines()[-1].endswith('  configs/b/two_net.py')


@pytest.mark.parametrize(
    ('pattern', 'number'),
    [('', 2), ('net', 2), ('B/', 1), ('a/*', 1), ('*_net.py', 2), ('two*', 1)],
)
def test_pattern_is_a_part_or_a_shell_pattern_of_the_path(installed, pattern, number):
    assert len(list_configs(pattern).splitlines()) == 1 + number


def test_pattern_that_matches_nothing_is_refused_with_the_folders(installed):
    with pytest.raises(LookupError, match=r"no config matches 'cityscape'.* folder of a, b$"):
        list_configs('cityscape')


def test_installation_without_configs_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, 'PACKAGE', tmp_path / 'mmseg_scr')
    with pytest.raises(FileNotFoundError, match='no configs in'):
        find_configs()


def test_command_lists_this_repository_without_torch_and_mmseg(tmp_path):
    for package in ('torch', 'numpy', 'mmengine', 'mmseg', 'mmcv'):
        (tmp_path / package).mkdir()
        (tmp_path / package / '__init__.py').write_text("raise ImportError('absent')\n")
    done = subprocess.run(
        [sys.executable, '-m', 'mmseg_scr', '--configs', 'camvid'],
        env={**os.environ, 'PYTHONPATH': os.pathsep.join([str(tmp_path), str(ROOT)])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    paths = {Path(line.split()[-1]) for line in done.stdout.splitlines()[1:]}
    named = {path for path in (ROOT / 'configs').glob('*/*.py') if 'camvid' in path.name}
    assert paths == {path for path in named if path.parent.name != 'studies'}
