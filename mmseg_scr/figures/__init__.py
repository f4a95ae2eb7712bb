"""The papers' figures of trained models: loads them, predicts, looks inside, and draws by name."""

from mmseg_scr.figures.catalogue import FIGURES, Request, check_request
from mmseg_scr.figures.drawing import draw_figures
from mmseg_scr.figures.models import TrainedModel, load_models
from mmseg_scr.figures.named_models import NamedModel, NamedRun, read_models, read_single_runs
from mmseg_scr.figures.names import titles_of

__all__ = [
    'FIGURES',
    'NamedModel',
    'NamedRun',
    'Request',
    'TrainedModel',
    'check_request',
    'draw_figures',
    'load_models',
    'read_models',
    'read_single_runs',
    'titles_of',
]
