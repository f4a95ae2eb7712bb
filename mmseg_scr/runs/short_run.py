"""A config trained for fewer iterations than it asks for, in silence but for its progress."""

from itertools import count
from pathlib import Path

from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmseg_scr.datasets import check_folders
from mmseg_scr.progress import ProgressReport
from mmseg_scr.runs.defaults import add_defaults
from mmseg_scr.runs.schedules import shorten

VALIDATIONS = 4
LOGGED_STEPS = 20
RUNS = count(1)


def train_briefly(
    config: Config,
    work_dir: Path,
    iterations: int,
    *,
    progress: ProgressReport,
    title: str,
    seed: int = 0,
) -> Runner:
    """Train with the config's recipe, its schedules shortened to ``iterations``.

    Args:
        config: adapted in place.
        work_dir: gets the logs and the last checkpoint.
        iterations: training steps, at least 1.
        progress: called after every step.
        title: of the run, for ``progress``.
        seed: of everything that is drawn.

    Raises:
        ValueError: ``iterations`` is below 1, the config does not count iterations, or a loss is
            no longer finite.
    """
    shorten(config, iterations)
    add_defaults(config)
    config.work_dir = str(work_dir)
    config.train_cfg.val_interval = max(iterations // VALIDATIONS, 1)
    config.default_hooks.checkpoint.update(interval=iterations, by_epoch=False, save_best=None)
    config.default_hooks.logger.interval = max(iterations // LOGGED_STEPS, 1)
    config.log_level = 'ERROR'
    # mmengine keeps one visualizer, logger and message hub for a name in a process.
    config.experiment_name = f'short run {next(RUNS)} {work_dir}'.replace('/', '-')
    config.visualizer.name = config.experiment_name
    config.randomness = dict(seed=seed)
    check_folders(config, 'train_dataloader', 'val_dataloader')
    runner = Runner.from_cfg(config)
    runner.register_hook(ProgressHook(title, iterations, progress))
    runner.train()
    return runner


class ProgressHook(Hook):
    """Tells how far a run is after every step, and ends it where the loss is no number."""

    def __init__(self, title: str, total: int, progress: ProgressReport) -> None:
        self.title, self.total, self.progress = title, total, progress

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: dict | None = None,
    ) -> None:
        """Report, or raise ValueError."""
        if not outputs['loss'].isfinite():
            loss = outputs['loss'].item()
            raise ValueError(f'{self.title}: the loss is {loss} in iteration {runner.iter + 1}')
        self.progress(f'training {self.title}', runner.iter + 1, self.total)
