"""Small whole segmentors whose weights and statistics are neither zero nor one."""

from builders.fill import fill_parameters
from builders.tiny_models import tiny_config
from mmseg.models import BaseSegmentor
from mmseg.registry import MODELS


def tiny_segmentor(head: str = 'UPerHead', *, scale: float = 0.1, **test_cfg) -> BaseSegmentor:
    """Build a network with that head for 5 classes, in evaluation mode."""
    config = tiny_config(head, **test_cfg)
    model = fill_parameters(MODELS.build(config.model), scale=scale).eval()
    model.cfg = config
    return model
