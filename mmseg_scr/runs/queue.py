"""Many trainings, each in a process of its own, that go on after whatever stops them.

What is finished is never done again, what was begun goes on from its last checkpoint: the same
call after a kill of the queue, of a process or of the machine ends in the same records.
"""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from math import inf
from pathlib import Path

import torch
from mmengine.config import Config

from mmseg_scr.checks.checkpoints import TRUST_OPTION
from mmseg_scr.datasets import check_folders
from mmseg_scr.progress import ProgressReport
from mmseg_scr.runs.job import LOADERS, Job
from mmseg_scr.runs.records import RunRecord, add_records, read_records

POLL_SECONDS = 0.5
ATTEMPTS = 3  # at a run whose process dies
LINES_SHOWN = 15
DEVICE = re.compile(r'cpu|cuda(:\d+)?')
VISIBLE = 'CUDA_VISIBLE_DEVICES'
PATIENCE_SECONDS = 10  # with a process that was asked to end
COMMAND = (sys.executable, '-m', 'mmseg_scr.runs.worker')


@dataclass
class _Running:
    job: Job
    process: subprocess.Popen
    device: str


def run_queue(
    jobs: Sequence[Job],
    *,
    records: Path,
    devices: Sequence[str] = ('cpu',),
    progress: ProgressReport,
    stop_after: float = inf,
    trusted: bool = False,
) -> list[RunRecord]:
    """Do the jobs that have no record yet, one process a device at a time.

    Where this call is left early, by Ctrl-C or a SIGTERM too, its processes are ended.

    Args:
        jobs: in the order in which they are begun.
        records: the file that each finished run is added to.
        devices: ``'cpu'``, ``'cuda:0'`` and so on; one that stands there twice takes two runs at a
            time. Numbers count the GPUs that this process sees. Processes on a CPU have one thread
            each.
        progress: told of every run's iterations.
        stop_after: minutes after which runs in progress are stopped and no other begins.
        trusted: as of :func:`mmseg_scr.runs.worker.run_job`.

    Returns:
        The records of the jobs, without those that were stopped.

    Raises:
        FileNotFoundError: a folder of images is missing; nothing was begun.
        ValueError: a device of another name, or one that this process does not see, or a title of
            which the file holds another experiment; likewise.
        OSError: the file of records cannot be written; likewise.
        SystemExit: the process was asked to end (SIGTERM).
        RuntimeError: some runs died ``ATTEMPTS`` times. All others are finished then; the message
            has the last lines that the first one printed.
    """
    visible = {device: _visible(device) for device in devices}
    _require_same_experiments(jobs, records)
    waiting, free, running = deque(_unfinished(jobs, records)), deque(devices), []
    _require_data(waiting)
    if waiting:
        add_records(records, ())  # shows now whether it can be written
    deaths, failed = Counter(), []
    end = time.monotonic() + 60 * stop_after
    with _ended_at_last(running):
        while (waiting or running) and time.monotonic() < end:
            while waiting and free:
                job = waiting.popleft()
                if _unfinished([job], records):  # by another queue, meanwhile
                    running.append(_start(job, free.popleft(), visible, trusted))
            time.sleep(POLL_SECONDS)
            for run in [*running]:
                job = run.job
                progress(f'{job.title} {job.seed}', job.iterations_done, job.iterations)
                if run.process.poll() is None:
                    continue
                running.remove(run)
                free.append(run.device)
                if _collect(job, records):
                    continue
                deaths[job] += 1
                (waiting if deaths[job] < ATTEMPTS else failed).append(job)
    for run in running:  # stopped, unless it was finished just then
        _collect(run.job, records)
    if failed:
        raise RuntimeError(_failure(failed))
    found = {record.key: record for record in read_records(records)}
    return [found[job.key] for job in jobs if job.key in found]


@contextmanager
def _ended_at_last(running: Sequence[_Running]) -> Iterator[None]:
    """End the processes that still run when the block is left, also by a SIGTERM."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    if in_main_thread:  # no other may set handlers
        before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        for run in running:
            run.process.terminate()
        for run in running:
            try:
                run.process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                run.process.kill()
                run.process.wait()
        if in_main_thread:
            signal.signal(signal.SIGTERM, before)


def _unfinished(jobs: Sequence[Job], records: Path) -> list[Job]:
    known = {record.key for record in read_records(records)}
    return [job for job in jobs if job.key not in known and not _collect(job, records)]


def _require_same_experiments(jobs: Sequence[Job], records: Path) -> None:
    """Refuse runs that would be of no use beside those that the file holds of their titles."""
    known = {record.key: record.digest for record in read_records(records)}
    for job in jobs:
        held = {digest for (title, *_), digest in known.items() if title == job.title}
        others = sorted(held - {job.digest})
        if others and job.key not in known:
            raise ValueError(
                f'{records} holds {job.title!r} of another config or other options (digest '
                f'{", ".join(others)} there, {job.digest} now); name another file for the records, '
                'give the config another name, or remove those lines'
            )


def _require_data(jobs: Iterable[Job]) -> None:
    for job in {job.digest: job for job in jobs}.values():
        check_folders(Config.fromfile(job.config_file), *LOADERS)


def _collect(job: Job, records: Path) -> bool:
    """Add the record of a job to the file; whether it has one."""
    record = job.read_record()
    if record is not None:
        add_records(records, [record])
    return record is not None


def _visible(device: str) -> str:
    """The GPU that a process on a device may see, by the name that CUDA has for it; '' for none."""
    if not DEVICE.fullmatch(device):
        raise ValueError(f"devices must be 'cpu', 'cuda' or 'cuda:0' and so on, got {device!r}")
    if device == 'cpu':
        return ''
    number, names = int(device.partition(':')[2] or 0), _gpu_names()
    if number >= len(names):
        left = f' that {VISIBLE}={os.environ[VISIBLE]!r} leaves' if VISIBLE in os.environ else ''
        raise ValueError(
            f'device {device!r} is none of the {len(names)} GPUs{left}; name another, or set '
            f'{VISIBLE}'
        )
    return names[number]


def _gpu_names() -> list[str]:
    """Those that CUDA has for the GPUs that this process sees."""
    count = torch.cuda.device_count()  # leaves the GPUs alone
    if VISIBLE not in os.environ:
        return [*map(str, range(count))]
    listed = (name.strip() for name in os.environ[VISIBLE].split(','))
    names = [*takewhile(lambda name: name and name[0] != '-', listed)]  # CUDA stops there as well
    return names[:count]


def _start(job: Job, device: str, visible: Mapping[str, str], trusted: bool) -> _Running:
    kind = device.partition(':')[0]
    environment = os.environ | {'OMP_NUM_THREADS': '1', 'MKL_NUM_THREADS': '1'}
    environment[VISIBLE] = visible[device]
    options = [TRUST_OPTION] if trusted else []
    with job.log_file.open('a') as output:
        process = subprocess.Popen(
            [*COMMAND, str(job.folder), job.title, str(job.seed), kind, *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    return _Running(job, process, device)


def _failure(failed: Sequence[Job]) -> str:
    first = failed[0]
    lines = first.log_file.read_text(errors='replace').splitlines()[-LINES_SHOWN:]
    names = ', '.join(str(job.folder) for job in failed)
    return f'{len(failed)} run(s) died {ATTEMPTS} times: {names}. The first one printed last:\n' + (
        '\n'.join(lines)
    )
