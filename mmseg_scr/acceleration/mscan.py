"""The block of mmseg's MSCAN in evaluation, with its normalisations and scales in the convolutions.

The shortcut around the attention starts after the normalisation, so no single convolution can take
that up. With ``bn(x) = s x + t`` and the scale ``l`` of the layer, the first half of a block is

    x + l (proj_2(g) + bn(x)) = (1 + l s) x + [l proj_2(g) + l t],   g = gate(act(proj_1(bn(x)))),

where the bracket is one convolution, and ``proj_1(bn(x))`` is another, for both are 1x1. The second
half, ``x + l mlp(bn(x))``, needs no factor. Exact up to rounding.
"""

import copy

import torch
from mmseg.models.backbones.mscan import MSCABlock
from torch import Tensor, nn

from mmseg_scr.acceleration.fold import scale_and_shift, scale_inputs, scale_outputs
from mmseg_scr.ops.recording import is_compiling


class FoldedMSCABlock(nn.Module):
    """Computes what a block computes in evaluation.

    Args:
        block: stays as it is; its convolutions are copied.
    """

    def __init__(self, block: MSCABlock) -> None:
        super().__init__()
        attention, mlp = copy.deepcopy(block.attn), copy.deepcopy(block.mlp)
        first, second = block.layer_scale_1.double(), block.layer_scale_2.double()
        scale, shift = scale_and_shift(block.norm1)
        scale_inputs(attention.proj_1, scale, shift)
        scale_outputs(attention.proj_2, first, first * shift)
        scale_inputs(mlp.fc1, *scale_and_shift(block.norm2))
        scale_outputs(mlp.fc2, second)
        self.attention = attention
        self.mlp = mlp
        factor = (1 + first * scale).to(block.layer_scale_1)
        self.register_buffer('factor', factor[:, None, None], persistent=False)

    def forward(self, x: Tensor, height: int, width: int) -> Tensor:
        """(B, H * W, C) -> the same."""
        x = _as_map(x, height, width)
        gated = self._gate(self.attention.activation(self.attention.proj_1(x)))
        x = torch.addcmul(self.attention.proj_2(gated), x, self.factor)
        x = x + self.mlp(x)
        return x.flatten(2).transpose(1, 2)

    def _gate(self, x: Tensor) -> Tensor:
        """Attention of the sum of strips, times ``x``."""
        gate = self.attention.spatial_gating_unit
        around = gate.conv0(x)
        strips = [
            second(first(around))
            for first, second in (
                (gate.conv0_1, gate.conv0_2),
                (gate.conv1_1, gate.conv1_2),
                (gate.conv2_1, gate.conv2_2),
            )
        ]
        return gate.conv3(around + strips[0] + strips[1] + strips[2]) * x


def _as_map(x: Tensor, height: int, width: int) -> Tensor:
    """(B, H * W, C) -> (B, C, H, W)."""
    if is_compiling():
        # Of one image, code for free sizes invents a stride of the batch, from which the library
        # of convolutions takes another layout than the compiler expects. Here the stride is plain.
        return x.reshape(-1).view(len(x), height, width, x.shape[2]).permute(0, 3, 1, 2)
    return x.transpose(1, 2).unflatten(2, (height, width))


@torch.no_grad()
def fold_mscan_blocks(model: nn.Module) -> int:
    """Put a folded block in the place of each; how many normalisations are gone."""
    blocks = [
        (parent, name, child)
        for parent in model.modules()
        for name, child in parent.named_children()
        if type(child) is MSCABlock and _can_fold(child)
    ]
    for parent, name, block in blocks:
        setattr(parent, name, FoldedMSCABlock(block).eval())
    return 2 * len(blocks)


def _can_fold(block: MSCABlock) -> bool:
    return not block.training and all(
        isinstance(norm, nn.modules.batchnorm._BatchNorm) and norm.running_mean is not None
        for norm in (block.norm1, block.norm2)
    )
