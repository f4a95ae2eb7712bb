import pytest

from mmseg_scr.checks.numbers import require_not_negative, require_positive


def test_a_width_below_one_is_refused_by_name_and_value():
    require_positive('width of CARAFE', 1)
    for value in (0, -3):
        with pytest.raises(ValueError, match=rf'width of CARAFE must be 1 or more, got {value}$'):
            require_positive('width of CARAFE', value)


def test_a_weight_below_zero_is_refused_by_name_and_value():
    require_not_negative('plain_weight of OCR', 0)
    with pytest.raises(ValueError, match=r'plain_weight of OCR must be 0 or more, got -0\.4$'):
        require_not_negative('plain_weight of OCR', -0.4)
