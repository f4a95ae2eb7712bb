"""The feed-forward block of CRM (arXiv 2412.08671, Fig. 6)."""

from torch import Tensor, nn


class ConvFeedForward(nn.Module):
    """x plus 1x1 -> depthwise 3x3 -> ReLU -> 1x1 of x; the identity at the start of training.

    Args:
        channels: width of the map.
        hidden_channels: width of the depthwise convolution.
    """

    def __init__(self, channels: int, hidden_channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, hidden_channels, 1),
            nn.Conv2d(hidden_channels, hidden_channels, 3, padding=1, groups=hidden_channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(hidden_channels, channels, 1),
        )
        nn.init.zeros_(self.layers[-1].weight)
        nn.init.zeros_(self.layers[-1].bias)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, C, h, w)."""
        return x + self.layers(x)
