"""Weights as they are shipped: in half precision, without what a test does not read."""

from collections import OrderedDict
from collections.abc import Collection, Mapping

import torch
from torch import Tensor

COUNTER = 'num_batches_tracked'  # of batch normalisation; mmengine's loading does not ask for it
HALF = torch.finfo(torch.float16)


def pack(state_dict: Mapping[str, Tensor], *, left_out: Collection[str] = ()) -> OrderedDict:
    """A state dict in half precision; its record of the modules' versions (``_metadata``) stays.

    Args:
        state_dict: of a model. A tensor with values beyond half precision stays as it is, and so
            does one of numbers so small that half precision rounds them coarsely, as layer scales.
        left_out: names that do not get in; counters of batches never do.
    """
    packed = OrderedDict(
        (name, _halved(tensor))
        for name, tensor in state_dict.items()
        if name not in left_out and not name.endswith(COUNTER)
    )
    return _with_versions(packed, state_dict)


def unpack(state_dict: Mapping[str, Tensor]) -> OrderedDict:
    """A packed state dict in float32."""
    whole = OrderedDict(
        (name, tensor.float() if tensor.is_floating_point() else tensor)
        for name, tensor in state_dict.items()
    )
    return _with_versions(whole, state_dict)


def _halved(tensor: Tensor) -> Tensor:
    # A view would bring all of the tensor that it is a part of into the file.
    return tensor.half().clone() if _fits_half(tensor) else tensor.clone()


def _fits_half(tensor: Tensor) -> bool:
    if not tensor.is_floating_point() or not tensor.numel():
        return False
    largest = tensor.abs().max().item()
    return largest == 0 or HALF.smallest_normal <= largest <= HALF.max


def _with_versions(converted: OrderedDict, source: Mapping[str, Tensor]) -> OrderedDict:
    # By these versions a module tells old weights from new ones: see CRM.
    if hasattr(source, '_metadata'):
        converted._metadata = source._metadata
    return converted
