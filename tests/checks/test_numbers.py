import pytest

from mmseg_scr.checks.numbers import require_positive


def test_a_width_below_one_is_refused_by_name_and_value():
    require_positive('width of CARAFE', 1)
    for value in (0, -3):
        with pytest.raises(ValueError, match=rf'width of CARAFE must be 1 or more, got {value}$'):
            require_positive('width of CARAFE', value)
