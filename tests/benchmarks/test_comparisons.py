from pathlib import Path

import pytest

from mmseg_scr.benchmarks import Comparison, ContrastTerm, Subject


@pytest.mark.parametrize(
    ('option', 'value', 'known'),
    [
        ('form', 'fast', 'eager, optimized'),
        ('precision', 'int8', 'fp32, bf16'),
        ('memory_format', 'NHWC', 'contiguous, channels_last'),
    ],
)
def test_unknown_axis_of_a_subject_is_refused_with_the_known_ones(option, value, known):
    with pytest.raises(ValueError, match=f'{option} is one of {known}.*got {value!r}'):
        Subject('a', Path('a.py'), **{option: value})


def test_two_subjects_of_one_name_are_refused():
    with pytest.raises(ValueError, match='names of their own'):
        Comparison('x', (ContrastTerm('a'), ContrastTerm('a')), (64, 64))


@pytest.mark.parametrize('wrong', [dict(batch=0), dict(threads=0), dict(size=(0, 4))])
def test_numbers_are_positive(wrong):
    with pytest.raises(ValueError, match='take positive numbers'):
        Comparison('x', (ContrastTerm('a'),), **(dict(size=(64, 64)) | wrong))
