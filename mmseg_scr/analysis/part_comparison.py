"""Every part that fits a slot of the head, trained by one recipe from one seed."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import init_default_scope

from mmseg_scr import aligners, contexts
from mmseg_scr.analysis.short_run import Progress, train_briefly
from mmseg_scr.visualization.curves import read_scalars

ROOMS = {'aligner': aligners.__all__, 'context': contexts.__all__}
HEADER = """\
| {slot} | parameters (M) | first loss | last loss | mIoU (%) | minutes |
|---|---:|---:|---:|---:|---:|"""


@dataclass(frozen=True)
class PartRun:
    """Outcome of one training.

    ``parameters`` are those of the whole model, training-only ones included. ``first_loss`` and
    ``last_loss`` are means over the first and the last logged stretch of the run, ``miou`` is that
    of the last validation in percent.
    """

    part: str
    parameters: int
    first_loss: float
    last_loss: float
    miou: float
    minutes: float


def compare_parts(
    config: Path,
    slot: str,
    parts: Sequence[str],
    out_dir: Path,
    *,
    iterations: int | None = None,
    seed: int = 0,
    progress: Progress,
) -> list[PartRun]:
    """Train ``config`` once a part.

    Args:
        config: file of a model with an ``SCRHead``.
        slot: ``'aligner'`` or ``'context'``.
        parts: types to put there, with their default options.
        out_dir: gets a work dir a part and ``<slot>.md``, which grows with every run.
        iterations: training steps of each; as many as the config says by default.
        seed: of every run.
        progress: called after every step.

    Raises:
        ValueError: no such slot, a part that the slot's room does not have, or a loss that is no
            longer finite.
    """
    if slot not in ROOMS:
        raise ValueError(f'slot must be one of {[*ROOMS]}, got {slot!r}')
    unknown = sorted(set(parts) - set(ROOMS[slot]))
    if unknown:
        raise ValueError(f'no {slot} is called {unknown}; choose among {sorted(ROOMS[slot])}')
    init_default_scope('mmseg')
    out_dir.mkdir(parents=True, exist_ok=True)
    runs = []
    for part in parts:
        settings = Config.fromfile(config)
        settings.model.decode_head[slot] = dict(type=part)
        steps = settings.train_cfg.max_iters if iterations is None else iterations
        start = time.perf_counter()
        runner = train_briefly(
            settings, out_dir / part, steps, progress=progress, title=part, seed=seed
        )
        minutes = (time.perf_counter() - start) / 60
        losses, mious = (read_scalars(runner.log_dir)[name][1] for name in ('loss', 'mIoU'))
        parameters = sum(p.numel() for p in runner.model.parameters())
        runs.append(PartRun(part, parameters, losses[0], losses[-1], mious[-1], minutes))
        (out_dir / f'{slot}.md').write_text(format_runs(slot, runs) + '\n')
    return runs


def format_runs(slot: str, runs: Sequence[PartRun]) -> str:
    """Markdown table, one row a part."""
    rows = [
        f'| {r.part} | {r.parameters / 1e6:.3f} | {r.first_loss:.2f} | {r.last_loss:.2f} '
        f'| {r.miou:.1f} | {r.minutes:.1f} |'
        for r in runs
    ]
    return '\n'.join([HEADER.format(slot=slot), *rows])
