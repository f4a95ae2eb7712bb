"""The demonstration: two small networks learn drawn street scenes, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.evaluation import IoUMetric
from mmseg.registry import MODELS

from mmseg_scr.progress import ProgressReport
from mmseg_scr.runs.sample import predict, read_sample
from mmseg_scr.runs.scalars import read_scalars
from mmseg_scr.runs.short_run import train_briefly
from mmseg_scr.visualization import draw_panels, plot_curves

PANEL_ROWS = 4


@dataclass(frozen=True)
class Result:
    """What one method reached: IoU of each class in [0, 1], nan for classes that do not occur."""

    title: str
    ious: np.ndarray

    @property
    def miou(self) -> float:
        """Mean over the classes that occur."""
        return float(np.nanmean(self.ious))


@dataclass(frozen=True)
class Report:
    """Everything that a demonstration produced."""

    classes: tuple[str, ...]
    results: list[Result]
    panels: Path
    curves: Path
    table: Path


def run_demo(
    configs: dict[str, Path | str],
    out_dir: Path | str,
    *,
    iterations: int,
    progress: ProgressReport,
) -> Report:
    """Train each config from scratch and compare the outcome on the validation scenes.

    Args:
        configs: title -> config, all on the same dataset.
        out_dir: gets a work dir a title, ``panels.png``, ``curves.png`` and ``ious.csv``.
        iterations: training steps of each, at least 1.
        progress: called after every training step and every evaluated scene.

    Returns:
        The IoU tables: a constant prediction, the last config untrained, then every config trained.
    """
    out_dir = Path(out_dir)
    init_default_scope('mmseg')
    settings = {title: Config.fromfile(path) for title, path in configs.items()}
    last = list(settings.values())[-1]
    sample = read_sample(last.val_dataloader.dataset)  # drawn once, for all that follows
    truth, classes = sample.truth, sample.classes

    most = np.bincount(np.concatenate([t.ravel() for t in truth])).argmax()
    predictions = {'constant': [np.full_like(t, most) for t in truth]}
    torch.manual_seed(0)
    untrained = MODELS.build(last.model)
    predictions['untrained'] = predict(untrained, sample, progress=progress, title='untrained')
    logs = {}
    for title, config in settings.items():
        runner = train_briefly(config, out_dir / title, iterations, progress=progress, title=title)
        logs[title] = read_scalars(runner.log_dir)
        predictions[title] = predict(runner.model, sample, progress=progress, title=title)

    results = [Result(name, _ious(maps, truth, len(classes))) for name, maps in predictions.items()]
    columns = {'truth': truth} | {title: predictions[title] for title in settings}
    shown = {title: maps[:PANEL_ROWS] for title, maps in columns.items()}
    return Report(
        classes=classes,
        results=results,
        panels=draw_panels(
            out_dir / 'panels.png', sample.images[:PANEL_ROWS], shown, sample.palette
        ),
        curves=plot_curves(out_dir / 'curves.png', logs),
        table=_write_table(out_dir / 'ious.csv', classes, results),
    )


def format_table(report: Report) -> str:
    """The IoU table in percent as aligned text, classes down, methods across, the mean last."""
    width = max(len(name) for name in (*report.classes, 'mIoU')) + 2
    columns = [[*r.ious, r.miou] for r in report.results]
    lines = [' ' * width + ''.join(f'{r.title:>12}' for r in report.results)]
    for name, *values in zip((*report.classes, 'mIoU'), *columns, strict=True):
        lines.append(f'{name:<{width}}' + ''.join(f'{100 * value:12.1f}' for value in values))
    return '\n'.join(lines)


def _ious(
    predictions: Sequence[np.ndarray], truth: Sequence[np.ndarray], num_classes: int
) -> np.ndarray:
    """(K,) intersection over union, summed over all scenes; nan where a class is nowhere."""
    areas = [
        IoUMetric.intersect_and_union(
            torch.from_numpy(p), torch.from_numpy(t), num_classes, ignore_index=255
        )
        for p, t in zip(predictions, truth, strict=True)
    ]
    intersection, union, _, _ = (sum(kind) for kind in zip(*areas, strict=True))
    return (intersection / union).numpy()


def _write_table(path: Path, classes: Sequence[str], results: Sequence[Result]) -> Path:
    rows = [['class', *(r.title for r in results)]]
    rows += [[name, *(f'{r.ious[i]:.4f}' for r in results)] for i, name in enumerate(classes)]
    rows.append(['mIoU', *(f'{r.miou:.4f}' for r in results)])
    path.write_text('\n'.join(','.join(row) for row in rows) + '\n')
    return path
