"""A predictor that makes its model fast when it has seen the first picture."""

import copy

from mmengine.logging import print_log
from mmseg.models import BaseSegmentor

from mmseg_scr.acceleration import optimize
from mmseg_scr.acceleration.optimize import check_precision
from mmseg_scr.acceleration.report import warn_that_nothing_was_done
from mmseg_scr.prediction.predictor import Prediction, Predictor
from mmseg_scr.prediction.windows import Choice


class FastPredictor(Predictor):
    """Predicts with an optimized copy, see :func:`mmseg_scr.acceleration.optimize`.

    The first picture says at which size, whole or in windows, and is what the copy is checked on.
    How much memory a picture needs is still measured on the model itself. If there can be no copy,
    a warning says why, and the model itself goes on.

    Args:
        model: see :class:`Predictor`.
        precision: see :func:`~mmseg_scr.acceleration.optimize`.
        mode: see :class:`Predictor`.
        with_probabilities: see :class:`Predictor`.

    Raises:
        ValueError: another precision; see also :class:`Predictor`.
    """

    def __init__(
        self,
        model: BaseSegmentor,
        *,
        precision: str = 'float32',
        mode: str = 'auto',
        with_probabilities: bool = False,
    ) -> None:
        check_precision(precision)
        super().__init__(model, mode=mode, with_probabilities=with_probabilities)
        self._precision = precision
        self._is_tried = False

    def _predict(self, prepared: dict, choice: Choice) -> Prediction:
        if self._is_tried:
            return super()._predict(prepared, choice)
        try:
            self.model = self._optimized(prepared, choice)
        except Exception as error:  # whatever a compiler or a strange model does
            result = super()._predict(prepared, choice)  # fails where the picture is to blame
            warn_that_nothing_was_done(error)
            self._is_tried = True
            return result
        self._is_tried = True
        return super()._predict(prepared, choice)

    def _optimized(self, prepared: dict, choice: Choice) -> BaseSegmentor:
        inputs = prepared['inputs']
        print_log('optimizing the model for this size, minutes the first time', logger='current')
        model = copy.copy(self.model)
        if choice.test_cfg is not None:
            model.test_cfg = choice.test_cfg
        fast = optimize(model, tuple(inputs.shape[1:]), images=[inputs], precision=self._precision)
        fast.test_cfg = getattr(self.model, 'test_cfg', None)
        return fast
