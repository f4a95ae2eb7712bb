"""Schedules of a run, shortened with it: the same course of the rates in fewer iterations."""

from collections.abc import Mapping, Sequence
from math import inf

from mmengine.config import Config

SPANS = ('step_size', 'T_max', 'total_steps')  # of mmengine's schedules, in iterations
MOMENTS = ('milestones', 'periods')  # lists of such


def iterations_of(config: Config) -> int:
    """How many iterations a config trains for.

    Raises:
        ValueError: it does not count iterations.
    """
    if 'max_iters' not in config.train_cfg:
        raise ValueError(f'train_cfg must count iterations by max_iters, got {config.train_cfg}')
    return config.train_cfg.max_iters


def shorten(config: Config, iterations: int) -> None:
    """Let a config train for so many iterations, its schedules scaled with it.

    Args:
        config: changed in place.
        iterations: at least 1.

    Raises:
        ValueError: ``iterations`` is below 1, or the config does not count iterations.
    """
    if iterations < 1:
        raise ValueError(f'iterations must be at least 1, got {iterations}')
    scale = iterations / iterations_of(config)
    config.train_cfg.max_iters = iterations
    config.param_scheduler = shorten_schedules(config.get('param_scheduler'), scale)


def shorten_schedules(schedules: Sequence[dict] | dict | None, scale: float) -> list | dict:
    """Scale all that schedules of mmengine count in iterations; the given ones stay as they are.

    A stretch that shrinks below two iterations is left out: mmengine's schedules begin with their
    first value, so a warm-up of one iteration would hold the rate down for the rest of the run.

    Args:
        schedules: as in ``param_scheduler``: one, a list, or a list for each optimizer by name.
        scale: iterations of the short run, over those of the long one.
    """
    if isinstance(schedules, Mapping) and 'type' not in schedules:
        return {name: shorten_schedules(own, scale) for name, own in schedules.items()}
    each = [schedules] if isinstance(schedules, Mapping) else schedules or []
    shortened = [_shorten(schedule, scale) for schedule in each]
    return [s for s in shortened if s.get('end', inf) - s.get('begin', 0) >= 2]


def _shorten(schedule: Mapping, scale: float) -> dict:
    changes = {k: round(schedule[k] * scale) for k in ('begin', 'end') if _is_finite(schedule, k)}
    changes |= {k: max(round(schedule[k] * scale), 1) for k in SPANS if schedule.get(k)}
    changes |= {
        k: [max(round(m * scale), 1) for m in schedule[k]] for k in MOMENTS if k in schedule
    }
    return {**schedule, **changes}


def _is_finite(schedule: Mapping, key: str) -> bool:
    return schedule.get(key, inf) != inf
