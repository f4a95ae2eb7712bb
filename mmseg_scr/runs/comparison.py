"""Short trainings of several configs, each from several seeds, side by side in one table."""

import time
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner

from mmseg_scr import aligners, contexts
from mmseg_scr.progress import ProgressReport
from mmseg_scr.runs.scalars import read_scalars
from mmseg_scr.runs.short_run import train_briefly

ROOMS = {'aligner': aligners.__all__, 'context': contexts.__all__}
HEADER = """\
| {what} | parameters (M) | first loss | last loss | {metric} (%) | minutes |
|---|---:|---:|---:|---:|---:|"""


@dataclass(frozen=True)
class Run:
    """Outcome of one training.

    ``parameters`` are those of the whole model, training-only ones included. ``first_loss`` and
    ``last_loss`` are means over the first and the last logged stretch of the run, ``score`` is the
    ``metric`` of the last validation in percent, None in a run without one.
    """

    title: str
    seed: int
    parameters: int
    first_loss: float
    last_loss: float
    score: float | None
    minutes: float
    metric: str = 'mIoU'


def configs_of_parts(config: Path, slot: str, parts: Sequence[str]) -> dict[str, Config]:
    """Variants of a config, one for each type in a slot of its ``SCRHead``.

    Args:
        config: the file.
        slot: ``'aligner'`` or ``'context'``.
        parts: types of the slot's room, each with its default options; all if empty.

    Raises:
        ValueError: no such slot, in general or in this config, or a part that its room does not
            have.
    """
    if slot not in ROOMS:
        raise ValueError(f'slot must be one of {[*ROOMS]}, got {slot!r}')
    unknown = sorted(set(parts) - set(ROOMS[slot]))
    if unknown:
        raise ValueError(f'no {slot} is called {unknown}; choose among {sorted(ROOMS[slot])}')
    base = Config.fromfile(config)
    head = base.model.decode_head
    if slot not in head:
        raise ValueError(f'{config.name} has no {slot} in its decode head, a {head.type}')
    variants = {part: deepcopy(base) for part in parts or ROOMS[slot]}
    for part, variant in variants.items():
        variant.model.decode_head[slot] = dict(type=part)
    return variants


def compare_runs(
    configs: Mapping[str, Config],
    out_dir: Path,
    *,
    seeds: Sequence[int] = (0,),
    iterations: int | None = None,
    progress: ProgressReport,
) -> list[Run]:
    """Train every config once a seed.

    Args:
        configs: title -> config; titles name folders.
        out_dir: gets a work dir a run and ``runs.md``, which grows with every run.
        seeds: of the runs.
        iterations: training steps of each; as many as its config says by default.
        progress: called after every step.

    Raises:
        ValueError: a loss is no longer finite.
    """
    init_default_scope('mmseg')
    out_dir.mkdir(parents=True, exist_ok=True)
    runs = []
    for seed in seeds:
        for title, config in configs.items():
            run = _train(title, deepcopy(config), seed, out_dir, iterations, progress)
            runs.append(run)
            (out_dir / 'runs.md').write_text(format_runs('run', runs) + '\n')
    return runs


def format_runs(what: str, runs: Sequence[Run]) -> str:
    """Markdown table, one row a title: means over the seeds, and the metric of each seed."""
    titles = dict.fromkeys(run.title for run in runs)
    rows = [_row([run for run in runs if run.title == title]) for title in titles]
    metrics = dict.fromkeys(run.metric for run in runs)
    return '\n'.join([HEADER.format(what=what, metric=' or '.join(metrics)), *rows])


def _train(
    title: str,
    config: Config,
    seed: int,
    out_dir: Path,
    iterations: int | None,
    progress: ProgressReport,
) -> Run:
    steps = config.train_cfg.max_iters if iterations is None else iterations
    best = config.default_hooks.checkpoint.get('save_best')  # a short run saves no best one
    start = time.perf_counter()
    name = f'{title}-{seed}'
    runner = train_briefly(config, out_dir / name, steps, progress=progress, title=name, seed=seed)
    minutes = (time.perf_counter() - start) / 60
    losses = read_scalars(runner.log_dir)['loss'][1]
    parameters = sum(p.numel() for p in runner.model.parameters())
    metric, score = _last_score(runner, best)
    return Run(title, seed, parameters, losses[0], losses[-1], score, minutes, metric)


def _last_score(runner: Runner, wanted: str | None) -> tuple[str, float | None]:
    """The wanted metric of the last validation, else mIoU, else the first that is a mean."""
    scalars = runner.message_hub.log_scalars
    names = [name.removeprefix('val/') for name in scalars if name.startswith('val/')]
    preferred = (wanted, 'mIoU', *(n for n in names if n.startswith('m')), *names)
    metric = next((name for name in preferred if name in names), None)
    return (metric, scalars[f'val/{metric}'].current()) if metric else ('mIoU', None)


def _row(runs: Sequence[Run]) -> str:
    scores = [run.score for run in runs if run.score is not None]
    each = f' ({", ".join(f"{score:.1f}" for score in scores)})' if len(runs) > 1 else ''
    cells = [
        runs[0].title,
        f'{runs[0].parameters / 1e6:.3f}',
        f'{mean(run.first_loss for run in runs):.2f}',
        f'{mean(run.last_loss for run in runs):.2f}',
        f'{mean(scores):.1f}{each}' if scores else '-',
        f'{mean(run.minutes for run in runs):.1f}',
    ]
    return f'| {" | ".join(cells)} |'
