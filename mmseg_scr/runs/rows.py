"""Methods side by side: what the records of their runs say, beside those of a baseline."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite, nan
from statistics import mean

from mmseg_scr.runs.image_counts import of_same_images, unpack_counts
from mmseg_scr.runs.numbers import numbers
from mmseg_scr.runs.records import RunRecord
from mmseg_scr.runs.statistics import (
    BootstrapDifference,
    Difference,
    bootstrap_difference,
    paired_difference,
)

SCORE = 'mIoU'  # what the bootstrap over images is of
Runs = Mapping[int, RunRecord]  # of one method, by seed


@dataclass(frozen=True)
class Cell:
    """A metric of one method: a value a seed, and the difference to the baseline."""

    values: tuple[float, ...]
    pairs: tuple[float, ...] = ()  # own value above the baseline's, of each seed that both have
    difference: Difference | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of the mean difference; None where there are fewer than two pairs."""
        return (self.difference.low, self.difference.high) if len(self.pairs) > 1 else None


@dataclass(frozen=True)
class Row:
    """A method: its seeds, costs and metrics.

    ``parameters`` are in 1e6, ``macs`` in 1e9. ``seconds`` an iteration and ``minutes`` a run are
    means over the seeds, None where the runs had several ``devices`` (kinds) or where no record
    has them. ``images`` holds, by seed, the difference of mIoU to the baseline's run of that seed
    with its interval over images.
    """

    title: str
    seeds: tuple[int, ...]
    devices: tuple[str, ...]
    parameters: float
    macs: float
    seconds: float | None
    minutes: float | None
    cells: dict[str, Cell]
    images: dict[int, BootstrapDifference] = field(default_factory=dict)


def summarize(
    records: Iterable[RunRecord],
    *,
    baseline: str,
    metrics: Sequence[str] = (SCORE,),
    only: Sequence[str] = (),
) -> list[Row]:
    """A row a title.

    Args:
        records: of one study.
        baseline: title that the others are compared with.
        metrics: names as of :func:`mmseg_scr.runs.numbers.numbers`. A method that lacks one has no
            cell for it.
        only: titles in the order of their rows, the baseline in front if it is not among them; all
            by default, in the order in which they come up.

    Raises:
        ValueError: a title has no record, or records of different experiments.
    """
    by_title: dict[str, dict[int, RunRecord]] = {}
    digests: dict[str, set[str]] = {}
    for record in records:
        by_title.setdefault(record.title, {})[record.seed] = record
        digests.setdefault(record.title, set()).add(record.digest)
    if only and baseline not in only:
        only = [baseline, *only]
    unknown = [title for title in (baseline, *only) if title not in by_title]
    if unknown:
        raise ValueError(f'no record of {unknown[0]!r}, only of {[*by_title]}')
    chosen = {title: by_title[title] for title in only or by_title}
    for title in chosen:
        require_one_experiment(title, digests[title])
    return [_row(title, runs, by_title[baseline], metrics) for title, runs in chosen.items()]


def require_one_experiment(title: str, digests: Collection[str]) -> None:
    """Raise ValueError if the records of a title have several digests."""
    if len(digests) > 1:
        raise ValueError(
            f'{title!r} has records of {len(digests)} different experiments; give them other '
            'titles, or another file'
        )


def _row(title: str, runs: Runs, baseline: Runs, metrics: Sequence[str]) -> Row:
    first = next(iter(runs.values()))
    devices = tuple(sorted({run.device for run in runs.values()}))
    minutes = [run.minutes for run in runs.values() if run.minutes is not None]
    seconds = mean(run.seconds_per_iteration for run in runs.values())
    values = {seed: numbers(runs[seed]) for seed in sorted(runs)}
    return Row(
        title=title,
        seeds=tuple(values),
        devices=devices,
        parameters=first.parameters / 1e6,
        macs=first.macs,
        seconds=seconds if len(devices) == 1 else None,
        minutes=mean(minutes) if minutes and len(devices) == 1 else None,
        cells={
            name: _cell(name, values, None if runs is baseline else _partners(runs, baseline))
            for name in metrics
            if all(isfinite(own.get(name, nan)) for own in values.values())
        },
        images=_over_images(runs, baseline) if SCORE in metrics else {},
    )


def _partners(runs: Runs, baseline: Runs) -> dict[int, RunRecord]:
    """The baseline's runs of the same seeds on the same kind of device, by seed."""
    return {
        seed: baseline[seed]
        for seed in sorted(runs)
        if seed in baseline and baseline[seed].device == runs[seed].device
    }


def _cell(name: str, values: Mapping[int, dict[str, float]], partners: Runs | None) -> Cell:
    own = tuple(float(of_seed[name]) for of_seed in values.values())
    others = {seed: numbers(run).get(name, nan) for seed, run in (partners or {}).items()}
    others = {seed: other for seed, other in others.items() if isfinite(other)}
    pairs = [(other, values[seed][name]) for seed, other in others.items()]
    if not pairs:
        return Cell(own)
    above = tuple(mine - other for other, mine in pairs)
    return Cell(own, above, paired_difference(*zip(*pairs, strict=True)))


def _over_images(runs: Runs, baseline: Runs) -> dict[int, BootstrapDifference]:
    if runs is baseline:
        return {}
    found = {}
    for seed, partner in _partners(runs, baseline).items():
        tables = partner.image_counts, runs[seed].image_counts
        if all(tables) and of_same_images(*tables):
            found[seed] = bootstrap_difference(*map(unpack_counts, tables))
    return found
