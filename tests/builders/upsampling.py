"""The maps of the golden rows of upsamplers, and others like them."""

import torch
from builders.field import field_wave
from torch import Tensor

COARSE = (4, 6)
FINES = [(8, 12), (7, 11)]


def golden_maps(fine: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Coarse (2, 32, 4, 6) and fine (2, 32, H, W) in float64."""
    return field_wave(2, 32, *COARSE, seed=0.2), field_wave(2, 32, *fine, seed=1.1)


def random_maps(
    coarse: tuple[int, int], fine: tuple[int, int], channels: int = 8, batch: int = 2
) -> tuple[Tensor, Tensor]:
    """Coarse (B, C, h, w) and fine (B, C, H, W) of noise in float64."""
    shape = batch, channels
    return torch.randn(*shape, *coarse).double(), torch.randn(*shape, *fine).double()


def constant_maps() -> tuple[Tensor, Tensor]:
    """Maps of ones, 9x9 and 18x18."""
    return torch.ones(1, 8, 9, 9).double(), torch.ones(1, 8, 18, 18).double()


def interior(x: Tensor, border: int = 4) -> Tensor:
    """What no 5x5 window of coarse pixels outside of the map reaches, of one twice as fine."""
    return x[:, :, border:-border, border:-border]


def maps_of_costs(channels: int, fine: tuple[int, int] = (16, 32)) -> tuple[Tensor, Tensor]:
    """One image, 8x16 and as given: a 64th of the pixels of the published costs."""
    return torch.randn(1, channels, 8, 16), torch.randn(1, channels, *fine)


SHARE_OF_COSTS = 64
