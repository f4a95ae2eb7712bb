"""The precision in which sums, products and positions are taken."""

import torch
from torch import Tensor


def at_least_float32(*tensors: Tensor) -> torch.dtype:
    """The widest dtype of the tensors; float32 if that is narrower."""
    dtype = torch.float32
    for tensor in tensors:
        dtype = torch.promote_types(dtype, tensor.dtype)
    return dtype
