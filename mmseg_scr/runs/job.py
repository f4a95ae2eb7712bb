"""One training of a queue: a folder that says what to train, and a process that does it.

A process that is killed loses the iterations since its last checkpoint. The next one goes on there
and ends, on a CPU, with the same numbers to the bit.
"""

import fcntl
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError

import torch
from mmengine.config import Config
from mmengine.runner import Runner

from mmseg_scr.costs import count_costs
from mmseg_scr.datasets import check_folders
from mmseg_scr.runs.evaluation import list_classes
from mmseg_scr.runs.launch import started_runner
from mmseg_scr.runs.records import RunRecord, config_digest, write_record
from mmseg_scr.runs.scalars import read_scalars
from mmseg_scr.runs.short_run import ProgressHook
from mmseg_scr.runs.versions import package_versions

CHECKPOINTS = 20  # of a run, so that little is lost
LOGGED_STEPS = 50
VALIDATIONS = 4
NAME = re.compile(r'[\w.+-]+')
PROGRESS = 'progress.txt'


@dataclass(frozen=True)
class Job:
    """A training to be done in ``folder``, which holds its ``config.py`` of that ``digest``."""

    title: str
    seed: int
    iterations: int
    digest: str
    folder: Path

    @property
    def key(self) -> tuple[str, int, str]:
        """That of its record."""
        return self.title, self.seed, self.digest

    @property
    def record_file(self) -> Path:
        """There as soon as the run is finished."""
        return self.folder / 'record.json'

    @property
    def log_file(self) -> Path:
        """What the process printed, its errors above all."""
        return self.folder / 'output.log'

    @property
    def iterations_done(self) -> int:
        """As far as the process has reported."""
        file = self.folder / PROGRESS
        return int(file.read_text() or 0) if file.is_file() else 0


def prepare_job(title: str, config: Config, seed: int, out_dir: Path) -> Job:
    """Write the config of a repeatable training into its folder below ``out_dir``.

    Args:
        title: of the method; with the seed it names the folder.
        config: its loader of training data will draw in the training process (no workers), its
            sampler will be ``RepeatableInfiniteSampler``.
        seed: of everything that is drawn.
        out_dir: of the queue.

    Raises:
        ValueError: a title that is no name of a folder, or a folder that holds another experiment.
    """
    if not NAME.fullmatch(title):
        raise ValueError(f'title {title!r} must be letters, digits and . _ + - alone')
    folder = out_dir / title / f'seed-{seed}'
    config = _repeatable(config, title, seed, folder)
    job = Job(title, seed, config.train_cfg.max_iters, config_digest(config), folder)
    file = folder / 'config.py'
    if file.is_file():
        if config_digest(Config.fromfile(file)) != job.digest:
            raise ValueError(
                f'{folder} holds another experiment of this title and seed; give another output '
                'folder, or remove this one'
            )
        return job
    folder.mkdir(parents=True, exist_ok=True)
    draft = file.with_name('draft.py')
    config.dump(draft)
    draft.rename(file)
    return job


def run_job(folder: Path, title: str, seed: int, device: str) -> None:
    """Train, from the last checkpoint if there is one, test, and write the record.

    Args:
        folder: of :func:`prepare_job`. Another process that is at work there is waited for.
        title: of the method.
        seed: of the run.
        device: kind of the device that the process sees, for the record.

    Raises:
        ValueError: a loss is no longer finite.
    """
    with _alone(folder):
        # Without its name, or the runner would write its own form over the file.
        config = Config(Config.fromfile(folder / 'config.py').to_dict())
        job = Job(title, seed, config.train_cfg.max_iters, config_digest(config), folder)
        if job.record_file.is_file():
            return
        checkpoint = _newest_readable(folder)
        if checkpoint:
            config.update(load_from=str(checkpoint), resume=True)
        list_classes(config)
        check_folders(config, 'train_dataloader', 'val_dataloader', 'test_dataloader')
        with started_runner(config, trusted=False) as runner:
            runner.register_hook(
                ProgressHook(
                    f'{title} {seed}',
                    job.iterations,
                    lambda _, done, total: (folder / PROGRESS).write_text(str(done)),
                )
            )
            runner.train()
            metrics = runner.test()
        write_record(job.record_file, _record(job, runner, metrics, device))


def _repeatable(config: Config, title: str, seed: int, folder: Path) -> Config:
    config = deepcopy(config)
    iterations = config.train_cfg.max_iters
    name = f'{title}-{seed}'
    config.work_dir = str(folder)
    config.experiment_name = name
    config.visualizer.name = name
    config.randomness = dict(seed=seed)
    config.log_level = 'WARNING'
    config.train_cfg.val_interval = max(iterations // VALIDATIONS, 1)
    config.train_dataloader.update(
        num_workers=0,
        persistent_workers=False,
        sampler=dict(type='RepeatableInfiniteSampler', shuffle=True),  # of the run's seed
    )
    # Of two, one stays whole while another is written.
    config.default_hooks.checkpoint.update(
        interval=max(iterations // CHECKPOINTS, 1), max_keep_ckpts=2, save_best=None
    )
    config.default_hooks.logger.interval = max(iterations // LOGGED_STEPS, 1)
    return config


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / 'lock').open('w') as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # let go of when the process ends, however it ends
        yield


def _newest_readable(folder: Path) -> Path | None:
    def number(path: Path) -> int:
        return int(path.stem.rpartition('_')[2])

    for path in sorted(folder.glob('iter_*.pth'), key=number, reverse=True):
        try:
            torch.load(path, map_location='cpu', weights_only=True)
        except (RuntimeError, EOFError, OSError, UnpicklingError):
            path.unlink()  # cut off while it was written
        else:
            return path
    return None


def _record(job: Job, runner: Runner, metrics: Mapping[str, float], device: str) -> RunRecord:
    curves = read_scalars(job.folder)
    shape = tuple(runner.test_dataloader.dataset[0]['inputs'].shape[-2:])
    cost = count_costs(runner.model, shape).total
    times = sorted(curves.pop('time')[1])
    for name in ('data_time', 'memory', 'iter', 'epoch'):
        curves.pop(name, None)
    return RunRecord(
        title=job.title,
        seed=job.seed,
        digest=job.digest,
        iterations=job.iterations,
        parameters=cost.parameters,
        macs=round(cost.paper / 1e9, 4),
        metrics=dict(metrics),
        curves={name: [*map(list, points)] for name, points in curves.items()},
        seconds_per_iteration=times[len(times) // 2],
        device=device,
        versions=package_versions(),
    )


if __name__ == '__main__':
    run_job(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4])
