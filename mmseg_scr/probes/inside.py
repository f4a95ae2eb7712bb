"""The record of one forward pass."""

from dataclasses import dataclass, field, fields
from typing import NamedTuple

from torch import Tensor

from mmseg_scr.probes.attention import AttentionRows


class Alignment(NamedTuple):
    """A level of the pyramid before and after an aligner.

    Attributes:
        coarse: (B, C, h, w).
        fine: (B, C, H, W).
        aligned: (B, C, H, W), before it is added to ``fine``.
    """

    coarse: Tensor
    fine: Tensor
    aligned: Tensor


class Anchors(NamedTuple):
    """Pixels that a contrast would draw, of A rows; padding is left out.

    Attributes:
        image: (A,) index of the image.
        pixel: (A,) index y * w + x on the grid of ``predictions``.
        label: (A,).
        predicted: (A,) what the model says there.
        size: (h, w) of that grid.
    """

    image: Tensor
    pixel: Tensor
    label: Tensor
    predicted: Tensor
    size: tuple[int, int]


@dataclass
class Inside:
    """What the parts of a model did, by the path of the module, ``decode_head.aligners.0``.

    The second call of one module in a pass has the path with ``#2``, and so on.

    Attributes:
        attentions: rows of attention weights of every context.
        grids: (h, w) of an attention whose rows are pixels, by its path in ``attentions``.
        channel_factors: (B, C) in 0 to 1.
        stage_widths: channels of each stage among those factors, fine to coarse.
        alignments: each aligner's maps.
        offsets: (B, 2, H, W) in pixels of the fine map, x first. AlignFA, which moves two maps, has
            ``<path>.coarse_offset`` and ``<path>.fine_offset``; an aligner that moves groups of
            channels ``<path>.group_0`` and so on.
        own_offsets: those that a mask of weights is given, one of each pixel alone; the path is
            the mask's.
        neighbor_weights: (B, 9, H, W) of the 3x3 window, row by row, which sum to 1.
        anchors: of each contrast term.
    """

    attentions: dict[str, AttentionRows] = field(default_factory=dict)
    grids: dict[str, tuple[int, int]] = field(default_factory=dict)
    channel_factors: dict[str, Tensor] = field(default_factory=dict)
    stage_widths: dict[str, tuple[int, ...]] = field(default_factory=dict)
    alignments: dict[str, Alignment] = field(default_factory=dict)
    offsets: dict[str, Tensor] = field(default_factory=dict)
    own_offsets: dict[str, Tensor] = field(default_factory=dict)
    neighbor_weights: dict[str, Tensor] = field(default_factory=dict)
    anchors: dict[str, Anchors] = field(default_factory=dict)

    def absent(self) -> list[str]:
        """Names of the kinds that the model showed nothing of."""
        return [each.name for each in fields(self) if not getattr(self, each.name)]
