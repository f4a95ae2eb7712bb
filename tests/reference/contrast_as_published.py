"""The contrast term as it was published: every pixel embedded, anchors drawn class by class.

Written from the description of arXiv 2101.11939 and 2412.08671: levels are resized to the finest
and concatenated, a 1x1 convolution and an L2 norm embed all pixels, loops over images and classes
draw the anchors on the host, the loss is a dense matrix of exponentials (Eq. 11).
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ContrastAsPublished(nn.Module):
    """Takes what ``PixelContrastLoss`` takes, and returns a scalar with a graph."""

    def __init__(
        self,
        in_channels: Sequence[int],
        *,
        ignore_index: int,
        embed_channels: int = 256,
        max_samples: int = 1024,
        max_views: int = 100,
        temperature: float = 0.1,
    ) -> None:
        super().__init__()
        self.embed = nn.Conv2d(sum(in_channels), embed_channels, 1)
        self.ignore_index = ignore_index
        self.max_samples = max_samples
        self.max_views = max_views
        self.temperature = temperature

    def forward(self, levels: Sequence[Tensor], logits: Tensor, labels: Tensor) -> Tensor:
        """Levels (B, C, h_l, w_l), logits (B, K, h, w), labels (B, H, W)."""
        size = logits.shape[2:]
        maps = [F.interpolate(x, size, mode='bilinear', align_corners=False) for x in levels]
        embedded = F.normalize(self.embed(torch.cat(maps, dim=1)), dim=1)
        rows = embedded.permute(0, 2, 3, 1).flatten(1, 2)  # (B, N, D)
        labels = F.interpolate(labels[:, None].float(), size).long().flatten(1)
        anchors, classes = self.draw(rows, labels, logits.argmax(dim=1).flatten(1))
        return self.contrast(anchors, classes)

    def draw(self, rows: Tensor, labels: Tensor, predictions: Tensor) -> tuple[Tensor, Tensor]:
        """Embeddings (pairs, views, D) of the drawn anchors, and the class of each pair."""
        kept = []
        for image, own in enumerate(labels):
            for label in own.unique().tolist():
                if label != self.ignore_index and (own == label).sum().item() > self.max_views:
                    kept.append((image, label))
        views = min(self.max_samples // len(kept), self.max_views)
        anchors = []
        for image, label in kept:
            own = labels[image] == label
            right = predictions[image] == label
            hard = (own & ~right).nonzero().squeeze(1)
            easy = (own & right).nonzero().squeeze(1)
            num_hard = _number_of_hard(len(hard), len(easy), views)
            hard = hard[torch.randperm(len(hard))[:num_hard].to(hard.device)]
            easy = easy[torch.randperm(len(easy))[: views - num_hard].to(easy.device)]
            anchors.append(rows[image, torch.cat([hard, easy])])
        return torch.stack(anchors), torch.tensor([label for _, label in kept], device=rows.device)

    def contrast(self, anchors: Tensor, classes: Tensor) -> Tensor:
        """Eq. 11, over all drawn anchors at once."""
        views = anchors.shape[1]
        rows = torch.cat(anchors.unbind(dim=1))  # (A, D), view after view
        labels = classes.repeat(views)
        same = (labels[:, None] == labels).float()
        logits = rows @ rows.T / self.temperature
        logits = logits - logits.max(dim=1, keepdim=True).values.detach()
        negatives = (logits.exp() * (1 - same)).sum(dim=1, keepdim=True)
        positive = same * (1 - torch.eye(len(labels), device=rows.device))
        log_share = logits - (logits.exp() + negatives).log()
        return -((positive * log_share).sum(dim=1) / positive.sum(dim=1)).mean()


def _number_of_hard(hard: int, easy: int, views: int) -> int:
    """Half of the views, or what the easy ones leave, or all there are."""
    if hard >= views / 2:
        return views // 2 if easy >= views / 2 else views - easy
    return hard
