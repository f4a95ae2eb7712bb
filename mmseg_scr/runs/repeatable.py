"""A config changed so that a killed training can go on, and ends with the same numbers."""

from copy import deepcopy
from pathlib import Path

from mmengine.config import Config

from mmseg_scr.runs.defaults import add_defaults
from mmseg_scr.runs.schedules import iterations_of

CHECKPOINTS = 20  # of a run, so that little is lost
LOGGED_STEPS = 50
VALIDATIONS = 4


def repeatable(config: Config, name: str, seed: int, folder: Path, *, workers: int = 0) -> Config:
    """A copy whose training repeats to the bit on a CPU, however often it was stopped.

    Args:
        config: the sampler of its training data will be ``RepeatableInfiniteSampler``; without a
            test it is tested on the images of its validation.
        name: of the run.
        seed: of everything that is drawn.
        folder: for logs and checkpoints.
        workers: processes of the loader of training data. With any, what a resumed run draws is no
            longer what an undisturbed one would have drawn.

    Raises:
        ValueError: the config does not count iterations.
    """
    config = deepcopy(config)
    iterations = iterations_of(config)
    config.work_dir = str(folder)
    config.experiment_name = name
    add_defaults(config)
    config.visualizer.name = name
    config.randomness = dict(seed=seed)
    config.log_level = 'WARNING'
    if config.get('val_dataloader'):
        config.train_cfg.val_interval = max(iterations // VALIDATIONS, 1)
    config.train_dataloader.update(
        num_workers=workers,
        persistent_workers=workers > 0,
        sampler=dict(type='RepeatableInfiniteSampler', shuffle=True),  # of the run's seed
    )
    if not workers:
        config.train_dataloader.pop('prefetch_factor', None)  # which torch refuses without any
    # Of two, one stays whole while another is written.
    config.default_hooks.checkpoint.update(
        interval=max(iterations // CHECKPOINTS, 1),
        by_epoch=False,
        max_keep_ckpts=2,
        save_best=None,
    )
    config.default_hooks.logger.interval = max(iterations // LOGGED_STEPS, 1)
    if not config.get('test_dataloader') and config.get('val_dataloader'):
        config.test_dataloader = deepcopy(config.val_dataloader)
        config.test_evaluator = deepcopy(config.val_evaluator)
        config.test_cfg = dict(type='TestLoop')
    return config
