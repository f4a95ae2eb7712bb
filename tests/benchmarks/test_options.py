from pathlib import Path

import pytest

from mmseg_scr.benchmarks import (
    Comparison,
    ContrastTerm,
    Goal,
    Options,
    Subject,
    make_presets,
    override,
)

COMPARISON = Comparison(
    'x',
    (Subject('a', Path('a.py')), Subject('b', Path('b.py'), form='optimized')),
    (64, 96),
    goals=(Goal('b', 'time', 1.0),),
)


def test_what_is_not_given_stays():
    assert override(COMPARISON, Options()) == COMPARISON


def test_axes_of_the_comparison_and_of_its_subjects_change():
    options = Options((8, 8), 3, True, 2, True, 'eager', 'bf16', 'channels_last')
    changed = override(COMPARISON, options)
    assert (changed.size, changed.batch, changed.threads) == ((8, 8), 3, 2)
    assert changed.training
    assert changed.keep_memory
    for subject in changed.subjects:
        axes = subject.form, subject.precision, subject.memory_format
        assert axes == ('eager', 'bf16', 'channels_last')


def test_goals_go_with_the_axes_that_they_were_set_for():
    assert override(COMPARISON, Options(size=(8, 8), threads=2)).goals == COMPARISON.goals
    others = dict(batch=2), dict(training=True), dict(precision='bf16'), dict(keep_memory=True)
    for other in others:
        assert override(COMPARISON, Options(**other)).goals == ()


def test_goals_of_one_size_go_with_it():
    (first, *_) = make_presets(['contrast'])
    assert override(first, Options(size=(1024, 1024))).goals == first.goals != ()
    assert override(first, Options(size=(512, 512))).goals == ()


@pytest.mark.parametrize(
    ('preset', 'options', 'message'),
    [
        ('growth', dict(size=(64, 64)), 'has its own size; leave out --size'),
        ('contrast', dict(batch=8), "'contrast term, 2 images' has its own batch"),
        ('deploy', dict(form='eager'), 'has its own form; leave out --form'),
        (
            'method',
            dict(memory_format='contiguous'),
            'own memory_format; leave out --memory-format',
        ),
        ('method', dict(training=True), 'has its own training; leave out --train'),
    ],
)
def test_what_a_title_tells_is_not_changed(preset, options, message):
    with pytest.raises(ValueError, match=message):
        [override(comparison, Options(**options)) for comparison in make_presets([preset])]


def test_what_a_title_tells_may_be_said_again():
    for comparison in make_presets(['method']):
        subjects = override(comparison, Options(memory_format='channels_last')).subjects
        assert {subject.memory_format for subject in subjects} == {'channels_last'}


def test_another_form_than_eager_is_not_trained():
    with pytest.raises(ValueError, match='leave out --train or --form optimized'):
        override(COMPARISON, Options(training=True, form='optimized'))


def test_contrast_term_has_no_form():
    comparison = Comparison('x', (ContrastTerm('a'),), (64, 64))
    assert override(comparison, Options(form='optimized')).subjects == comparison.subjects
