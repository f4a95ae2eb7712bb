from builders.costs import FILES

from mmseg_scr.costs.accuracies import ACCURACIES
from mmseg_scr.costs.published import PUBLISHED


def test_every_row_has_a_config_and_repeats_no_published_row():
    names = [row.config for row in (*PUBLISHED, *ACCURACIES)]
    assert len(set(names)) == len(names)
    assert not set(names).difference(FILES)


def test_accuracies_are_those_that_the_folders_state():
    for row in ACCURACIES:
        readme = FILES[row.config].parent / 'README.md'
        assert str(row.miou) in readme.read_text(), row.config
