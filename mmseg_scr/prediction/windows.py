"""Whole pictures or windows that slide over them: as the config says, else as memory allows."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from mmengine.config import ConfigDict
from mmseg.models import BaseSegmentor
from torch import Tensor

from mmseg_scr.prediction.memory import PROBES, PassMemory, free_bytes

MODES = ('auto', 'whole', 'slide')
USABLE = 0.8  # share of the free memory that a prediction may take
USUAL_CROP = (512, 512)
SMALLEST_CROP = 64
FLOAT = 4  # bytes
# Maps of all classes that exist at once: (at the size of the input, at that of the picture).
WHOLE_MAPS = (2, 2)
SLIDE_MAPS = (4, 2)
GIB = 2**30


@dataclass(frozen=True)
class Choice:
    """How a picture is predicted.

    Attributes:
        test_cfg: for the model; None leaves the model's own.
        message: what was chosen and why; the same for pictures that are treated alike.
    """

    test_cfg: ConfigDict | None
    message: str


class WindowChoice:
    """Chooses for each picture.

    Args:
        model: of mmseg. One without ``test_cfg`` is always used as it is.
        mode: 'whole', 'slide', or 'auto', which follows the config but lets windows slide where
            the whole picture would not fit into memory.
        free: bytes that can be had on a device, or None if that is unknown.

    Raises:
        ValueError: another mode.
    """

    def __init__(
        self,
        model: BaseSegmentor,
        mode: str = 'auto',
        *,
        free: Callable[[torch.device], int | None] = free_bytes,
    ) -> None:
        if mode not in MODES:
            raise ValueError(f'mode must be one of {", ".join(MODES)}, got {mode!r}')
        self._model = model
        self._mode = mode
        self._free = free
        self._pass: PassMemory | None = None
        self._largest_whole = float('inf')  # pixels; lowered when memory ran out

    def choose(self, inputs: Tensor, original: tuple[int, int]) -> Choice:
        """Choose for a prepared picture.

        Args:
            inputs: (C, H, W), what the model is given.
            original: (height, width) of the picture, to which predictions are resized.

        Raises:
            ValueError: not even windows would fit into memory.
        """
        own = getattr(self._model, 'test_cfg', None)
        if own is None:
            return Choice(None, 'as the model does it')
        own_mode = own.get('mode', 'whole')
        if self._mode == 'slide' or (self._mode == 'auto' and own_mode == 'slide'):
            return self._slide(
                _crop(self._model),
                own,
                why='as asked' if self._mode == 'slide' else 'as the config says',
            )
        whole = ConfigDict(own, mode='whole')
        if self._mode == 'whole':
            return Choice(whole, 'whole pictures, as asked')
        return self._as_memory_allows(inputs, original, whole)

    def ran_out(self, inputs: Tensor) -> bool:
        """Take note that a whole picture did not fit; False if nothing smaller is left to try."""
        pixels = inputs.shape[-2] * inputs.shape[-1]
        if self._mode != 'auto' or pixels >= self._largest_whole:
            return False
        if self._model.test_cfg.get('mode', 'whole') == 'slide':
            return False
        self._largest_whole = pixels
        return True

    def _as_memory_allows(
        self, inputs: Tensor, original: tuple[int, int], whole: ConfigDict
    ) -> Choice:
        pixels = inputs.shape[-2] * inputs.shape[-1]
        free = self._usable()
        fits = pixels < self._largest_whole
        need = self._need(inputs, pixels, original, WHOLE_MAPS) if free else 0
        if fits and (not free or need <= free):
            return Choice(whole, 'whole pictures, as the config says')
        crop = _crop(self._model)
        while free and self._need(inputs, pixels, original, SLIDE_MAPS, window=crop) > free:
            crop = (crop[0] // 2, crop[1] // 2)
            if min(crop) < SMALLEST_CROP:
                raise ValueError(
                    f'{original[1]}x{original[0]} pixels need more memory than there is '
                    f'({free / GIB:.1f} GiB), even in windows; make the picture smaller'
                )
        reason = (
            f'it needs about {need / GIB:.1f} GiB, {free / GIB:.1f} GiB are free'
            if fits
            else 'memory ran out'
        )
        why = f'{original[1]}x{original[0]} pixels do not fit whole: {reason}'
        return self._slide(crop, whole, why=why)

    def _slide(self, crop: tuple[int, int], own: ConfigDict, *, why: str) -> Choice:
        stride = own.get('stride') or tuple(side - side // 3 for side in crop)
        stride = tuple(min(step, side) for step, side in zip(stride, crop, strict=True))
        test_cfg = ConfigDict(own, mode='slide', crop_size=crop, stride=stride)
        windows = f'windows of {crop[1]}x{crop[0]}, {stride[1]} and {stride[0]} apart'
        return Choice(test_cfg, f'{windows}; {why}')

    def _usable(self) -> float | None:
        free = self._free(next(self._model.parameters()).device)
        return free and USABLE * free

    def _need(
        self,
        inputs: Tensor,
        pixels: int,
        original: tuple[int, int],
        maps: tuple[int, int],
        window: tuple[int, int] | None = None,
    ) -> float:
        """Bytes; 0 for what is no larger than the inputs by which memory is measured."""
        if pixels <= max(PROBES) ** 2:
            return 0
        if self._pass is None:
            self._pass = PassMemory(self._model, inputs)
        at_once = min(pixels, window[0] * window[1]) if window else pixels
        classes = max(getattr(self._model, 'out_channels', 1), 1)
        full = maps[0] * pixels + maps[1] * original[0] * original[1]
        return self._pass.of(at_once) + FLOAT * classes * full


def _crop(model: BaseSegmentor) -> tuple[int, int]:
    """Windows as large as what the model was trained on, where its config tells."""
    config = getattr(model, 'cfg', None) or {}
    preprocessor = getattr(model, 'data_preprocessor', None)
    for crop in (
        model.test_cfg.get('crop_size'),
        config.get('crop_size'),
        getattr(preprocessor, 'size', None),
    ):
        if crop:
            return (crop, crop) if isinstance(crop, int) else tuple(crop)
    return USUAL_CROP
