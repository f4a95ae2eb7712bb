"""How many channels the images of a network have."""

from torch import nn

PICTURE = 3  # channels of a picture


def image_channels(network: nn.Module) -> int | None:
    """What the first convolution of a network reads; None of one that has no convolution."""
    convolutions = (module for module in network.modules() if isinstance(module, nn.Conv2d))
    first = next(convolutions, None)
    return None if first is None else first.in_channels
