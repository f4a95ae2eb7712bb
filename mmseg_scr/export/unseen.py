"""Pictures of sizes that no export has seen."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from mmseg_scr.datasets.scene_drawing.scene import draw_street_scene

# batch, height, width
SIZES = {
    'odd': (1, 233, 311),
    'portrait': (1, 320, 192),
    'batch of three': (3, 160, 224),
    'small': (1, 97, 129),
    'scene': (1, 480, 640),
}
SEED = 11


def draw_pictures(
    sizes: Mapping[str, tuple[int, int, int]], photograph: np.ndarray | None = None
) -> dict[str, Tensor]:
    """Draw street scenes of these sizes.

    Args:
        sizes: name -> batch, height, width.
        photograph: (H, W, 3) uint8, BGR; is added as it is.

    Returns:
        Name -> (B, 3, H, W) float32 of 0 to 255, BGR.
    """
    pictures = {}
    for i, (name, (batch, *size)) in enumerate(sizes.items()):
        scenes = [draw_street_scene(tuple(size), seed=SEED + i, index=j)[0] for j in range(batch)]
        pictures[name] = _to_tensor(np.stack(scenes))
    if photograph is not None:
        pictures['photograph'] = _to_tensor(photograph[None])
    return pictures


def _to_tensor(pictures: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float().contiguous()
