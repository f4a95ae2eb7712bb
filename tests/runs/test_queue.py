"""Real processes and real kills: trainings of a few iterations of a thin network."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mmengine.config import Config

from mmseg_scr.runs.job import prepare_job
from mmseg_scr.runs.queue import run_queue
from mmseg_scr.runs.records import read_records

ROOT = Path(__file__).parents[2]
DEMO = ROOT / 'configs' / 'demo' / 'scr_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'
THIN = {
    'model.backbone.embed_dims': [8, 8, 8, 8],
    'model.backbone.depths': [1, 1, 1, 1],
    'model.decode_head.in_channels': [8, 8, 8, 8],
    'model.decode_head.channels': 8,
    'train_dataloader.batch_size': 2,
    'train_dataloader.dataset.size': (32, 64),
    'val_dataloader.dataset.size': (32, 64),
    'val_dataloader.dataset.length': 2,
    'test_dataloader.dataset.size': (32, 64),
    'test_dataloader.dataset.length': 3,
    'train_cfg.max_iters': 12,
}
# What a queue is, as a process of its own that can be killed.
QUEUE = """
import sys
from pathlib import Path
from test_queue import jobs_in
from mmseg_scr.runs.queue import run_queue
folder = Path(sys.argv[1])
run_queue(jobs_in(folder), records=folder / 'records.jsonl', progress=lambda *_: None)
"""


def thin_config(**options):
    config = Config.fromfile(DEMO)
    config.merge_from_dict(THIN | options)
    return config


def jobs_in(folder):
    return [prepare_job('thin', thin_config(), seed, folder / 'runs') for seed in (1, 2)]


def run(jobs, folder, reports=None):
    def report(*state):
        if reports is not None:
            reports.append(state)

    return run_queue(jobs, records=folder / 'records.jsonl', progress=report)


def outcome(record):
    """What must not depend on how often a run was stopped."""
    return record.title, record.seed, record.digest, record.metrics, record.curves


@pytest.fixture(scope='module')
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp('undisturbed')
    reports = []
    return folder, run(jobs_in(folder), folder, reports), reports


@pytest.mark.slow
class TestQueue:
    def test_every_run_is_recorded_with_what_its_test_said(self, undisturbed):
        folder, records, reports = undisturbed
        assert [record.seed for record in records] == [1, 2]
        assert records == read_records(folder / 'records.jsonl')
        for record in records:
            assert 0 <= record.metrics['mIoU'] <= 100
            assert 0 <= record.metrics['IoU']['road'] <= 100
            assert record.curves['loss'][0][-1] == record.iterations == 12
            assert record.parameters > 0
            assert record.versions.keys() >= {'mmseg_scr', 'torch', 'mmseg'}
        assert records[0].curves != records[1].curves
        assert reports[-1][1:] == (12, 12)

    def test_what_is_finished_is_not_done_again(self, undisturbed):
        folder, records, _ = undisturbed
        reports = []
        assert run(jobs_in(folder), folder, reports) == records
        assert not reports

    def test_records_alone_are_enough_on_another_machine(self, undisturbed, tmp_path):
        folder, records, _ = undisturbed
        (tmp_path / 'records.jsonl').write_text((folder / 'records.jsonl').read_text())
        assert run(jobs_in(tmp_path), tmp_path) == records

    def test_after_kills_of_a_run_and_of_the_queue_the_records_are_the_same(
        self, undisturbed, tmp_path
    ):
        path = os.pathsep.join([str(ROOT), str(ROOT / 'tests' / 'runs')])
        command = [sys.executable, '-c', QUEUE, str(tmp_path)]
        jobs = jobs_in(tmp_path)
        for iterations in (3, 8):
            queue = subprocess.Popen(command, env=os.environ | {'PYTHONPATH': path})
            wait_until(lambda: jobs[0].iterations_done >= iterations)  # noqa: B023
            queue.send_signal(signal.SIGKILL)
            queue.wait()
            kill_workers(tmp_path)
        records = run(jobs, tmp_path)
        assert [outcome(r) for r in records] == [outcome(r) for r in undisturbed[1]]

    def test_a_run_that_cannot_succeed_does_not_stop_the_others(self, tmp_path, monkeypatch):
        monkeypatch.setattr('mmseg_scr.runs.queue.ATTEMPTS', 2)
        broken = prepare_job(
            'broken', thin_config(**{'model.decode_head.channels': -1}), 1, tmp_path / 'runs'
        )
        with pytest.raises(RuntimeError, match=r'1 run\(s\) died 2 times: .*broken') as caught:
            run([broken, jobs_in(tmp_path)[0]], tmp_path)
        assert 'Error' in str(caught.value)
        assert [record.title for record in read_records(tmp_path / 'records.jsonl')] == ['thin']


def test_a_folder_of_another_experiment_is_refused(tmp_path):
    prepare_job('thin', thin_config(), 1, tmp_path)
    prepare_job('thin', thin_config(), 1, tmp_path)
    with pytest.raises(ValueError, match='holds another experiment'):
        prepare_job('thin', thin_config(**{'train_cfg.max_iters': 13}), 1, tmp_path)


def test_a_title_that_names_no_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"title 'a/b' must be"):
        prepare_job('a/b', thin_config(), 1, tmp_path)


def wait_until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, 'waited too long'
        time.sleep(0.02)


def kill_workers(folder):
    subprocess.run(['pkill', '-9', '-f', f'mmseg_scr.runs.job {folder}'], check=False)
    time.sleep(0.2)
