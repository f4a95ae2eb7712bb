"""One picture in, its labels out; any segmentor of mmseg that has a config with a test pipeline."""

from dataclasses import dataclass

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from mmseg.models import BaseSegmentor
from torch import Tensor

from mmseg_scr.hooks.seeded_evaluation import seeded
from mmseg_scr.prediction.memory import is_out_of_memory
from mmseg_scr.prediction.transforms import picture_pipeline
from mmseg_scr.prediction.windows import Choice, WindowChoice

SMALL_COUNT = 256  # classes whose indices a byte holds


@dataclass(frozen=True)
class Prediction:
    """Of one picture.

    Attributes:
        labels: (H, W) indices of classes, uint8, or uint16 beyond 256 classes.
        probabilities: (K, H, W) float16, if they were asked for.
        message: how it was made.
    """

    labels: np.ndarray
    probabilities: np.ndarray | None
    message: str


class Predictor:
    """Predicts as mmseg's ``inference_model`` does, with the pipeline built once.

    Preparing and predicting are two calls, so that one thread may prepare a picture while another
    predicts the one before.

    Args:
        model: with ``cfg`` and ``dataset_meta``, as ``load_model`` or mmseg's ``init_model``
            returns it.
        mode: 'auto', 'whole' or 'slide', see :class:`~mmseg_scr.prediction.windows.WindowChoice`.
        with_probabilities: also give the soft predictions.

    Raises:
        ValueError: the config has no test pipeline; another mode.
    """

    def __init__(
        self, model: BaseSegmentor, *, mode: str = 'auto', with_probabilities: bool = False
    ) -> None:
        self.model = model.eval()
        self.classes = tuple(model.dataset_meta['classes'])
        self.palette = model.dataset_meta['palette']
        self.with_probabilities = with_probabilities
        self._pipeline = picture_pipeline(model.cfg)
        self._windows = WindowChoice(model, mode)

    def prepare(self, picture: np.ndarray) -> dict:
        """Apply the test pipeline of the config to a picture, (H, W, 3) uint8, BGR."""
        return self._pipeline(dict(img=picture))

    def __call__(self, prepared: dict) -> Prediction:
        """Predict on what :meth:`prepare` returned.

        Raises:
            ValueError: memory does not suffice.
        """
        inputs = prepared['inputs']
        original = prepared['data_samples'].metainfo['ori_shape'][:2]
        choice = self._windows.choose(inputs, original)
        try:
            return self._predict(prepared, choice)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            torch.cuda.empty_cache()
            if not self._windows.ran_out(inputs):
                raise ValueError(f'memory ran out: {str(error).splitlines()[0]}') from error
        return self(prepared)

    @torch.no_grad()
    def _predict(self, prepared: dict, choice: Choice) -> Prediction:
        own = getattr(self.model, 'test_cfg', None)
        if choice.test_cfg is not None:
            self.model.test_cfg = choice.test_cfg
        try:
            with seeded(0):  # what it draws depends on no other picture
                result = self.model.test_step(pseudo_collate([prepared]))[0]
        finally:
            if choice.test_cfg is not None:
                self.model.test_cfg = own
        labels = _small(result.pred_sem_seg.data[0], len(self.classes))
        soft = _soft(result.seg_logits.data) if self.with_probabilities else None
        return Prediction(labels, soft, choice.message)


def _small(labels: Tensor, count: int) -> np.ndarray:
    if count <= SMALL_COUNT:
        return labels.to(torch.uint8).cpu().numpy()
    return labels.cpu().numpy().astype(np.uint16)  # devices know little of torch's uint16


def _soft(logits: Tensor) -> np.ndarray:
    """(K, H, W) logits, or (1, H, W) of what mmseg has made a probability of the second class."""
    if logits.shape[0] == 1:
        return torch.cat([1 - logits, logits]).half().cpu().numpy()
    return logits.float().softmax(dim=0).half().cpu().numpy()
