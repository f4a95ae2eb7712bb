"""Displacements that an aligner predicts, all in pixels of the fine map."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SHARE = 0.95  # of the pixels that move at most by the reported percentile


def predicted_offsets(aligner: nn.Module, coarse: Tensor, fine: Tensor) -> dict[str, Tensor]:
    """Offsets of an aligner for two maps, predicted once more.

    An aligner of any package takes part by a method ``predict_offset(coarse, fine)`` in pixels of
    the fine map, as SRM has it, or, where groups of channels move each by their own,
    ``predict_group_offsets(coarse, fine)`` -> (B, 2, G, H, W), as DySample has it.

    Args:
        aligner: any module of the slot.
        coarse: (B, C, h, w).
        fine: (B, C, H, W).

    Returns:
        ``''``, or a name for each of several maps or groups that move, -> (B, 2, H, W), x first;
        nothing for an aligner that does not displace.
    """
    if hasattr(aligner, 'predict_offset'):
        return {'': aligner.predict_offset(coarse, fine)}
    if hasattr(aligner, 'predict_group_offsets'):
        groups = aligner.predict_group_offsets(coarse, fine).unbind(2)
        return {f'group_{number}': offset for number, offset in enumerate(groups)}
    if hasattr(aligner, 'predict_flow'):  # FAM: a flow of (W, H) crosses half of the map
        flow = aligner.predict_flow(coarse, fine)
        return {'': flow * _pixels_of_flow(flow)}
    if hasattr(aligner, 'coarse_offset') and hasattr(aligner, 'fine_offset'):  # AlignFA
        size = fine.shape[2:]
        upsampled = F.interpolate(coarse, size, mode='bilinear', align_corners=True)
        both = torch.cat([fine, upsampled], dim=1)
        return {name: getattr(aligner, name)(both) for name in ('coarse_offset', 'fine_offset')}
    return {}


def offset_statistics(offset: Tensor) -> dict[str, float]:
    """Length of (B, 2, H, W) offsets, in pixels: mean, 95th percentile and largest."""
    lengths = offset.float().norm(dim=1).flatten()
    percentile = lengths.kthvalue(math.ceil(SHARE * lengths.numel())).values
    return {
        'offset_mean': lengths.mean().item(),
        'offset_p95': percentile.item(),
        'offset_max': lengths.max().item(),
    }


def _pixels_of_flow(flow: Tensor) -> Tensor:
    height, width = flow.shape[2:]
    share = [(size - 1) / (2 * size) for size in (width, height)]
    return flow.new_tensor(share).view(1, 2, 1, 1)
