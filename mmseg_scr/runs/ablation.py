"""A study: the jobs of its methods and seeds, and the tables of their records."""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path

from mmengine.config import Config

from mmseg_scr.drafts import write_text
from mmseg_scr.runs.columns import choose_columns
from mmseg_scr.runs.job import Job, prepare_job
from mmseg_scr.runs.plan import Group
from mmseg_scr.runs.records import RunRecord
from mmseg_scr.runs.rows import Row, summarize
from mmseg_scr.runs.schedules import shorten
from mmseg_scr.runs.sources import describe_sources
from mmseg_scr.runs.tables import format_csv, format_images_csv, format_latex, format_markdown
from mmseg_scr.visualization import plot_seed_differences

FIGURES = ('mIoU', 'boundary/mIoU_w')  # what has a figure: names that begin so


def prepare_jobs(
    groups: Sequence[Group], out_dir: Path, *, iterations: int | None = None, workers: int = 0
) -> list[Job]:
    """One job a method and seed: group by group, of each the first seed of all methods first.

    Args:
        groups: a title that several of them have is one method.
        out_dir: gets a folder a method.
        iterations: of each run, with the schedules shortened; as the configs say by default.
        workers: as of :func:`prepare_job`.

    Raises:
        ValueError: as of :func:`prepare_job`.
    """
    return [
        prepare_job(title, _shortened(config, iterations), seed, out_dir, workers=workers)
        for group in groups
        for seed in group.seeds
        for title, config in group.methods.items()
    ]


def write_tables(
    folder: Path,
    records: Sequence[RunRecord],
    *,
    baseline: str,
    metrics: Sequence[str] | None = None,
    only: Sequence[str] = (),
) -> str:
    """Write the tables as ``.md``, ``.csv`` and ``.tex``, and figures of differences.

    ``table`` has scores, costs and times, ``boundary``, ``errors`` and ``classes`` what their names
    say, where records have it; ``images.csv`` the intervals over images of all pairs of runs.

    Args:
        folder: for all of them.
        records: of one study.
        baseline: as of :func:`summarize`.
        metrics: of ``table``, the only one then.
        only: as of :func:`summarize`.

    Returns:
        The main table in markdown, with what it was made with below.

    Raises:
        ValueError: as of :func:`summarize` and :func:`choose_columns`.
    """
    choices = choose_columns(records, metrics)
    folder.mkdir(parents=True, exist_ok=True)
    texts = []
    for choice in choices:
        rows = summarize(records, baseline=baseline, metrics=choice.metrics, only=only)
        shown = {row.title for row in rows}
        sources = describe_sources([record for record in records if record.title in shown])
        texts.append(f'{format_markdown(rows, choice, baseline=baseline)}\n\n{sources}')
        write_text(folder / f'{choice.name}.md', texts[-1] + '\n')
        write_text(folder / f'{choice.name}.csv', format_csv(rows))
        write_text(folder / f'{choice.name}.tex', format_latex(rows, choice) + '\n')
        if choice.is_main:
            _write_differences(folder, rows, choice.metrics, baseline)
    return texts[0]


def _shortened(config: Config, iterations: int | None) -> Config:
    if iterations is None:
        return config
    config = deepcopy(config)
    shorten(config, iterations)
    return config


def _write_differences(
    folder: Path, rows: Sequence[Row], metrics: Sequence[str], baseline: str
) -> None:
    if any(row.images for row in rows):
        write_text(folder / 'images.csv', format_images_csv(rows))
    for metric in metrics:
        if metric.startswith(FIGURES):
            _plot(folder, rows, metric, baseline)


def _plot(folder: Path, rows: Sequence[Row], metric: str, baseline: str) -> None:
    cells = {row.title: row.cells[metric] for row in rows if metric in row.cells}
    drawn = {title: (c.pairs, c.interval) for title, c in cells.items() if c.difference is not None}
    if drawn:
        file = folder / f'differences_{metric.replace("/", "_")}.png'
        plot_seed_differences(file, drawn, baseline=baseline, unit=metric)
