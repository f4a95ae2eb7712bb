"""Object-contextual representations (OCR, arXiv 1909.11065): pixels attend to regions of classes.

Written from the equations. Original code: openseg.pytorch, MIT; mmseg's ``OCRHead``: Apache-2.0.
Differs: a part that any head can hold; its soft regions are the logits of the head's own 1x1
convolution, of the features that it reads itself, as with HRNet in the original; no 3x3 convolution
to 512 channels before it; convolutions have no bias, as in mmseg; see also
:mod:`mmseg_scr.ops.regions`.

Shapes: B images, K classes, C channels of the head's last feature, at (h, w).
"""

import torch
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.checks.numbers import require_not_negative, require_positive
from mmseg_scr.layers import PooledConvModule
from mmseg_scr.ops.regions import attend_to_regions, soft_regions

PLAIN_WEIGHT = 0.4  # of the auxiliary loss in the original code
BN = dict(type='BN')
INIT_STD = 0.01  # of the last convolution, as mmseg's heads have it


@MODELS.register_module()
class OCR(nn.Module):
    """Classify every pixel by its feature beside what it gathers from the regions of its image.

    Args:
        channels: C.
        num_classes: K, also the number of regions.
        norm_cfg: config of the normalisations.
        region_channels: width of queries, keys and values, half of C by default.
        plain_weight: factor of the head's loss on the logits of its 1x1 convolution, 0 for none.
        dropout_ratio: share of the channels that training sets to zero before the last convolution.
    """

    def __init__(
        self,
        channels: int,
        *,
        num_classes: int,
        norm_cfg: dict = BN,
        region_channels: int | None = None,
        plain_weight: float = PLAIN_WEIGHT,
        dropout_ratio: float = 0.05,
    ) -> None:
        super().__init__()
        require_not_negative('plain_weight of OCR', plain_weight)
        self.num_classes = num_classes
        self.plain_weight = plain_weight
        self.block = ObjectContext(channels, region_channels, norm_cfg=norm_cfg)
        self.dropout = nn.Dropout2d(dropout_ratio)
        self.classify = nn.Conv2d(channels, num_classes, 1)
        nn.init.normal_(self.classify.weight, std=INIT_STD)
        nn.init.zeros_(self.classify.bias)

    def forward(self, features: Tensor, logits: Tensor, weight: Tensor) -> Tensor:
        """Classify every pixel.

        Args:
            features: (B, C, h, w), without dropout.
            logits: (B, K, h, w) of the head's 1x1 convolution. They receive a gradient.
            weight: of that convolution; takes no part.

        Returns:
            (B, K, h, w), dtype of ``logits``.
        """
        if logits.shape[1] != self.num_classes:
            raise ValueError(
                f'OCR was built for num_classes={self.num_classes} regions, got logits of '
                f'{logits.shape[1]}'
            )
        return self.classify(self.dropout(self.block(features, logits))).to(logits.dtype)

    def training_terms(
        self,
        features: Tensor,
        logits: Tensor,
        weight: Tensor,
        estimated: Tensor,
        labels: Tensor,
    ) -> tuple[dict[str, tuple[Tensor, float]], dict[str, Tensor]]:
        """The logits ``plain``, which are ``logits``, with the factor of the head's loss on them.

        They make the regions those of the classes. With factor 0 there are none.
        """
        return ({'plain': (logits, self.plain_weight)} if self.plain_weight else {}), {}


class ObjectContext(nn.Module):
    """The object-contextual representation of every pixel, fused with its feature.

    Args:
        channels: C.
        region_channels: width D of queries, keys and values, half of C by default.
        norm_cfg: config of the normalisations.
    """

    def __init__(
        self, channels: int, region_channels: int | None = None, *, norm_cfg: dict
    ) -> None:
        super().__init__()
        width = max(channels // 2, 1) if region_channels is None else region_channels
        require_positive('region_channels of OCR', width)

        def convolve(inputs: int, outputs: int) -> PooledConvModule:
            return PooledConvModule(inputs, outputs, 1, norm_cfg=norm_cfg)

        self.key = nn.Sequential(convolve(channels, width), convolve(width, width))
        self.query = nn.Sequential(convolve(channels, width), convolve(width, width))
        self.value = convolve(channels, width)
        self.out = convolve(width, channels)
        self.fuse = convolve(2 * channels, channels)

    def forward(self, features: Tensor, logits: Tensor) -> Tensor:
        """Features (B, C, h, w) and logits (B, K, h, w) of the regions -> (B, C, h, w)."""
        regions = soft_regions(features, logits).mT.unsqueeze(3).to(features.dtype)  # (B, C, K, 1)
        k, v = self.key(regions).squeeze(3), self.value(regions).squeeze(3)  # (B, D, K)
        context = self.out(attend_to_regions(self.query(features), k, v))
        return self.fuse(torch.cat([context, features], dim=1))
