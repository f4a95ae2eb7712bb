"""Counting what a part costs: multiply-adds that run, and bytes that it needs or makes."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode


def count_products(part: nn.Module, *inputs: Tensor) -> int:
    """Multiply-adds of the convolutions and matrix products of a forward."""
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        part(*inputs)
    return counter.get_total_flops() // 2


def kept_bytes(call: Callable[..., Tensor], *inputs: Tensor) -> int:
    """Bytes of the tensors that a forward keeps for the gradient; a shared storage counts once."""
    storages = {}

    def pack(tensor: Tensor) -> Tensor:
        if not isinstance(tensor, nn.Parameter):
            # By identity: tensors without data have no address. The reference keeps it unique.
            storage = tensor.untyped_storage()
            storages[storage._cdata] = storage
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        call(*inputs)
    return sum(storage.nbytes() for storage in storages.values())


class LargestTensor(TorchDispatchMode):
    """As long as it is entered, ``nbytes`` is the largest memory of a tensor that was made."""

    nbytes = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        results = func(*args, **(kwargs or {}))
        made = (x.untyped_storage().nbytes() for x in tree_leaves(results) if isinstance(x, Tensor))
        self.nbytes = max([self.nbytes, *made])
        return results
