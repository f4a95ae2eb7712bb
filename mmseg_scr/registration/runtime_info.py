"""Says in the log of every run which version of this package takes part in it."""

from pathlib import Path

from mmengine import hooks
from mmengine.runner import Runner
from mmseg.registry import HOOKS

import mmseg_scr


@HOOKS.register_module()
class RuntimeInfoHook(hooks.RuntimeInfoHook):
    """mmengine's hook of that name, which also logs the version of ``mmseg_scr``.

    Every runner has a ``RuntimeInfoHook`` without asking for it. In the scope of mmseg the name
    stands for this class, so any config that imports the package gets the line, whatever its
    hooks are and whoever starts it.
    """

    def before_run(self, runner: Runner) -> None:
        """Log one line before the run begins."""
        super().before_run(runner)
        folder = Path(mmseg_scr.__file__).parent
        runner.logger.info(f'mmseg_scr {mmseg_scr.__version__} from {folder}')
