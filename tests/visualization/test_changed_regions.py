import numpy as np

from mmseg_scr.visualization.changed_regions import changed_regions


def maps():
    """A square that only the second model has right and a bar that only the first has."""
    truth = np.zeros((60, 120), int)
    truth[10:20, 10:20] = 1
    truth[40:50, 80:110] = 2
    before, after = truth.copy(), truth.copy()
    before[10:20, 10:20] = 0
    after[40:50, 80:110] = 0
    return truth, before, after


def test_outlines_lie_around_what_changed_the_largest_first():
    worse, better = changed_regions(*maps(), margin=3)
    assert (worse.kind, worse.pixels) == ('worse', 300)
    assert (better.kind, better.pixels) == ('better', 100)
    for region, (left, top, right, bottom) in (
        (worse, (80, 40, 109, 49)),
        (better, (10, 10, 19, 19)),
    ):
        low, high = region.outline.min(0), region.outline.max(0)
        np.testing.assert_allclose(low, (left - 3, top - 3), atol=1)
        np.testing.assert_allclose(high, (right + 3, bottom + 3), atol=1)
        assert np.array_equal(region.outline[0], region.outline[-1])  # closed


def test_changed_pixels_near_each_other_are_one_region():
    truth, before, after = np.ones((3, 40, 60), int)
    before[10, 10] = before[10, 14] = before[10, 40] = 0
    regions = changed_regions(truth, before, after, margin=2, least=1)
    assert sorted(region.pixels for region in regions) == [1, 2]


def test_small_ignored_and_further_regions_are_left_out():
    truth, before, after = maps()
    assert [r.kind for r in changed_regions(truth, before, after, least=200)] == ['worse']
    assert [r.kind for r in changed_regions(truth, before, after, most=1)] == ['worse']
    truth[40:50, 80:110] = 255
    assert [r.kind for r in changed_regions(truth, before, after)] == ['better']


def test_both_wrong_is_no_change():
    truth, before, after = np.stack([np.full((20, 30), value) for value in (0, 1, 2)])
    assert changed_regions(truth, before, after) == []


def test_an_outline_at_the_rim_stays_in_the_image():
    truth, before, after = np.ones((3, 20, 30), int)
    before[:5, :5] = 0
    (region,) = changed_regions(truth, before, after, margin=4)
    assert region.outline.min() >= 0
