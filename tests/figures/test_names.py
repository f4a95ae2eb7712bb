from pathlib import Path

import pytest

from mmseg_scr.figures import titles_of


def pairs(*names):
    return [(Path(f'{name}.py'), Path(f'{name}.pth')) for name in names]


def test_methods_are_the_first_words_of_configs_names():
    assert titles_of(pairs('c/baseline_mscan-t_1k', 'c/scr_mscan-t_1k')) == ['baseline', 'scr']


def test_no_title_is_empty():
    assert titles_of(pairs('c/_scr_mscan-t')) == ['_scr_mscan-t']
    assert titles_of(pairs('c/_scr_mscan-t', 'c/base_1k')) == ['_scr_mscan-t', 'base_1k']


def test_folders_tell_configs_of_one_name_apart():
    files = pairs('out/base/seed-0/config', 'out/ours/seed-0/config')
    assert titles_of(files) == ['base', 'ours']


def test_the_folder_in_which_the_command_runs_has_a_name_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    here = tmp_path.name
    assert titles_of(pairs('config', '../ours/config')) == [here, 'ours']
    assert titles_of(pairs('config', 'ours/config')) == [here, 'ours']
    assert titles_of(pairs('config', '../config')) == [here, tmp_path.parent.name]


def test_checkpoints_tell_apart_what_one_config_trained():
    config = Path('out/config.py')
    files = [(config, Path('iter_10.pth')), (config, Path('iter_20.pth'))]
    assert titles_of(files) == ['iter_10', 'iter_20']


def test_given_titles_are_taken_and_wrong_ones_refused():
    files = pairs('a', 'b')
    assert titles_of(files, ['x', 'y']) == ['x', 'y']
    with pytest.raises(ValueError, match=r"1 titles \['x'\] for 2 models"):
        titles_of(files, ['x'])
    with pytest.raises(ValueError, match='different words without a slash'):
        titles_of(files, ['x', 'x'])
    with pytest.raises(ValueError, match='different words without a slash'):
        titles_of(files, ['x', 'a/b'])
    with pytest.raises(ValueError, match='same config and checkpoint'):
        titles_of(pairs('a', 'a'))
