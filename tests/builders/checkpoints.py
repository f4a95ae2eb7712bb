"""Checkpoint files: as mmengine writes them, and one that runs code when it is read in full."""

from pathlib import Path

import numpy as np
import torch
from mmengine.logging import HistoryBuffer


class Touch:
    """Pickled, a call that creates a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def save_harmful(path: Path, victim: Path, **options) -> Path:
    """Write a checkpoint that creates the file ``victim`` when it is read in full."""
    torch.save({'state_dict': {}, 'meta': Touch(victim)}, path, **options)
    return path


def save_ordinary(path: Path, **options) -> Path:
    """Write what mmengine saves: weights, an optimizer, logging buffers, numpy scalars."""
    buffer = HistoryBuffer()
    buffer.update(4.0)
    weight = torch.ones(2, requires_grad=True)
    optimizer = torch.optim.AdamW([weight])
    weight.sum().backward()
    optimizer.step()
    checkpoint = {
        'meta': {'iter': 1, 'time': np.float64(0.5)},
        'state_dict': {'weight': weight.detach()},
        'optimizer': optimizer.state_dict(),
        'message_hub': {'log_scalars': {'train/loss': buffer}},
    }
    torch.save(checkpoint, path, **options)
    return path
