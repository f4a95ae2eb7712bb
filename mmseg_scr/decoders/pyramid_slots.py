"""What the slots of a decoder of mmseg are filled with, and what its options may not say."""

from collections.abc import Mapping, Sequence

from mmseg.utils import ConfigType
from torch import Tensor, nn

from mmseg_scr import aligners, contexts
from mmseg_scr.slots import build_slot

DEFAULT_ALIGNER = dict(type='SRM')
BN = dict(type='BN', requires_grad=True)


def build_aligners(
    aligner: ConfigType,
    widths: Sequence[int],
    *,
    channels: int,
    norm_cfg: ConfigType | None,
    **from_head: object,
) -> nn.ModuleList:
    """One aligner for each map but the coarsest of the decoder, which has nothing to align to it.

    Args:
        aligner: config, see :mod:`mmseg_scr.aligners`.
        widths: of the maps that the decoder reads, for their number.
        channels: width of the maps that are aligned.
        norm_cfg: the decoder's; its None, no normalisation, is ``BN`` inside of an aligner.
        **from_head: what else the decoder knows, such as ``align_corners``.

    Raises:
        ValueError: a single map.
    """
    check_several(widths)
    options = dict(channels=channels, norm_cfg=norm_cfg or BN, **from_head)
    return nn.ModuleList(
        build_slot('aligner', aligner, aligners.__all__, **options) for _ in widths[1:]
    )


def build_context(
    context: ConfigType,
    widths: Sequence[int],
    *,
    channels: int,
    norm_cfg: ConfigType | None,
    **from_head: object,
) -> nn.Module:
    """The context that ``context`` names, of maps of these ``widths``; see `build_aligners`."""
    options = dict(channels=channels, norm_cfg=norm_cfg or BN, **from_head)
    return build_slot('context', context, contexts.__all__, in_channels=list(widths), **options)


def refuse_replaced_option(options: Mapping[str, object], name: str) -> None:
    """Raise TypeError if ``options`` hold ``name``, how mmseg upsamples where the aligner does."""
    if name in options:
        raise TypeError(
            f'{name}={options[name]!r} would have no effect, for the aligner upsamples; leave it '
            "out, aligner=dict(type='Bilinear') is plain upsampling"
        )


def check_several(widths: Sequence[int]) -> None:
    """Raise ValueError unless there are two maps or more, for an aligner."""
    if len(widths) < 2:
        raise ValueError(
            f'an aligner needs a coarse and a fine map, got in_channels={list(widths)}; name two '
            'maps or more in in_channels, with in_index of a head or start_level of a neck'
        )


def check_maps(inputs: Sequence[Tensor], in_index: Sequence[int], in_channels: list[int]) -> None:
    """Raise ValueError unless the maps ``in_index`` of the backbone have these widths."""
    widths = [x.shape[1] for x in inputs]
    if max(in_index) >= len(widths) or [widths[i] for i in in_index] != list(in_channels):
        raise ValueError(
            f'the decoder reads the maps {list(in_index)} as in_channels={list(in_channels)}, the '
            f'backbone gives maps of {widths}; set in_channels, or out_indices of the backbone'
        )
