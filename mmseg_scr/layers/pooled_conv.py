"""mmcv's ConvModule for maps that the stride of a backbone may have left with a single pixel."""

from mmcv.cnn import ConvModule
from torch import Tensor

from mmseg_scr.layers.pooled_norm import normalize_pooled, takes_statistics_of_one_value


class PooledConvModule(ConvModule):
    """Stride 1 convolution, normalisation and activation that train on a single pixel too.

    See :func:`normalize_pooled`; in every other case it is ``ConvModule``, with the same keys.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, C', h, w)."""
        if not takes_statistics_of_one_value(self.norm, x):
            return super().forward(x)
        x = normalize_pooled(self.norm, self.conv(x))
        return self.activate(x) if self.with_activation else x
