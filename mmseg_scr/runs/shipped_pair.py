"""What the shipped pair of models says on scenes that no training has seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mmseg_scr.progress import ProgressReport
from mmseg_scr.runs.sample import predict, read_sample, score, score_class
from mmseg_scr.visualization import draw_panels
from mmseg_scr.weights import build_model, list_weights
from mmseg_scr.weights.card import find_weights

PAIR = {'baseline': 'baseline_street-scenes', 'ours': 'scr_street-scenes'}
SCENES = 20
PANEL_ROWS = 4
COLUMNS = {'mIoU': 'mIoU', 'boundary mIoU': 'boundary/mIoU_w1'}
THIN = 'pole'  # the class that is hardest to find


@dataclass(frozen=True)
class PairReport:
    """Scores in percent of each of the pair, by its title, and a picture of some scenes.

    ``thin`` is the IoU of the class ``THIN``.
    """

    scenes: int
    iterations: int | None
    scores: dict[str, dict[str, float]]
    thin: dict[str, float]
    panels: Path


def missing_models(pair: Mapping[str, str], folder: Path | str | None = None) -> list[str]:
    """Names of the pair that are not shipped."""
    shipped = {card.name for card in list_weights(folder)}
    return [name for name in pair.values() if name not in shipped]


def show_pair(
    pair: Mapping[str, str],
    out_dir: Path | str,
    *,
    progress: ProgressReport,
    folder: Path | str | None = None,
) -> PairReport:
    """Let shipped models label the first scenes of the last one's test set.

    Args:
        pair: title -> name of a shipped model, all of the same classes.
        out_dir: gets ``shipped.png``.
        progress: called after every scene.
        folder: of other published models than those of the package.

    Raises:
        LookupError: a name that is not shipped; see :func:`missing_models`.
    """
    models = {title: build_model(name, folder=folder) for title, name in pair.items()}
    *_, last = models.values()
    sample = read_sample(last.cfg.test_dataloader.dataset, SCENES)
    maps = {
        title: predict(model, sample, progress=progress, title=f'shipped {title}')
        for title, model in models.items()
    }
    columns = {'truth': sample.truth} | maps
    *_, card = (find_weights(name, folder)[0] for name in pair.values())
    return PairReport(
        scenes=len(sample.inputs),
        iterations=card.iterations,
        scores={title: score(sample, labels) for title, labels in maps.items()},
        thin={title: score_class(sample, labels, THIN) for title, labels in maps.items()},
        panels=draw_panels(
            Path(out_dir) / 'shipped.png',
            sample.images[:PANEL_ROWS],
            {title: labels[:PANEL_ROWS] for title, labels in columns.items()},
            sample.palette,
        ),
    )


def format_pair(report: PairReport) -> str:
    """The scores as aligned text, methods down."""
    width = max(map(len, report.scores)) + 2
    lines = [' ' * width + ''.join(f'{column:>16}' for column in (*COLUMNS, f'IoU of {THIN}s'))]
    for title, scores in report.scores.items():
        values = [*(scores[key] for key in COLUMNS.values()), report.thin[title]]
        lines.append(f'{title:<{width}}' + ''.join(f'{value:16.2f}' for value in values))
    return '\n'.join(lines)
