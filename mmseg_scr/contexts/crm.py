"""Contextual Refinement Module (arXiv 2412.08671, Sec. III-D, Fig. 6, Eq. 5-9).

No code was published. Widths follow from the published parameters and GFLOPs. Readings taken where
the paper is silent: the spatial attention works on the re-calibrated map, it and the feed-forward
block are residual, the last 1x1 convolution is followed by normalisation and ReLU like the laterals
of the pyramid.
"""

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from mmcv.cnn import build_norm_layer
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmseg_scr.layers import (
    ConvFeedForward,
    DisentangledNonLocal2d,
    PooledConvModule,
    normalize_pooled,
)
from mmseg_scr.ops.stages import concat_stages

MIN_HIDDEN = 4  # of a perceptron; the single ReLU of a thinner one could die for good


@MODELS.register_module()
class CRM(nn.Module):
    """In series: channel attention over all stages, spatial attention over all pixels, FFN.

    Args:
        in_channels: widths of the backbone's maps.
        channels: width of the result.
        parallel: True lets the spatial attention read the map before the channel attention.
        whiten: False leaves the means of queries and keys in, see Eq. 8.
        similarity: of queries and keys, see :class:`~mmseg_scr.layers.DisentangledNonLocal2d`;
            ``'dot'`` is Eq. 8 to the letter.
        stage_norm: False takes the stages as the backbone gives them, as the paper says; backbones
            that normalise their outputs do not need it.
        factor_norm: of :class:`MultiStageChannelAttention`; False is Eq. 5 to the letter.
        hidden_channels: of the feed-forward block, ``channels`` by default; 0 leaves it out.
        norm_cfg: config of the normalisations.

    Loading the weights of a version before 0.5, which had the literal form alone, into another one
    raises ValueError.
    """

    _version = 2  # in checkpoints; 1 until 0.4, when there was the literal form alone

    def __init__(
        self,
        in_channels: Sequence[int],
        channels: int,
        *,
        parallel: bool = False,
        whiten: bool = True,
        similarity: str = 'cosine',
        stage_norm: bool = True,
        factor_norm: bool = True,
        hidden_channels: int | None = None,
        norm_cfg: dict,
    ) -> None:
        super().__init__()
        width = sum(in_channels)
        hidden = channels if hidden_channels is None else hidden_channels
        self.parallel = parallel
        self.stage_norm = build_norm_layer(norm_cfg, width)[1] if stage_norm else None
        self.channel_attention = MultiStageChannelAttention(in_channels, norm=factor_norm)
        self.spatial_attention = DisentangledNonLocal2d(width, whiten=whiten, similarity=similarity)
        self.feed_forward = ConvFeedForward(width, hidden) if hidden else nn.Identity()
        self.reduce = PooledConvModule(width, channels, 1, norm_cfg=norm_cfg)

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """Maps (B, C_l, h_l, w_l), fine to coarse -> (B, channels, h, w) of the last."""
        x = concat_stages(stages)
        if self.stage_norm is not None:
            x = normalize_pooled(self.stage_norm, x)
            stages = x.split([stage.shape[1] for stage in stages], dim=1)
        calibrated = x * self.channel_attention(stages)  # Eq. 6
        x = calibrated + self.spatial_attention(x if self.parallel else calibrated)
        return self.reduce(self.feed_forward(x))

    def _load_from_state_dict(
        self, state_dict: Mapping[str, Tensor], prefix: str, local_metadata: dict, *rest: object
    ) -> None:
        """Load as any module, but refuse weights that mean something else in this form.

        Raises:
            ValueError: the weights were trained with the other value of ``stage_norm``, or before
                there were other similarities than Eq. 8's.
        """
        if f'{prefix}channel_attention.fuse.0.weight' in state_dict:  # of a CRM, not of a PPM
            is_normalized = any(name.startswith(f'{prefix}stage_norm.') for name in state_dict)
            self._check_form(is_normalized, prefix, local_metadata)
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)

    def _check_form(self, is_normalized: bool, prefix: str, metadata: dict) -> None:
        is_old = metadata.get('version', self._version) < self._version
        is_literal = self.spatial_attention.similarity == 'dot' and not self.channel_attention.norm
        # A normalisation without weights, such as mmcv's IN, has no keys to tell it by.
        expected = self.stage_norm is not None and bool(self.stage_norm.state_dict())
        if is_normalized == expected and (is_literal or not is_old):
            return
        if is_old:
            needed = "dict(type='CRM', similarity='dot', stage_norm=False, factor_norm=False)"
        else:  # the weights do not tell the rest
            needed = (
                f"dict(type='CRM', stage_norm={is_normalized}, ...), with the similarity and "
                'factor_norm that they were trained with'
            )
        raise ValueError(
            f'the weights of {prefix[:-1] or "CRM"} belong to another form of CRM, here they would '
            f'give other results: its config needs {needed}'
        )


class MultiStageChannelAttention(nn.Module):
    """One factor in (0, 1) for every channel of every stage, from the means of all (Eq. 5).

    Args:
        in_channels: widths of the stages.
        reduction: width of a stage over the hidden width of its perceptron.
        norm: whether the sigmoid gets its logits standardised over the channels of an image. So at
            most one factor in twenty is nearer than 0.01 to 0 or 1 (Chebyshev's inequality), and
            they spread by about 0.2.
    """

    def __init__(
        self, in_channels: Sequence[int], *, reduction: int = 16, norm: bool = False
    ) -> None:
        super().__init__()
        self.norm = norm
        self.per_stage = nn.ModuleList(_perceptron(width, reduction) for width in in_channels)
        self.fuse = _perceptron(sum(in_channels), reduction)

    def forward(self, stages: Sequence[Tensor]) -> Tensor:
        """Maps (B, C_l, h_l, w_l) -> (B, sum of C_l, 1, 1), dtype of the maps."""
        means = [stage.mean(dim=(2, 3)) for stage in stages]  # (B, C_l)
        factors = [mlp(mean) for mlp, mean in zip(self.per_stage, means, strict=True)]
        logits = self.fuse(torch.cat(factors, dim=1))
        if self.norm:
            logits = F.layer_norm(logits, logits.shape[1:])  # float32 by the autocast of a GPU
        return logits.sigmoid().to(stages[0].dtype)[:, :, None, None]


def _perceptron(width: int, reduction: int) -> nn.Sequential:
    hidden = max(width // reduction, MIN_HIDDEN)
    layers = nn.Linear(width, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, width)
    for linear in layers[::2]:  # torch's own start shrinks what passes, and factors stay at 1/2
        nn.init.kaiming_normal_(linear.weight, nonlinearity='relu')
        nn.init.zeros_(linear.bias)
    return nn.Sequential(*layers)
