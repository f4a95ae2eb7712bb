"""What the command lines of training and testing share: their options, and how a run starts."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmengine.config import Config, DictAction
from mmengine.runner import Runner

from mmseg_scr.checks.checkpoints import LAST, TRUST_OPTION, only_safe_checkpoints

LAUNCHERS = ('none', 'pytorch', 'slurm', 'mpi')


def add_run_options(parser: argparse.ArgumentParser, *, work_dir: str) -> None:
    """Add the options of every run, with mmsegmentation's names.

    Args:
        parser: gets them.
        work_dir: what comes to lie in the work dir.
    """
    parser.add_argument('config', help='a config file')
    default = 'work_dirs/<config name> by default'
    parser.add_argument('--work-dir', help=f'folder for {work_dir}; {default}')
    parser.add_argument(
        TRUST_OPTION, action='store_true', help='also read checkpoints that can run code'
    )
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, help='key=value overrides')
    parser.add_argument('--launcher', choices=LAUNCHERS, default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)


def read_run_config(args: argparse.Namespace) -> Config:
    """The config of a run with the overrides and the work dir of its command line.

    A config that lies in its own work dir, as those of trainings do, loses its name: the runner
    would write its form, with what a test adds, over the file.
    """
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    config = Config.fromfile(args.config)
    config.launcher = args.launcher
    config.merge_from_dict(args.cfg_options or {})
    of_config = config.get('work_dir') or f'work_dirs/{Path(args.config).stem}'
    config.work_dir = args.work_dir or of_config
    written = Path(config.work_dir) / Path(args.config).name
    if written.is_file() and written.samefile(args.config):
        return Config(config.to_dict())
    return config


def resume_last(config: Config) -> None:
    """Let a run go on from the last checkpoint of its work dir.

    Before there is one, the run starts as the config says. Afterwards ``load_from``, the weights
    that it once started from, no longer counts.
    """
    config.resume = (Path(config.work_dir) / LAST).is_file()
    if config.resume:
        config.load_from = None


@contextmanager
def started_runner(config: Config, *, trusted: bool) -> Iterator[Runner]:
    """Build the runner of a config; what it does in this block is safe from its checkpoints.

    Args:
        config: of the run.
        trusted: read checkpoints in full, though they can run code.

    Raises:
        FileNotFoundError: the checkpoint to start from does not exist.
        UnsafeCheckpointError: reading a checkpoint could run code.
    """
    start = config.get('load_from')
    if start and '://' not in start and not Path(start).expanduser().is_file():
        raise FileNotFoundError(f'checkpoint {start!r} (load_from) does not exist')
    with only_safe_checkpoints([config], trusted=trusted):
        yield Runner.from_cfg(config)
