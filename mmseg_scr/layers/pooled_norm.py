"""Normalisation of maps that pooling may have left with a single pixel.

With one image in a process, such a map holds one value a channel. Batch normalisation has no
variance of it and torch raises ValueError, in the middle of a run if the last batch is short. That
step then normalises with the running statistics, as evaluation does, and leaves them as they are.
"""

import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


def normalize_pooled(norm: nn.Module, x: Tensor) -> Tensor:
    """``norm(x)``, with running statistics where a batch statistic would be of one value a channel.

    Args:
        norm: any normalisation. One that keeps no running statistics has nothing to fall back on
            and is called as it is.
        x: (B, C, h, w).

    Returns:
        (B, C, h, w).
    """
    if not takes_statistics_of_one_value(norm, x):
        return norm(x)
    return F.batch_norm(
        x, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps
    )


def takes_statistics_of_one_value(norm: nn.Module | None, x: Tensor) -> bool:
    """Whether ``norm`` would take batch statistics of one value a channel of x (B, C, h, w)."""
    if not (isinstance(norm, _BatchNorm) and norm.training and norm.track_running_stats):
        return False
    return x.numel() == x.shape[1] and not _is_synchronized(norm)


def _is_synchronized(norm: _BatchNorm) -> bool:
    """Whether the statistics are those of several processes, which then all have to take part."""
    if not (isinstance(norm, nn.SyncBatchNorm) and dist.is_available() and dist.is_initialized()):
        return False
    return dist.get_world_size(norm.process_group) > 1
