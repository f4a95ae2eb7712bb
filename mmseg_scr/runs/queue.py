"""Many trainings, each in a process of its own, that go on after whatever stops them.

What is finished is never done again, what was begun goes on from its last checkpoint: the same
call after a kill of the queue, of a process or of the machine ends in the same records.
"""

import os
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mmseg_scr.progress import ProgressReport
from mmseg_scr.runs.job import Job
from mmseg_scr.runs.records import RunRecord, add_records, read_records

POLL_SECONDS = 0.5
ATTEMPTS = 3  # at a run whose process dies
LINES_SHOWN = 15
COMMAND = (sys.executable, '-m', 'mmseg_scr.runs.job')


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
) -> list[RunRecord]:
    """Do the jobs that have no record yet, one process a device at a time.

    Args:
        jobs: in the order in which they are begun.
        records: the file that each finished run is added to.
        devices: ``'cpu'``, ``'cuda:0'`` and so on; one that stands there twice takes two runs at a
            time. Processes on a CPU have one thread each.
        progress: told of every run's iterations.

    Returns:
        The records of the jobs.

    Raises:
        RuntimeError: some runs died ``ATTEMPTS`` times. All others are finished then; the message
            has the last lines that the first one printed.
    """
    waiting, free, running = deque(_unfinished(jobs, records)), deque(devices), []
    deaths, failed = Counter(), []
    try:
        while waiting or running:
            while waiting and free:
                running.append(_start(waiting.popleft(), free.popleft()))
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
    finally:
        for run in running:
            run.process.terminate()
    if failed:
        raise RuntimeError(_failure(failed))
    found = {record.key: record for record in read_records(records)}
    return [found[job.key] for job in jobs]


def _unfinished(jobs: Sequence[Job], records: Path) -> list[Job]:
    known = {record.key for record in read_records(records)}
    return [job for job in jobs if job.key not in known and not _collect(job, records)]


def _collect(job: Job, records: Path) -> bool:
    """Add the record of a job, if it has one, to the file."""
    if not job.record_file.is_file():
        return False
    add_records(records, read_records(job.record_file))
    return True


def _start(job: Job, device: str) -> _Running:
    kind, _, number = device.partition(':')
    environment = os.environ | {'OMP_NUM_THREADS': '1', 'MKL_NUM_THREADS': '1'}
    environment['CUDA_VISIBLE_DEVICES'] = (number or '0') if kind == 'cuda' else ''
    with job.log_file.open('a') as output:
        process = subprocess.Popen(
            [*COMMAND, str(job.folder), job.title, str(job.seed), kind],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    return _Running(job, process, device)


def _failure(failed: Sequence[Job]) -> str:
    first = failed[0]
    lines = first.log_file.read_text().splitlines()[-LINES_SHOWN:]
    names = ', '.join(str(job.folder) for job in failed)
    return f'{len(failed)} run(s) died {ATTEMPTS} times: {names}. The first one printed last:\n' + (
        '\n'.join(lines)
    )
