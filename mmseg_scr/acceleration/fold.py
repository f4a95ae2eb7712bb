"""Folds batch normalisations into the convolutions beside them, by what the model really computes.

A name or an order of registration says nothing of who reads a map. So one pass is watched, and a
pair is folded only where the map between the two is read by nothing else, and where weight and
statistics are used once: then the rewrite is exact.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils._pytree import tree_flatten

from mmseg_scr.acceleration.dataflow import (
    CONVOLUTION,
    NORMALIZATION,
    Call,
    Dataflow,
    is_watched,
    observe,
    owners,
)
from mmseg_scr.layers import ConcatConv2d, ConcatConvModule

PLAIN_FORWARDS = (_BatchNorm.forward, nn.SyncBatchNorm.forward)
NO_PADDING = (0, (0, 0), [0, 0], 'valid')


@torch.no_grad()
def fold_normalizations(model: nn.Module, run: Callable[[], object]) -> int:
    """Fold in place, and return how many normalisations are gone.

    Args:
        model: in evaluation mode.
        run: makes it compute once and returns what it returns.
    """
    flow, result = observe(run)
    folding = _Folding(model, flow, result)
    return sum(folding.fold(call) for call in flow.normalizations())


def scale_and_shift(norm: nn.Module) -> tuple[Tensor, Tensor]:
    """What a normalisation does in evaluation, ``scale * x + shift``, both (C,) and float64."""
    scale = (norm.running_var.double() + norm.eps).rsqrt()
    if norm.weight is not None:
        scale = scale * norm.weight.double()
    shift = -norm.running_mean.double() * scale
    return scale, shift if norm.bias is None else shift + norm.bias.double()


def scale_outputs(conv: nn.Conv2d, scale: Tensor, shift: Tensor | float = 0.0) -> None:
    """Let ``conv`` return ``scale * conv(x) + shift``, in place; (out channels,), float64."""
    bias = 0.0 if conv.bias is None else conv.bias.double()
    _set(conv, conv.weight.double() * scale[:, None, None, None], scale * bias + shift)


def scale_inputs(conv: nn.Conv2d, scale: Tensor, shift: Tensor) -> None:
    """Let ``conv`` return ``conv(scale * x + shift)``, in place; (in channels,), float64.

    Exact without padding only, which puts zeros around what is convolved.
    """
    per_group = conv.in_channels // conv.groups
    by_group = (conv.groups, 1, per_group, 1, 1)
    weight = conv.weight.double().unflatten(0, (conv.groups, -1))  # (groups, out, in, kh, kw)
    added = (weight * shift.view(by_group)).sum(dim=(2, 3, 4)).flatten()
    bias = added if conv.bias is None else added + conv.bias.double()
    _set(conv, (weight * scale.view(by_group)).flatten(0, 1), bias)


def _set(conv: nn.Conv2d, weight: Tensor, bias: Tensor) -> None:
    conv.weight = nn.Parameter(weight.to(conv.weight), requires_grad=False)
    conv.bias = nn.Parameter(bias.to(conv.weight), requires_grad=False)


class _Folding:
    """Of one model after one pass."""

    def __init__(self, model: nn.Module, flow: Dataflow, result: object) -> None:
        self._flow = flow
        self._owners = owners(model)
        self._makers = {id(call.result): call for call in flow.convolutions()}
        self._leaving = {id(leaf) for leaf in tree_flatten(result)[0]}
        self._with_bias = {
            conv
            for conv in model.modules()
            if isinstance(conv, nn.Conv2d) and conv.bias is not None
        }

    def fold(self, call: Call) -> bool:
        """Fold the normalisation of a call, if there is a convolution that takes it up."""
        norm = self._norm_of(call)
        if norm is None:
            return False
        before = self._before(call) or self._concatenating(norm)
        after = self._after(call) if before is None else None
        if before is not None:
            scale_outputs(before, *scale_and_shift(norm))
        elif after is not None:
            scale_inputs(after, *scale_and_shift(norm))
        else:
            return False
        ((parent, name),) = self._owners[id(norm)]
        setattr(parent, name, nn.Identity())
        return True

    def _norm_of(self, call: Call) -> nn.Module | None:
        """The module whose statistics were used, if it is a plain one that is called once."""
        mean = call.named(NORMALIZATION)['running_mean']
        norm, _ = self._only_place(mean)
        if norm is None or type(norm).forward not in PLAIN_FORWARDS:
            return None
        is_single = len(self._owners[id(norm)]) == 1
        return norm if is_single and not norm.training and not is_watched(norm) else None

    def _before(self, call: Call) -> nn.Conv2d | None:
        """The convolution that made what is normalised, and made it for nobody else."""
        given = call.named(NORMALIZATION)['input']
        maker = self._makers.get(id(given))
        if maker is None or not self._is_read_once(given):
            return None
        return self._conv_of(maker)

    def _concatenating(self, norm: nn.Module) -> ConcatConv2d | None:
        """The convolution of several maps whose sum ``norm`` takes, and nobody else."""
        ((parent, name),) = self._owners[id(norm)]
        if type(parent) is not ConcatConvModule or name != 'norm' or is_watched(parent.conv):
            return None
        conv, _ = self._only_place(parent.conv.weight)
        is_shared = conv is not parent.conv or len(self._owners[id(conv)]) != 1
        return None if is_shared or conv.bias is not None else conv

    def _after(self, call: Call) -> nn.Conv2d | None:
        """The only reader of what was normalised, if it is a convolution without padding."""
        if not self._is_read_once(call.result):
            return None
        (reader,) = self._flow.readers(call.result)
        if reader.function is not F.conv2d:
            return None
        given = reader.named(CONVOLUTION)
        is_padded = given['padding'] is not None and given['padding'] not in NO_PADDING
        return None if is_padded or given['input'] is not call.result else self._conv_of(reader)

    def _conv_of(self, call: Call) -> nn.Conv2d | None:
        """The module of a convolution, if its own weight and bias are read by this call alone."""
        given = call.named(CONVOLUTION)
        conv, name = self._only_place(given['weight'])
        if name != 'weight' or not isinstance(conv, nn.Conv2d) or is_watched(conv):
            return None
        if given['bias'] is None:
            return None if conv in self._with_bias else conv
        return conv if self._only_place(given['bias']) == (conv, 'bias') else None

    def _is_read_once(self, tensor: Tensor) -> bool:
        return len(self._flow.readers(tensor)) == 1 and id(tensor) not in self._leaving

    def _only_place(self, tensor: Tensor | None) -> tuple[nn.Module | None, str]:
        """Where a tensor hangs, if that is one place and one call only reads it."""
        places = self._owners.get(id(tensor), [])
        if tensor is None or len(places) != 1 or len(self._flow.readers(tensor)) != 1:
            return None, ''
        return places[0]
