"""The contrast term alone: ours, and the published procedure, which the source tree carries."""

import importlib.util
from pathlib import Path

import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor, nn

import mmseg_scr.losses.pixel_contrast  # noqa: F401  (registers our term)
from mmseg_scr.benchmarks.comparisons import Comparison, ContrastTerm
from mmseg_scr.benchmarks.contestant import Contestant

ORIGINAL = Path(__file__).parents[2] / 'tests' / 'reference' / 'contrast_as_published.py'
STRIDES = (4, 8, 16, 32)
CHANNELS, CLASSES, IGNORED = 128, 19, 255  # of the method on Cityscapes
BLOCK = 32  # pixels of the side of a patch of one label
SEED = 0


def make_contestant(term: ContrastTerm, comparison: Comparison, device: str) -> Contestant:
    """The term with its projection, and random levels, logits and labels.

    Raises:
        FileNotFoundError: the published procedure is asked for without the source tree.
    """
    torch.manual_seed(SEED)
    module = (_original() if term.published else _ours()).to(device)
    levels, logits, labels = _inputs(comparison, device)

    def loss() -> Tensor:
        return module(levels, logits, labels)

    def run() -> None:
        loss().backward()
        module.zero_grad()
        for level in levels:
            level.grad = None

    return Contestant(run, loss=loss, own=module)


def _ours() -> nn.Module:
    options = dict(in_channels=[CHANNELS] * len(STRIDES), num_classes=CLASSES)
    return MODELS.build(dict(type='PixelContrastLoss', ignore_index=IGNORED, **options))


def _original() -> nn.Module:
    if not ORIGINAL.is_file():
        raise FileNotFoundError(
            f'the published procedure is in {ORIGINAL.name} of the source tree, which an installed '
            'package does not carry; run this in a clone'
        )
    spec = importlib.util.spec_from_file_location(ORIGINAL.stem, ORIGINAL)
    source = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(source)
    return source.ContrastAsPublished([CHANNELS] * len(STRIDES), ignore_index=IGNORED)


def _inputs(comparison: Comparison, device: str) -> tuple[list[Tensor], Tensor, Tensor]:
    """Levels (B, C, H / s, W / s), logits at stride 4, labels (B, H, W) in patches."""
    batch, (height, width) = comparison.batch, comparison.size
    levels = [
        torch.randn(batch, CHANNELS, height // s, width // s, device=device, requires_grad=True)
        for s in STRIDES
    ]
    logits = torch.randn(batch, CLASSES, *levels[0].shape[2:], device=device)
    patches = torch.randint(CLASSES, (batch, 1, -(-height // BLOCK), -(-width // BLOCK)))
    labels = F.interpolate(patches.float(), (height, width)).long()
    return levels, logits, labels.squeeze(1).to(device)
