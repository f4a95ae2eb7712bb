"""A network of timm's EfficientNet family, taken apart into modules of torch.

timm keeps an activation inside of its batch normalisation. ``fuse_conv_bn`` and the conversion to
SyncBN see a normalisation there, put their own in its place, and the activation is lost without a
word. Here a normalisation is a normalisation; names of tensors and results are timm's.
"""

from collections import OrderedDict

import torch.nn.functional as F
from torch import Tensor, nn

HOW_TO_INSTALL = '`pip install timm` beside torchvision of the same build as torch'


def plain_network(name: str, *, drop_path_rate: float) -> tuple[list[nn.Module], nn.Sequential]:
    """Build a network of timm and take it apart.

    Args:
        name: of timm.
        drop_path_rate: as of timm.

    Returns:
        Convolution, normalisation and activation of the stem; the groups of blocks.

    Raises:
        ImportError: timm is not installed.
    """
    try:
        from timm import create_model
    except ModuleNotFoundError as error:
        raise ImportError(
            f'the backbone {name} is built by timm, which is not installed ({error}): '
            f'{HOW_TO_INSTALL}'
        ) from error
    network = create_model(
        name, pretrained=False, features_only=True, drop_path_rate=drop_path_rate
    )
    stem = [_plain_conv(network.conv_stem), *_plain_norm(network.bn1)]
    groups = [nn.Sequential(*map(_plain_block, group)) for group in network.blocks]
    return stem, nn.Sequential(*groups)


class SameConv2d(nn.Conv2d):
    """Stride 2 convolution of an odd window, padded as in TensorFlow: n pixels give n / 2, up.

    An even side gets one zero more at its end, an odd one equally many at both ends. The padding is
    arithmetic on sizes without a branch, so that an exported graph keeps height and width free.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C', H / 2, W / 2)."""
        height, width = x.shape[2:]
        rows, columns = self.kernel_size
        padding = (_before(columns, width), columns // 2, _before(rows, height), rows // 2)
        x = F.pad(x, padding)
        return F.conv2d(x, self.weight, self.bias, self.stride, groups=self.groups)


class Residual(nn.Sequential):
    """Its modules in turn, added to what they are given."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, C, h, w)."""
        return x + super().forward(x)


def _before(window: int, size: int) -> int:
    return window // 2 - 1 + size % 2


def _plain_block(block: nn.Module) -> nn.Sequential:
    """A block of timm, whose children stand in the order in which it calls them."""
    modules = {}
    for name, child in block.named_children():
        if isinstance(child, nn.Conv2d):
            modules[name] = _plain_conv(child)
        elif isinstance(child, nn.BatchNorm2d):
            modules[name], modules[name.replace('bn', 'act')] = _plain_norm(child)
        else:
            modules[name] = child
    kept = {name: m for name, m in modules.items() if not isinstance(m, nn.Identity)}
    return (Residual if block.has_skip else nn.Sequential)(OrderedDict(kept))


def _plain_conv(conv: nn.Conv2d) -> nn.Conv2d:
    """The same weights; timm's own class only where it pads by the size of the image."""
    if tuple(conv.stride) == (1, 1):
        return conv
    same = SameConv2d(
        conv.in_channels,
        conv.out_channels,
        conv.kernel_size,
        stride=conv.stride,
        groups=conv.groups,
        bias=conv.bias is not None,
    )
    same.load_state_dict(conv.state_dict())
    return same


def _plain_norm(norm: nn.BatchNorm2d) -> tuple[nn.BatchNorm2d, nn.Module]:
    """The normalisation alone, and the activation that timm keeps inside of it."""
    plain = nn.BatchNorm2d(norm.num_features, eps=norm.eps, momentum=norm.momentum)
    plain.load_state_dict(norm.state_dict())
    return plain, norm.act
