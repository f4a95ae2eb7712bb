import pytest
from builders.figures import NARROW, WIDE, fits

from mmseg_scr.visualization import PairChange, draw_class_pairs

PAIRS = [
    PairChange('a as b', cured=1.0, broken=0.5, net=0.5, better=3, worse=1),
    PairChange('b as a', cured=1.0, broken=4.0, net=-3.0, better=0, worse=5),
    PairChange('a as c', cured=2.0, broken=2.0, net=0.0, better=2, worse=2),
    PairChange('c as a', cured=0.1, broken=0.1, net=0.0, better=1, worse=1),
]
TITLES = dict(before='base', after='ours')


def test_the_largest_net_is_on_top_and_of_equals_the_one_that_changed_more():
    (axis,) = draw_class_pairs(PAIRS, **TITLES).axes
    names = [label.get_text() for label in axis.get_yticklabels()]
    assert names == ['b as a', 'a as b', 'a as c', 'c as a']
    assert axis.get_ylim()[0] > axis.get_ylim()[1]


def test_cured_goes_right_and_broken_left_with_net_and_images_beside():
    (axis,) = draw_class_pairs(PAIRS, **TITLES).axes
    widths = [patch.get_width() for patch in axis.patches]
    assert widths == [1.0, 1.0, 2.0, 0.1, -4.0, -0.5, -2.0, -0.1]
    assert all(patch.get_hatch() for patch in axis.patches[4:])
    assert [t.get_text() for t in axis.texts[1:3]] == ['-3.00 (0/5)', '+0.50 (3/1)']
    assert list(axis.lines[0].get_xdata()) == [-3.0, 0.5, 0.0, 0.0]
    assert 'ours against base' in axis.get_xlabel()


def test_further_pairs_are_left_out():
    (axis,) = draw_class_pairs(PAIRS, **TITLES, most=2).axes
    assert len(axis.get_yticklabels()) == 2


@pytest.mark.parametrize('width', [NARROW, WIDE])
def test_it_stays_on_the_page(width):
    assert fits(draw_class_pairs(PAIRS, **TITLES, width=width))


def test_no_pair_is_refused():
    with pytest.raises(ValueError, match='at least one pair'):
        draw_class_pairs([], **TITLES)
