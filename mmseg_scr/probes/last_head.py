"""The decode head that predicts, and the classes that its logits mean."""

from torch import Tensor, nn

EVEN = 0.5  # probability of either of two classes


def last_head(model: nn.Module) -> nn.Module:
    """The only decode head of a segmentor, or the last one of a cascade."""
    heads = model.decode_head
    return heads[-1] if isinstance(heads, nn.ModuleList) else heads


def threshold_of(model: nn.Module) -> float:
    """The probability of class 1 above which its last head, with a single output, predicts it."""
    return getattr(last_head(model), 'threshold', None) or EVEN  # mmdet's heads have none


def classes_of(logits: Tensor, threshold: float) -> Tensor:
    """(B, K, H, W) -> (B, H, W) classes; of a single logit whether it is class 1.

    Args:
        logits: of a segmentor.
        threshold: see :func:`threshold_of`; without effect where K is not 1.
    """
    return logits.argmax(1) if logits.shape[1] > 1 else logits[:, 0].sigmoid() > threshold
