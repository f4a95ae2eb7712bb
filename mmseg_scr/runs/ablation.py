"""A study: which configs are trained from which seeds, and the tables of their records."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import init_default_scope

from mmseg_scr.runs.job import Job, prepare_job
from mmseg_scr.runs.records import RunRecord
from mmseg_scr.runs.schedules import shorten
from mmseg_scr.runs.tables import Row, format_csv, format_latex, format_markdown, summarize
from mmseg_scr.runs.variants import titles_of_configs, variants_of_slot
from mmseg_scr.visualization import plot_seed_differences


def prepare_jobs(
    configs: Mapping[Path, Config],
    out_dir: Path,
    *,
    seeds: Sequence[int],
    iterations: int | None = None,
    slot: str | None = None,
    parts: Sequence[str] = (),
) -> list[Job]:
    """One job a method and seed, the first seed of all methods first.

    Args:
        configs: file -> config; a single one where ``slot`` is given.
        out_dir: gets a folder a method.
        seeds: of the runs.
        iterations: of each run, with the schedules shortened; as the configs say by default.
        slot: as of :func:`variants_of_slot`; the methods are the parts then.
        parts: likewise.

    Raises:
        ValueError: as of :func:`variants_of_slot` and :func:`prepare_job`.
    """
    init_default_scope('mmseg')
    if slot:
        (config,) = configs.values()
        methods = variants_of_slot(config, slot, parts)
    else:
        titles = titles_of_configs([path.stem for path in configs])
        methods = dict(zip(titles, configs.values(), strict=True))
    if iterations is not None:
        for config in methods.values():
            shorten(config, iterations)
    return [
        prepare_job(title, config, seed, out_dir)
        for seed in seeds
        for title, config in methods.items()
    ]


def write_tables(
    folder: Path, records: Sequence[RunRecord], *, baseline: str, metrics: Sequence[str]
) -> list[Row]:
    """Write ``table.md``, ``table.csv``, ``table.tex`` and, a metric, ``differences_<metric>.png``.

    Returns:
        The rows of the tables.
    """
    rows = summarize(records, baseline=baseline, metrics=metrics)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'table.md').write_text(format_markdown(rows, baseline=baseline) + '\n')
    (folder / 'table.csv').write_text(format_csv(rows))
    (folder / 'table.tex').write_text(format_latex(rows) + '\n')
    for metric in metrics:
        compared = {row.title: row.cells[metric] for row in rows if metric in row.cells}
        drawn = {
            title: (cell.pairs, cell.interval)
            for title, cell in compared.items()
            if cell.difference is not None
        }
        if drawn:
            file = folder / f'differences_{metric}.png'
            plot_seed_differences(file, drawn, baseline=baseline, unit=metric)
    return rows
