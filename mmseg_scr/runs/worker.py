"""The process that does one training of a queue: ``python -m mmseg_scr.runs.worker``.

A process that is killed loses the iterations since its last checkpoint. The next one goes on there
and ends, on a CPU, with the same numbers to the bit.
"""

import sys
import time
from pathlib import Path
from pickle import UnpicklingError
from zipfile import BadZipFile, ZipFile

import torch
from mmengine.config import Config

from mmseg_scr.checks.checkpoints import TRUST_OPTION
from mmseg_scr.datasets import check_folders
from mmseg_scr.drafts import locked
from mmseg_scr.runs.evaluation import list_classes, save_image_table
from mmseg_scr.runs.job import LOADERS, Job
from mmseg_scr.runs.launch import started_runner
from mmseg_scr.runs.outcome import record_of
from mmseg_scr.runs.records import config_digest, write_record
from mmseg_scr.runs.short_run import ProgressHook


def run_job(folder: Path, title: str, seed: int, device: str, *, trusted: bool = False) -> None:
    """Train, from the last checkpoint if there is one, test, and write the record.

    Args:
        folder: of :func:`prepare_job`. Another process that is at work there is waited for.
        title: of the method.
        seed: of the run.
        device: kind of the device that the process sees, for the record.
        trusted: read the checkpoints that the config names in full, though they can run code.

    Raises:
        ValueError: a loss is no longer finite, or the process sees no GPU, though it is to use one.
        UnsafeCheckpointError: reading a checkpoint could run code.
    """
    if device == 'cuda' and not torch.cuda.is_available():
        raise ValueError(
            'the device of this run is a GPU, but torch sees none: it would train on '
            'the CPU; see "python -m mmseg_scr"'
        )
    with locked(folder / 'lock'):
        # Without its name, or the runner would write its own form over the file.
        config = Config(Config.fromfile(folder / 'config.py').to_dict())
        config.work_dir = str(folder)  # where it lies now
        job = Job(title, seed, config.train_cfg.max_iters, config_digest(config), folder)
        if job.read_record() is None:
            _train_and_record(job, config, device, trusted)


def _train_and_record(job: Job, config: Config, device: str, trusted: bool) -> None:
    start = time.monotonic() - job.seconds_spent
    checkpoint = _newest_readable(job.folder)
    if checkpoint:
        config.update(load_from=str(checkpoint), resume=True)
    list_classes(config)
    save_image_table(config, job.folder)
    check_folders(config, *LOADERS)

    def report(_: str, done: int, total: int) -> None:
        job.report(done, time.monotonic() - start)

    with started_runner(config, trusted=trusted) as runner:
        runner.register_hook(ProgressHook(f'{job.title} {job.seed}', job.iterations, report))
        runner.train()
        metrics = runner.test() if config.get('test_dataloader') else {}
    minutes = (time.monotonic() - start) / 60
    record = record_of(job, runner, metrics, device=device, minutes=minutes)
    write_record(job.record_file, record)


def _newest_readable(folder: Path) -> Path | None:
    def number(path: Path) -> int:
        return int(path.stem.rpartition('_')[2])

    for path in sorted(folder.glob('iter_*.pth'), key=number, reverse=True):
        try:
            torch.load(path, map_location='cpu', weights_only=True)
        except (RuntimeError, EOFError, OSError, UnpicklingError):
            if not _is_whole(path):
                path.unlink()  # cut off while it was written
                continue
        return path  # also one that is refused for what it holds, when the runner is started
    return None


def _is_whole(path: Path) -> bool:
    try:
        with ZipFile(path) as archive:
            return archive.testzip() is None
    except BadZipFile:
        return False


if __name__ == '__main__':
    of_folder, of_title, of_seed, of_device, *options = sys.argv[1:]
    run_job(Path(of_folder), of_title, int(of_seed), of_device, trusted=TRUST_OPTION in options)
