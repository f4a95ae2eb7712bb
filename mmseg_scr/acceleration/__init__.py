"""One call that makes a built segmentor fast: ``model = optimize(model, size=(H, W))``.

The copy that it returns is used like the model, says what it said, and tells in
``model.acceleration`` what was done, what was refused and why, and what was gained.
"""

from mmseg_scr.acceleration.hook import OptimizeHook
from mmseg_scr.acceleration.optimize import optimize
from mmseg_scr.acceleration.report import Report, Step

__all__ = ['OptimizeHook', 'Report', 'Step', 'optimize']
