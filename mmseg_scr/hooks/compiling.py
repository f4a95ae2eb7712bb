"""Compiling what a training step computes, but not the step."""

import torch
from mmseg.models.segmentors import EncoderDecoder


def compile_parts(model: EncoderDecoder, backend: str = 'inductor') -> None:
    """Compile backbone, neck and heads apart, in place; names of parameters stay.

    The losses run outside of the graphs: what they read of the labels, and how they are called by
    mmengine, would break these at every step.

    Args:
        model: a segmentor.
        backend: of ``torch.compile``.
    """
    for name in ('backbone', 'neck'):
        part = getattr(model, name, None)
        if part is not None:
            part.compile(backend=backend)
    for name in ('decode_head', 'auxiliary_head'):
        part = getattr(model, name, None)
        several = part if isinstance(part, torch.nn.ModuleList) else [part]
        for head in several:
            if head is not None:  # `loss` of a head calls its forward, not the head
                head.forward = torch.compile(head.forward, backend=backend)
