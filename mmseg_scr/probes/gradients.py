"""Gradients by the part of the network that they are of."""

import torch
from torch import nn

PARTS = {
    'backbone': 'backbone',
    'context': 'context',
    'aligners': 'aligners',
    'fusion': 'fusion',
    'fusion_conv': 'fusion',  # of SegformerHead
    'fpn_bottleneck': 'fusion',  # of UPerHead
    'conv_seg': 'classifier',
    'classifier': 'classifier',
    'contrast': 'contrast',
}
AUXILIARY = 'auxiliary_head'
REST = 'rest'  # laterals, smoothing, other decoders


def part_of(parameter: str) -> str:
    """Which part a parameter belongs to, by its name in a segmentor.

    One of backbone, context, aligners, fusion, classifier, contrast, auxiliary_head, rest.
    """
    names = parameter.split('.')
    if names[0] in ('backbone', AUXILIARY):
        return names[0]
    return next((PARTS[name] for name in names if name in PARTS), REST)


def gradient_norms(model: nn.Module, *, scale: float = 1.0) -> dict[str, float]:
    """Euclidean norm of all gradients of each part.

    Args:
        model: a segmentor, after a backward pass.
        scale: what the gradients are multiplied with, by loss scaling for one.

    Returns:
        Part -> norm. Parts without a gradient are not in it.
    """
    norms: dict[str, list[torch.Tensor]] = {}
    for name, parameter in model.named_parameters():
        if parameter.grad is not None:
            norm = parameter.grad.detach().float().norm()
            norms.setdefault(part_of(name), []).append(norm)
    return {part: torch.stack(each).norm().item() / scale for part, each in norms.items()}
