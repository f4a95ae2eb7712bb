"""Models that draw random numbers while they predict, as SegNeXt's head draws its bases.

A file would draw other numbers than the model, so no comparison would mean anything. mmseg's matrix
decomposition knows bases that are drawn once (``rand_init=False``); a model is changed to that.
"""

from functools import partial

import torch
from mmseg.models import BaseSegmentor
from torch import Tensor

from mmseg_scr.export.model import EXAMPLE, call_once
from mmseg_scr.probes.image_channels import PICTURE

SEED = 0


def fix_random_bases(model: BaseSegmentor, example: tuple[int, int, int] = EXAMPLE) -> int:
    """Draw the random bases of a model once and for all, always the same ones.

    Args:
        model: of pictures with three channels; is changed.
        example: batch, height and width on which it is run twice.

    Returns:
        How many modules drew bases at every call.

    Raises:
        ValueError: the model still predicts at random afterwards; an :class:`ExportError` if it
            does not take the example.
    """
    modules = [m for m in model.modules() if getattr(m, 'rand_init', False) is True]
    for module in modules:
        module.rand_init = False
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        batch, *size = example
        images = torch.randn(batch, PICTURE, *size)
        first, second = (call_once(partial(_predict, model), images) for _ in range(2))
    if not torch.equal(first, second):
        raise ValueError(
            'the model draws random numbers in evaluation, so that a file cannot agree with it; '
            'only the random bases of a matrix decomposition (LightHamHead) can be fixed'
        )
    return len(modules)


@torch.no_grad()
def _predict(model: BaseSegmentor, images: Tensor) -> Tensor:
    device = next(model.parameters()).device
    return model.eval()(images.to(device), mode='tensor')
