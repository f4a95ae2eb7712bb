"""A segmentor as one module from images to what is wanted of them, with all sizes free."""

import torch
import torch.nn.functional as F
from mmseg.models import BaseSegmentor, EncoderDecoder
from torch import Tensor, nn

from mmseg_scr.export.preparation import Normalize, PadToMultiple, preprocessing_of
from mmseg_scr.probes.image_channels import PICTURE, image_channels
from mmseg_scr.probes.last_head import classes_of, last_head

OUTPUTS = {
    'head': 'logits of the decode head, at its own smaller size',
    'logits': 'logits at the size of the image',
    'probabilities': 'probabilities at the size of the image',
    'labels': 'the index of the most probable class of every pixel',
}
BYTE_CLASSES = 256  # whose indices a byte holds


class Deployed(nn.Module):
    """What a file holds: preparation, the network in whole-image mode, and its last steps.

    Args:
        model: any encoder-decoder of mmseg, also a cascade; is set to evaluation.
        normalize: take pictures, 0 to 255 in the order of the config's loader, instead of images
            that were normalised.
        output: one of :data:`OUTPUTS`.

    Raises:
        ValueError: another kind of model or output, another number of channels than three; padding
            to a fixed size.
    """

    def __init__(
        self, model: BaseSegmentor, *, normalize: bool = False, output: str = 'logits'
    ) -> None:
        super().__init__()
        if not isinstance(model, EncoderDecoder):
            raise ValueError(
                f'only an EncoderDecoder of mmseg can be exported, got {type(model).__name__}'
            )
        if output not in OUTPUTS:
            raise ValueError(f'output must be one of {", ".join(OUTPUTS)}, got {output!r}')
        self.model = model.eval()
        if self.channels != PICTURE:
            raise ValueError(
                f'the network takes {self.channels} channels, a file has pictures of three'
            )
        self.preprocessing = preprocessing_of(model)
        self.normalizes = normalize
        self.output = output
        self.normalize = Normalize(self.preprocessing)
        self.pad = PadToMultiple(self.preprocessing.divisor, self.preprocessing.pad_value)

    @property
    def last_head(self) -> nn.Module:
        """The decode head that predicts; the last one of a cascade."""
        return last_head(self.model)

    @property
    def channels(self) -> int:
        """Of an image."""
        return image_channels(self.model.backbone)

    def forward(self, image: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, K, h, w) logits, (B, K, H, W), or (B, H, W) labels, uint8 or int32.

        A head with one channel, of binary segmentation, gives K = 1.
        """
        padded = self.pad(self.normalize(image) if self.normalizes else image)
        logits = self.model(padded, mode='tensor')
        if self.output == 'head':
            return logits
        align = self.last_head.align_corners
        upsampled = F.interpolate(logits, padded.shape[2:], mode='bilinear', align_corners=align)
        return self._crop(self.finish(upsampled), image)

    def finish(self, logits: Tensor) -> Tensor:
        """(B, K, H, W) logits -> the same, probabilities, or (B, H, W) labels."""
        if self.output == 'labels':
            return self.labels(logits)
        if self.output == 'probabilities':
            return logits.sigmoid() if logits.shape[1] == 1 else logits.softmax(1)
        return logits

    def labels(self, logits: Tensor) -> Tensor:
        """(B, K, H, W) logits -> (B, H, W) labels, uint8, or int32 beyond 256 classes."""
        dtype = torch.uint8 if logits.shape[1] <= BYTE_CLASSES else torch.int32
        return classes_of(logits, self.last_head.threshold).to(dtype)

    def _crop(self, maps: Tensor, image: Tensor) -> Tensor:
        """Take away what was padded, by index for the reason of :class:`PadToMultiple`."""
        if self.preprocessing.divisor == 1:
            return maps
        for axis in (-2, -1):
            kept = torch.arange(image.shape[axis], device=maps.device)
            maps = maps.index_select(axis, kept)
        return maps
