from pathlib import Path

from mmseg_scr.benchmarks import compare_configs

FILES = [Path('x/a.py'), Path('x/b.py')]


def test_a_subject_a_file():
    assert [s.name for s in compare_configs(FILES).subjects] == ['a', 'b']


def test_variant_comes_first_and_is_named_by_what_it_changes():
    first, second, _ = compare_configs(FILES, against={'model.x': 1}).subjects
    assert (first.name, first.config, first.overrides) == ('a model.x=1', FILES[0], {'model.x': 1})
    assert (second.name, second.overrides) == ('a', {})
