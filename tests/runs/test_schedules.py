from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import OPTIMIZERS, PARAM_SCHEDULERS, init_default_scope

from mmseg_scr.runs.schedules import shorten_schedules

CONFIGS = Path(__file__).parents[2] / 'configs'
DEMO = next((CONFIGS / 'demo').glob('scr_*-200_*.py'))
LONG = next((CONFIGS / 'segnext').glob('segnext_mscan-s_4xb4-adamw-160k_ade*.py'))

RESTARTS = dict(type='CosineRestartLR', periods=[4, 4], restart_weights=[1, 1], eta_min=0.0)


def rates(schedules, iterations, lr=1.0):
    """The learning rate of every step, as mmengine's runner would use it."""
    init_default_scope('mmseg')
    parameters = [torch.zeros(1, requires_grad=True)]
    optimizer = OPTIMIZERS.build(dict(type='SGD', lr=lr, params=parameters))
    built = [PARAM_SCHEDULERS.build({**s, 'optimizer': optimizer}) for s in schedules]
    used = []
    for _ in range(iterations):
        used.append(optimizer.param_groups[0]['lr'])
        optimizer.step()
        for schedule in built:
            schedule.step()
    return used


@pytest.mark.parametrize(
    ('path', 'iterations'),
    [
        *((DEMO, iterations) for iterations in (1, 2, 5, 19, 20, 60)),
        *((LONG, iterations) for iterations in (4, 107, 213, 214, 1000)),
    ],
)
def test_short_run_reaches_the_rate_of_the_recipe(path, iterations):
    config = Config.fromfile(path)
    lr = config.optim_wrapper.optimizer.lr
    scale = iterations / config.train_cfg.max_iters
    used = rates(shorten_schedules(config.param_scheduler, scale), iterations, lr)
    assert max(used) == pytest.approx(lr)
    assert used[-1] <= lr * (1 if iterations < 4 else 0.5)


def test_course_of_a_run_half_as_long_is_that_of_every_second_step():
    config = Config.fromfile(DEMO)
    whole = rates(config.param_scheduler, 200)
    half = rates(shorten_schedules(config.param_scheduler, 0.5), 100)
    assert half[10:] == pytest.approx(whole[20::2], abs=0.02)


def test_own_schedules_stay_as_they_are():
    config = Config.fromfile(DEMO)
    before = config.param_scheduler.copy()
    shorten_schedules(config.param_scheduler, 0.1)
    assert config.param_scheduler == before


@pytest.mark.parametrize(
    ('schedule', 'expected'),
    [
        (dict(type='MultiStepLR', milestones=[4, 8], gamma=0.1), [1, 1, 0.1, 0.1, 0.01]),
        (dict(type='StepLR', step_size=4, gamma=0.1), [1, 1, 0.1, 0.1, 0.01]),
        (dict(type='CosineAnnealingLR', T_max=8, eta_min=0.0), [1, 0.854, 0.5, 0.146, 0]),
        (RESTARTS, [1, 0.5, 1, 0.5, 0.5]),
        (dict(type='PolyLR', end=8, eta_min=0.0), [1, 0.667, 0.333, 0, 0]),
        (dict(type='ConstantLR', factor=0.5, end=4), [0.5, 1, 1, 1, 1]),
        (dict(type='ConstantLR', factor=0.5, end=2), [1, 1, 1, 1, 1]),
    ],
    ids=lambda value: value['type'] if isinstance(value, dict) else '',
)
def test_all_that_is_counted_in_iterations_is_halved(schedule, expected):
    schedules = shorten_schedules([dict(schedule, by_epoch=False)], 0.5)
    assert rates(schedules, 5) == pytest.approx(expected, abs=1e-3)


def test_one_cycle_fits_the_short_run():
    cycle = dict(type='OneCycleLR', eta_max=1.0, total_steps=200, by_epoch=False)
    used = rates(shorten_schedules([cycle], 19 / 200), 19)
    assert max(used) == pytest.approx(1, rel=0.1)


def test_one_schedule_none_and_some_for_each_optimizer_are_taken():
    step = dict(type='MultiStepLR', milestones=[10])
    assert shorten_schedules(step, 0.5) == [dict(type='MultiStepLR', milestones=[5])]
    assert shorten_schedules(None, 0.5) == []
    both = shorten_schedules(dict(a=step, b=[step]), 0.1)
    assert both == {name: [dict(type='MultiStepLR', milestones=[1])] for name in 'ab'}
