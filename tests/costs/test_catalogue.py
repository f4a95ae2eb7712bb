import pytest
from builders.costs import ROOT, count

from mmseg_scr.catalogue import read_table
from mmseg_scr.costs.catalogue import list_files, make_entry

CONFIGS = ROOT / 'configs'
PAGE = (CONFIGS / 'README.md').read_text()
ENTRIES = {entry.config: entry for entry in read_table(PAGE)}


def test_table_lists_every_config_once_and_in_order():
    listed = [entry.config for entry in read_table(PAGE)]
    assert listed == [path.relative_to(CONFIGS).as_posix() for path in list_files(CONFIGS)]
    assert f'\n{len(listed)} experiments, one file each.' in PAGE


@pytest.mark.parametrize('config', ENTRIES)
def test_table_tells_what_the_config_costs_and_what_was_published(config):
    """If this fails: python tools/catalogue.py writes the table anew."""
    path = CONFIGS / config
    assert make_entry(count(path.stem), path.relative_to(CONFIGS)) == ENTRIES[config]


def test_drawn_images_count_at_the_size_of_the_training():
    demo = 'demo/scr_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'
    assert ENTRIES[demo].size == '96x192'


def test_bases_and_plans_of_studies_are_not_listed(tmp_path):
    for name in ('_base_/a.py', 'studies/b.py', 'scr/c.py'):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    assert list_files(tmp_path) == [tmp_path / 'scr' / 'c.py']
