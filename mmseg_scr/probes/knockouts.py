"""A trained model without one of its parts: what the part says is replaced, its weights stay."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mmseg_scr.ops.resize import resize_bilinear
from mmseg_scr.probes.parts import is_aligner
from mmseg_scr.probes.recording import bare_model

AVERAGED = 'channel_attention'  # modules whose results have one shape for every image


@dataclass(frozen=True)
class Knockout:
    """What takes the place of the results of some modules.

    Attributes:
        what: what is left out, for people.
        instead: what takes its place, for people.
        matches: whether the module of a path is one of them.
        replaced: a module, its inputs, its result -> what is used; None takes the mean result.
    """

    what: str
    instead: str
    matches: Callable[[str], bool]
    replaced: Callable[[nn.Module, tuple, Tensor], Tensor] | None


def _of_aligner(name: str) -> Callable[[str], bool]:
    return lambda path: path.endswith(f'.{name}') and is_aligner(path.removesuffix(f'.{name}'))


def _of_context(name: str) -> Callable[[str], bool]:
    return lambda path: path.split('.')[-2:] == ['context', name]


KNOCKOUTS: Mapping[str, Knockout] = {
    'aligners': Knockout(
        'aligners',
        'bilinear upsampling',
        is_aligner,
        lambda module, given, result: resize_bilinear(
            given[0],
            result.shape[2:],
            align_corners=getattr(module, 'align_corners', False),
        ),
    ),
    'offsets': Knockout(
        'offsets',
        'zero',
        _of_aligner('offset'),
        lambda _module, _given, result: torch.zeros_like(result),
    ),
    'neighbors': Knockout(
        'the 3x3 vote',
        "each pixel's own offset",
        _of_aligner('mask'),
        lambda _module, given, _result: given[0],
    ),
    'channel-attention': Knockout(
        'channel attention',
        "one factor, an image's mean",
        _of_context(AVERAGED),
        lambda _module, _given, result: result.mean(dim=1, keepdim=True).expand_as(result),
    ),
    'adaptive-channels': Knockout(
        'what of the channel attention adapts to an image',
        'the mean factors of all images',
        _of_context(AVERAGED),
        None,
    ),
    'spatial-attention': Knockout(
        'spatial attention',
        'zero',
        _of_context('spatial_attention'),
        lambda _module, _given, result: torch.zeros_like(result),
    ),
    'feed-forward': Knockout(
        'feed-forward block',
        'its input',
        _of_context('feed_forward'),
        lambda _module, given, _result: given[0],
    ),
}
"""Name -> knockout, in the order of the main paper."""


def present_knockouts(model: nn.Module) -> list[str]:
    """Names in :data:`KNOCKOUTS` of what a model has."""
    paths = [path for path, module in bare_model(model).named_modules() if _computes(module)]
    return [name for name, each in KNOCKOUTS.items() if any(map(each.matches, paths))]


@contextmanager
def knocked_out(
    model: nn.Module, name: str, means: Mapping[str, Tensor] | None = None
) -> Iterator[None]:
    """Replace what a part says as long as the context is open.

    Args:
        model: any; it is run by the caller, uncompiled.
        name: one of :func:`present_knockouts`.
        means: of :func:`mean_results`, for ``'adaptive-channels'``.

    Raises:
        ValueError: the model has no such part, or ``means`` are needed.
    """
    if name not in present_knockouts(model):
        raise ValueError(f'the model has no {name!r} to leave out, only {present_knockouts(model)}')
    knockout = KNOCKOUTS[name]
    if knockout.replaced is None and means is None:
        raise ValueError(f'{name!r} needs means, those of mean_results over some images')
    with ExitStack() as stack:
        for path, module in _matching(model, knockout):
            hook = _constant(means[path]) if knockout.replaced is None else _hook(knockout)
            stack.callback(module.register_forward_hook(hook).remove)
        yield


@contextmanager
def mean_results(model: nn.Module) -> Iterator[dict[str, Tensor]]:
    """Collect mean channel factors, by path, over all images of the passes in the context.

    Yields:
        A dict that is filled when the context closes; path -> (1, C, 1, 1).
    """
    is_averaged = _of_context(AVERAGED)
    sums: dict[str, list[Tensor]] = {}
    means: dict[str, Tensor] = {}
    with ExitStack() as stack:
        for path, module in bare_model(model).named_modules():
            if is_averaged(path):
                hook = _collector(sums.setdefault(path, []))
                stack.callback(module.register_forward_hook(hook).remove)
        yield means
    means |= {path: torch.cat(each).mean(0, keepdim=True) for path, each in sums.items() if each}


def _matching(model: nn.Module, knockout: Knockout) -> list[tuple[str, nn.Module]]:
    modules = bare_model(model).named_modules()
    return [(path, module) for path, module in modules if knockout.matches(path)]


def _computes(module: nn.Module) -> bool:
    """Whether its result is not just its input."""
    return not isinstance(module, nn.Identity)


def _hook(knockout: Knockout) -> Callable:
    return lambda module, given, result: knockout.replaced(module, given, result)


def _constant(mean: Tensor) -> Callable:
    return lambda _module, _given, result: mean.to(result).expand_as(result)


def _collector(results: list[Tensor]) -> Callable:
    def collect(_module: nn.Module, _given: tuple, result: Tensor) -> None:
        results.append(result.detach())

    return collect
