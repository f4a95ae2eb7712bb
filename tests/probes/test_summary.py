import pytest
import torch

from mmseg_scr.probes import Inside, summarize
from mmseg_scr.probes.summary import factor_statistics, neighbor_statistics


def test_factors_near_the_ends_are_saturated():
    factors = torch.tensor([[0.0, 0.009, 0.5, 0.995, 1.0], [0.5, 0.5, 0.02, 0.98, 0.5]])
    statistics = factor_statistics(factors)
    assert statistics['factor_saturated'] == pytest.approx(0.4)
    assert statistics['factor_mean'] == pytest.approx(factors.mean().item())
    assert statistics['factor_std'] == pytest.approx(factors.numpy().std())


def test_entropy_of_the_window_is_one_for_an_average_and_zero_for_one_neighbour():
    average = torch.full((1, 9, 2, 2), 1 / 9)
    single = torch.zeros(1, 9, 2, 2)
    single[:, 4] = 1
    assert neighbor_statistics(average) == {'neighbor_entropy': pytest.approx(1.0)}
    assert neighbor_statistics(single) == {'neighbor_entropy': 0.0}


def test_statistics_of_one_module_stand_together():
    inside = Inside(
        channel_factors={'a': torch.rand(1, 3)},
        offsets={'b': torch.ones(1, 2, 2, 2)},
        neighbor_weights={'b': torch.full((1, 9, 2, 2), 1 / 9)},
    )
    summary = summarize(inside)
    assert set(summary['a']) == {'factor_mean', 'factor_std', 'factor_saturated'}
    assert set(summary['b']) == {'offset_mean', 'offset_p95', 'offset_max', 'neighbor_entropy'}
