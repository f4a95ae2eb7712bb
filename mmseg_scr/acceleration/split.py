"""Feed-forward blocks that make a part of their hidden channels at a time.

Between two 1x1 convolutions every hidden channel goes its own way, through a depthwise convolution
and an activation. So ``second(act(depthwise(first(x))))`` is a sum over groups of hidden channels,
exact up to the order of additions. The hidden map of a fine stage, eight times as wide as the map
itself, is larger than the caches of a processor, and its parts are not.
"""

from collections.abc import Callable
from functools import reduce
from typing import NamedTuple

import torch
from mmcv.cnn import Conv2d
from mmseg.models.backbones.mit import MixFFN
from mmseg.models.backbones.mscan import Mlp
from torch import Tensor, nn

from mmseg_scr.acceleration.dataflow import is_watched

NARROWEST = 64  # channels of a group; narrower convolutions are slow
SMALLEST = 2**20  # numbers of a group's map, about; smaller ones gain nothing more
CONVOLUTIONS = (nn.Conv2d, Conv2d)  # mmcv's takes empty maps, too
ELEMENTWISE = (nn.GELU, nn.ReLU, nn.ReLU6, nn.SiLU, nn.Hardswish, nn.LeakyReLU)


class FeedForward(NamedTuple):
    """What is split, and where it hangs."""

    owner: nn.Module
    name: str
    first: nn.Conv2d
    depthwise: nn.Conv2d
    act: nn.Module
    second: nn.Conv2d


class SplitFeedForward(nn.Module):
    """Computes what a feed-forward block computes in evaluation.

    Args:
        block: stays as it is.
        groups: of hidden channels, a divisor of their number.
    """

    def __init__(self, block: FeedForward, groups: int) -> None:
        super().__init__()
        width = block.first.out_channels // groups
        self.parts = nn.ModuleList(
            _part(block, slice(start, start + width), with_bias=start == 0)
            for start in range(0, block.first.out_channels, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, C', h, w)."""
        return reduce(torch.add, (part(x) for part in self.parts))


@torch.no_grad()
def split_feed_forwards(model: nn.Module, run: Callable[[], object]) -> int:
    """Split, in place, those whose hidden map is large, and return how many.

    Args:
        model: in evaluation mode.
        run: makes it compute once, at the size for which it is split.
    """
    blocks = _feed_forwards(model)
    count = 0
    for block, pixels in zip(blocks, _pixels(blocks, run), strict=True):
        groups = number_of_groups(block.first.out_channels, pixels)
        if groups > 1:
            setattr(block.owner, block.name, SplitFeedForward(block, groups))
            count += 1
    return count


def number_of_groups(channels: int, pixels: int) -> int:
    """A power of two, for a hidden map of a number of channels and of pixels (of all images)."""
    groups = 1
    while (
        channels % (2 * groups) == 0
        and channels >= 2 * groups * NARROWEST
        and channels * pixels >= 2 * groups * SMALLEST
    ):
        groups *= 2
    return groups


def _feed_forwards(model: nn.Module) -> list[FeedForward]:
    found = []
    for owner in model.modules():
        for name, child in owner.named_children():
            if type(child) is Mlp:
                layers = child.fc1, child.dwconv, child.act, child.fc2
            elif type(owner) is MixFFN and name == 'layers':
                layers = [layer for layer in child if not isinstance(layer, nn.Dropout)]
            else:
                continue
            if not child.training and _can_split(layers):
                found.append(FeedForward(owner, name, *layers))
    return found


def _can_split(layers: tuple[nn.Module, ...]) -> bool:
    """Whether they are a 1x1, a depthwise convolution, an activation of each number, a 1x1."""
    if len(layers) != 4 or type(layers[2]) not in ELEMENTWISE or any(map(is_watched, layers)):
        return False
    first, depthwise, _, second = layers
    if not all(type(conv) in CONVOLUTIONS for conv in (first, depthwise, second)):
        return False
    pointwise = all(conv.kernel_size == (1, 1) and conv.groups == 1 for conv in (first, second))
    return pointwise and depthwise.groups == depthwise.in_channels == depthwise.out_channels


def _pixels(blocks: list[FeedForward], run: Callable[[], object]) -> list[int]:
    """Of all images, in the largest map that each is given."""
    largest = [0] * len(blocks)

    def note(number: int) -> Callable:
        def hook(_: nn.Module, given: tuple[Tensor, ...]) -> None:
            batch, _, height, width = given[0].shape
            largest[number] = max(largest[number], batch * height * width)

        return hook

    handles = [b.first.register_forward_pre_hook(note(n)) for n, b in enumerate(blocks)]
    try:
        if blocks:
            run()
    finally:
        for handle in handles:
            handle.remove()
    return largest


def _part(block: FeedForward, hidden: slice, *, with_bias: bool) -> nn.Sequential:
    first = _cut(block.first, block.first.weight[hidden], _at(block.first.bias, hidden))
    depthwise = _cut(
        block.depthwise, block.depthwise.weight[hidden], _at(block.depthwise.bias, hidden)
    )
    bias = block.second.bias if with_bias else None
    second = _cut(block.second, block.second.weight[:, hidden], bias)
    return nn.Sequential(first, depthwise, block.act, second)


def _cut(conv: nn.Conv2d, weight: Tensor, bias: Tensor | None) -> nn.Conv2d:
    """A convolution of some of the channels."""
    outputs, inputs = weight.shape[:2]
    groups = outputs if conv.groups > 1 else 1
    cut = nn.Conv2d(
        inputs * groups,
        outputs,
        conv.kernel_size,
        stride=conv.stride,
        padding=conv.padding,
        dilation=conv.dilation,
        groups=groups,
        bias=bias is not None,
        padding_mode=conv.padding_mode,
        device='meta',
    )
    cut.weight = nn.Parameter(weight.contiguous(), requires_grad=False)
    if bias is not None:
        cut.bias = nn.Parameter(bias, requires_grad=False)
    return cut.eval()


def _at(bias: Tensor | None, channels: slice) -> Tensor | None:
    return None if bias is None else bias[channels]
