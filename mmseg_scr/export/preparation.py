"""What mmseg's data preprocessor does in a test, as modules that a graph can hold."""

from dataclasses import dataclass

import torch
from mmseg.models import BaseSegmentor
from torch import Tensor, nn

OPPOSITE = {'BGR': 'RGB', 'RGB': 'BGR'}


@dataclass(frozen=True)
class Preprocessing:
    """How pictures become inputs of the network.

    Attributes:
        mean: of each channel, in the order of the network; empty if nothing is subtracted.
        std: likewise.
        picture_order: 'BGR' or 'RGB', of the pictures that the pipeline of the config loads.
        network_order: of the channels that the network takes.
        divisor: height and width are padded to multiples of it, on the right and below.
        pad_value: of the padding, after normalisation.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    picture_order: str
    network_order: str
    divisor: int
    pad_value: float


def preprocessing_of(model: BaseSegmentor) -> Preprocessing:
    """Read the data preprocessor of a model, which may have none.

    Raises:
        ValueError: it pads to a fixed size, so that a file would not keep its sizes free.
    """
    stage = model.data_preprocessor
    given = getattr(model, 'cfg', {}).get('model', {}).get('data_preprocessor') or {}
    # The two lines of mmengine write this attribute differently.
    swaps = getattr(stage, '_channel_conversion', getattr(stage, 'channel_conversion', False))
    picture = 'RGB' if given.get('rgb_to_bgr') else 'BGR'
    padding = getattr(stage, 'test_cfg', None) or {}
    if padding.get('size'):
        raise ValueError(
            f'the data preprocessor pads every test image to {tuple(padding["size"])}, so sizes '
            'cannot be free; give test_cfg=dict(size_divisor=...) or none at all'
        )
    return Preprocessing(
        mean=_values(getattr(stage, 'mean', None)),
        std=_values(getattr(stage, 'std', None)),
        picture_order=picture,
        network_order=OPPOSITE[picture] if swaps else picture,
        divisor=padding.get('size_divisor') or 1,
        pad_value=float(getattr(stage, 'pad_val', 0)),
    )


class Normalize(nn.Module):
    """Pictures, (B, C, H, W) in 0 to 255 -> inputs of the network, of the same size."""

    def __init__(self, steps: Preprocessing) -> None:
        super().__init__()
        self.swaps = steps.picture_order != steps.network_order
        self.register_buffer('mean', torch.tensor(steps.mean or (0.0,)).view(-1, 1, 1))
        self.register_buffer('std', torch.tensor(steps.std or (1.0,)).view(-1, 1, 1))

    def forward(self, pictures: Tensor) -> Tensor:
        """Swap the channels where they are three, subtract, divide."""
        if self.swaps and pictures.shape[1] == 3:
            pictures = pictures.flip(1)
        return (pictures - self.mean) / self.std


class PadToMultiple(nn.Module):
    """(B, C, H, W) -> (B, C, H', W'), multiples of the divisor; the new pixels have one value.

    Pixels are gathered by index and not padded: to a padding, an exporter writes the condition that
    there is something to pad, and the program then refuses all sizes that are multiples already.
    """

    def __init__(self, divisor: int, value: float) -> None:
        super().__init__()
        self.divisor = divisor
        self.value = value

    def forward(self, x: Tensor) -> Tensor:
        """Add rows below and columns on the right."""
        if self.divisor == 1:
            return x
        row = self._positions(x, 2)
        column = self._positions(x, 3)
        height, width = x.shape[2:]
        inside = (row < height).unsqueeze(1) & (column < width)
        rows = x.index_select(2, row.clamp(max=height - 1))
        both = rows.index_select(3, column.clamp(max=width - 1))
        return torch.where(inside, both, self.value)

    def _positions(self, x: Tensor, axis: int) -> Tensor:
        padded = (x.shape[axis] + self.divisor - 1) // self.divisor * self.divisor
        return torch.arange(padded, device=x.device)


def _values(vector: Tensor | None) -> tuple[float, ...]:
    """As a config writes them: the shortest decimals of these float32."""
    return () if vector is None else tuple(float(str(v)) for v in vector.flatten().cpu().numpy())
