import pytest

from mmseg_scr.speed.growth import growth_exponent


@pytest.mark.parametrize('exponent', [0.5, 1.0, 1.33, 2.0])
def test_exponent_of_a_power_is_found(exponent):
    times = {pixels: 3e-4 * pixels**exponent for pixels in (1000, 4000, 9000, 64000)}
    assert growth_exponent(times) == pytest.approx(exponent)


def test_all_sizes_weigh_alike():
    # Doubled times at the middle of three sizes lift the line and do not turn it.
    assert growth_exponent({10: 10.0, 100: 200.0, 1000: 1000.0}) == pytest.approx(1.0)


@pytest.mark.parametrize('times', [{100: 1.0}, {100: 1.0, 200: 0.0}])
def test_too_little_is_refused(times):
    with pytest.raises(ValueError, match='two sizes or more'):
        growth_exponent(times)
