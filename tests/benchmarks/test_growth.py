from dataclasses import replace

import pytest
from builders.outcomes import growing, outcome

from mmseg_scr.benchmarks.growth import fit_growth


def test_each_part_has_the_exponent_of_its_times():
    (growth,) = fit_growth([outcome(), *growing(1.3)])
    assert growth.exponents['SCR-S optimized, decoder'] == pytest.approx(1.3)
    assert growth.exponents['SCR-S optimized, backbone'] == pytest.approx(1.0)
    assert growth.sizes == {64**2: '64x64', 128**2: '128x128', 256**2: '256x256'}


def test_parts_have_exponents_unless_their_times_are_noise():
    (growth,) = fit_growth(growing(1.3))
    grown = {
        name.removeprefix('SCR-S optimized, '): growth.exponents[name] for name in growth.parts
    }
    assert grown == {'context': pytest.approx(2.0), 'fusion': pytest.approx(0.5)}


def test_one_size_has_times_and_no_exponent():
    (growth,) = fit_growth(growing(1.3)[:1])
    assert (len(growth.times), len(growth.parts)) == (3, 2)
    assert growth.exponents == {}


def test_a_goal_is_that_of_a_series_that_was_measured_in_full():
    outcomes = growing(1.3)
    (growth,) = fit_growth(outcomes)
    assert growth.goals == {'SCR-S optimized, decoder': 1.05}
    for partial in (outcomes[:2], [outcomes[0], replace(outcomes[1], rows=()), outcomes[2]]):
        (growth,) = fit_growth(partial)
        assert growth.goals == {}


def test_comparisons_outside_of_a_series_do_not_grow():
    assert fit_growth([outcome()]) == []
