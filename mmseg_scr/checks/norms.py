"""Options that are normalisations."""

from torch import nn
from torch.nn.modules.instancenorm import _InstanceNorm


def require_norm_of_one_pixel(part: str, norm: nn.Module) -> None:
    """Make sure that a normalisation has a result for the mean of a whole map.

    Args:
        part: name of the module, for the message.
        norm: normalises maps (B, C, 1, 1) of ``part``.

    Raises:
        ValueError: it is an instance normalisation, which has no variance of one pixel.
    """
    if isinstance(norm, _InstanceNorm):
        raise ValueError(
            f'{part} normalises the mean of the whole map, and one pixel has no variance: norm_cfg '
            f"must be BN, SyncBN, GN or another that is not of each image's map; got {norm}"
        )
