"""Figures of chosen images."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mmseg_scr.figures.models import TrainedModel
from mmseg_scr.figures.scenes import Scene
from mmseg_scr.visualization import draw_improvements

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def improvements(scenes: Sequence[Scene], model: TrainedModel, *, width: float) -> 'Figure':
    """What changed between two models, outlined.

    Args:
        scenes: with labels and the predictions of both models.
        model: one of them, for its classes.
        width: of the figure, in inches.

    Raises:
        ValueError: the test set has no labels.
    """
    if any(scene.truth is None for scene in scenes):
        raise ValueError('the test set has no labels, which this figure compares with')
    titles = scenes[0].predictions
    return draw_improvements(
        [scene.image for scene in scenes],
        [scene.truth for scene in scenes],
        {title: [scene.predictions[title] for scene in scenes] for title in titles},
        classes=model.classes,
        palette=model.palette,
        ignore_index=model.ignore_index,
        width=width,
    )
