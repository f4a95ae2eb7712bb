import pytest
from mmengine.config import Config

from mmseg_scr.weights.config_text import read_config_text


def test_text_of_mmengine_is_read_as_it_was():
    values = dict(
        model=dict(type='A', scales=(1.5, -2), names=['a', None]),
        rules={'a.b': dict(x=True), 'c': {1: 2}},
        load_from=None,
    )
    assert read_config_text(Config(values).pretty_text) == values


@pytest.mark.parametrize(
    ('text', 'reason'),
    [
        ('import os', 'line 1 is no assignment'),
        ('a = 1\nprint(a)', 'line 2 is no assignment'),
        ('a = open("x")', 'malformed node'),
        ('a = dict([(1, 2)])', 'malformed node'),
        ('a = dict(b=dict(c=open("x")))', 'malformed node'),
        ('a = dict(**{})', 'malformed node'),
        ('_base_ = "other.py"', '_base_ names another file'),
        ('a = (', 'was never closed'),
    ],
)
def test_what_would_have_to_run_is_refused(text, reason):
    with pytest.raises(ValueError, match=reason):
        read_config_text(text)
