"""One call that makes a built segmentor fast, and checks that it says what it said."""

import copy
from collections.abc import Sequence

import torch
from mmengine.logging import print_log
from mmseg.models import BaseSegmentor

from mmseg_scr.acceleration.inputs import Picture, network_size, try_inputs
from mmseg_scr.acceleration.part import install_parts
from mmseg_scr.acceleration.seal import seal
from mmseg_scr.acceleration.steps import (
    choose_memory_format,
    compile_parts,
    fold,
    keep_freed_memory,
    lower_precision,
    split,
)
from mmseg_scr.acceleration.trials import Trials
from mmseg_scr.checks.compilers import require_recent_torch
from mmseg_scr.probes.image_channels import PICTURE, image_channels
from mmseg_scr.probes.undisturbed import undisturbed

PRECISIONS = {'float32': None, 'bfloat16': torch.bfloat16, 'float16': torch.float16}


def optimize(
    model: BaseSegmentor,
    size: tuple[int, int] | None = None,
    *,
    images: Sequence[Picture] = (),
    precision: str = 'float32',
    batch: int = 1,
    backend: str = 'inductor',
    keep_memory: bool = True,
) -> BaseSegmentor:
    """Return a copy of a segmentor that predicts the same, faster.

    Normalisations are folded into convolutions, backbone, neck and head are compiled, what stays
    eager gets the memory format that is faster, half precision is tried if it is asked for, and on
    a CPU the process keeps its memory from one prediction to the next. Each change is kept only if
    the logits stay what they were, and each but folding, on which the others build, only if time is
    gained. What was done is logged, and stands in ``model.acceleration``, a :class:`Report`.

    The copy is used like the model: ``test_step``, ``predict``, ``inference_model``, windows,
    augmentation. It refuses to be trained, to load weights, and to be copied.

    Args:
        model: any of mmseg, with its weights, on its device. It stays as it is.
        size: (height, width) of the pictures after the test pipeline; a model that predicts in
            windows knows its own. Other sizes work, and are a little slower.
        images: some real ones, on which classes are compared too: (h, w, 3) uint8 arrays as
            OpenCV reads them, or (3, h, w) tensors as a test pipeline packs them.
        precision: 'float32', or 'bfloat16' or 'float16' to have that tried; needs ``images``.
        batch: images that are given at once.
        backend: of ``torch.compile``.
        keep_memory: on a CPU, also let the whole process keep memory that it frees, if that is
            faster. It then holds as much as it once needed at most.

    Raises:
        ValueError: another precision; no size; images of a wrong shape; weights that are not
            float32; a network of other images than those of three channels.
        TypeError: no segmentor; one that was optimized before.
        ImportError: torch is older than 2.6.
    """
    _check_options(model, precision, batch)
    with undisturbed(model):
        trained = copy.deepcopy(model).eval()
        shape = network_size(model, size)
        noise, pictures = try_inputs(model, shape, images, batch)
        trials = Trials(model, trained, noise, pictures)
        repeatable = trials.is_repeatable()
        if repeatable:
            _take_steps(trials, PRECISIONS[precision], backend)
        times = trials.times()
        if keep_memory and repeatable:
            gain = keep_freed_memory(trials)
            times = times._replace(second=times.second * gain, ratio=times.ratio * gain)
        report = trials.report(shape, times)
    result = trials.model
    if report.taken:
        seal(result)
    result.acceleration = report
    print_log(f'optimize: {report}', logger='current')
    return result


def check_precision(precision: str) -> None:
    """Refuse another precision than those of :func:`optimize`.

    Raises:
        ValueError: with the allowed ones.
    """
    if precision not in PRECISIONS:
        raise ValueError(f'precision must be one of {", ".join(PRECISIONS)}, got {precision!r}')


def _take_steps(trials: Trials, dtype: torch.dtype | None, backend: str) -> None:
    fold(trials)
    split(trials)
    parts = install_parts(trials.model, trials.device)
    compile_parts(trials, parts, backend)
    choose_memory_format(trials, parts)
    if dtype is not None:
        lower_precision(trials, parts, dtype, backend)


def _check_options(model: BaseSegmentor, precision: str, batch: int) -> None:
    require_recent_torch('optimize()')
    check_precision(precision)
    if batch < 1:
        raise ValueError(f'batch must be at least 1, got {batch}')
    if not isinstance(model, BaseSegmentor):
        inside = ', take its .module' if hasattr(model, 'module') else ''
        raise TypeError(f'optimize() takes a segmentor, got {type(model).__name__}{inside}')
    if hasattr(model, 'acceleration'):
        raise TypeError('the model was optimized before; optimize() takes it as it was built')
    _check_network(model)


def _check_network(model: BaseSegmentor) -> None:
    others = {p.dtype for p in model.parameters() if p.is_floating_point()} - {torch.float32}
    if others:
        names = ', '.join(sorted(map(str, others)))
        raise ValueError(
            f'optimize() takes a float32 model, got {names}; call model.float(), and give '
            "precision='bfloat16' or 'float16' to have that tried"
        )
    channels = image_channels(model)
    if channels not in (None, PICTURE):
        raise ValueError(
            f'the network takes {channels} channels, optimize() tries pictures of three'
        )
