import argparse
from pathlib import Path

import pytest
from builders.tools import TOOLS, load_tool

TOOL = TOOLS / '_shared_options.py'


@pytest.fixture(scope='module')
def options():
    return load_tool(TOOL.name)


@pytest.fixture
def parser():
    return argparse.ArgumentParser(prog='tool')


def test_words_that_are_no_path_of_a_file_need_not_be_there(options, parser):
    options.check_files(parser, ['work_dirs/scr', 'weights://a.pth', 'scr_camvid', TOOL])


@pytest.mark.parametrize('word', ['absent.py', 'absent.pth', Path('absent.png')])
def test_a_file_that_is_absent_is_named(options, parser, word, capsys):
    with pytest.raises(SystemExit):
        options.check_files(parser, [TOOL, word])
    assert f"'{word}' does not exist" in capsys.readouterr().err


def test_the_option_that_is_too_small_is_named_and_one_that_is_not_given_passes(
    options, parser, capsys
):
    options.add_test_set_options(parser)
    options.check_least(parser, parser.parse_args([]), limit=1)
    options.check_least(parser, parser.parse_args(['--limit', '1']), limit=1)
    with pytest.raises(SystemExit):
        options.check_least(parser, parser.parse_args(['--limit', '0']), limit=1)
    assert '--limit must be at least 1, got 0' in capsys.readouterr().err


@pytest.mark.parametrize('opacity', [-0.1, 1.5, float('nan')])
def test_an_opacity_that_is_no_share_is_refused(options, parser, opacity, capsys):
    options.check_opacity(parser, 1.0)
    with pytest.raises(SystemExit):
        options.check_opacity(parser, opacity)
    assert f'--opacity must be 0 to 1, got {opacity}' in capsys.readouterr().err


def test_a_model_is_named_in_one_way(options, parser, capsys):
    options.add_predictor_options(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(['--name', 'a', '--model', 'b', 'c'])
    assert 'not allowed with argument --name' in capsys.readouterr().err


def test_a_folder_that_is_a_file_is_refused_before_anything_is_computed(options, parser, capsys):
    options.check_folder(parser, TOOLS / 'absent')
    options.check_folder(parser, TOOLS)
    with pytest.raises(SystemExit):
        options.check_folder(parser, TOOL)
    assert f'--out {str(TOOL)!r} is a file, a folder is needed' in capsys.readouterr().err
