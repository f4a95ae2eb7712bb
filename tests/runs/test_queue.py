"""Real processes and real kills: trainings of a few iterations of a thin network."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from builders.records import RECORD
from builders.thin import thin_config
from mmengine.config import Config

from mmseg_scr.runs.image_counts import unpack_counts
from mmseg_scr.runs.job import prepare_job
from mmseg_scr.runs.queue import run_queue
from mmseg_scr.runs.records import add_records, read_records, write_record
from mmseg_scr.runs.statistics import mean_iou

ROOT = Path(__file__).parents[2]
# What a queue is, as a process of its own that can be killed.
QUEUE = """
import sys
from pathlib import Path
from test_queue import jobs_in
from mmseg_scr.runs.queue import run_queue
folder = Path(sys.argv[1])
run_queue(jobs_in(folder), records=folder / 'records.jsonl', progress=lambda *_: None)
"""


def jobs_in(folder):
    return [prepare_job('thin', thin_config(), seed, folder / 'runs') for seed in (1, 2)]


def run(jobs, folder, reports=None, **options):
    def report(*state):
        if reports is not None:
            reports.append(state)

    return run_queue(jobs, records=folder / 'records.jsonl', progress=report, **options)


def outcome(record):
    """What must not depend on how often a run was stopped."""
    kept = (record.title, record.seed, record.digest)
    return *kept, record.metrics, record.curves, record.image_counts


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
            assert record.hardware
            assert record.minutes > 0
            counts = unpack_counts(record.image_counts)
            assert counts.shape == (3, 10, 2)
            assert mean_iou(counts.sum(0)) == pytest.approx(record.metrics['mIoU'], abs=0.01)
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
        path = os.pathsep.join(map(str, (ROOT, ROOT / 'tests', ROOT / 'tests' / 'runs')))
        command = [sys.executable, '-c', QUEUE, str(tmp_path)]
        jobs = jobs_in(tmp_path)
        for iterations, kind in ((3, signal.SIGTERM), (8, signal.SIGKILL)):
            queue = subprocess.Popen(command, env=os.environ | {'PYTHONPATH': path})
            wait_until(lambda: jobs[0].iterations_done >= iterations)  # noqa: B023
            queue.send_signal(kind)
            queue.wait()
            if kind == signal.SIGTERM:
                assert not workers(tmp_path)
            kill_workers(tmp_path)
        records = run(jobs, tmp_path)
        assert [outcome(r) for r in records] == [outcome(r) for r in undisturbed[1]]

    def test_nothing_goes_on_after_the_time_that_was_given(self, tmp_path):
        jobs = jobs_in(tmp_path)
        assert run(jobs, tmp_path, stop_after=0.01) == []
        assert not workers(tmp_path)
        assert jobs[0].log_file.is_file()
        assert not jobs[1].log_file.is_file()

    @pytest.mark.parametrize('trusted', [True, False])
    def test_trust_in_checkpoints_is_handed_on(self, tmp_path, monkeypatch, trusted):
        monkeypatch.setattr('mmseg_scr.runs.queue.ATTEMPTS', 1)
        echo = (sys.executable, '-c', 'import sys; print(sys.argv[1:])')
        monkeypatch.setattr('mmseg_scr.runs.queue.COMMAND', echo)
        with pytest.raises(RuntimeError) as caught:
            run(jobs_in(tmp_path)[:1], tmp_path, trusted=trusted)
        assert ("'thin', '1', 'cpu', '--trust-checkpoint']" in str(caught.value)) == trusted
        assert ("'thin', '1', 'cpu']" in str(caught.value)) != trusted

    def test_a_run_that_cannot_succeed_does_not_stop_the_others(self, tmp_path, monkeypatch):
        monkeypatch.setattr('mmseg_scr.runs.queue.ATTEMPTS', 2)
        broken = prepare_job(
            'broken', thin_config(**{'model.decode_head.channels': -1}), 1, tmp_path / 'runs'
        )
        with pytest.raises(RuntimeError, match=r'1 run\(s\) died 2 times: .*broken') as caught:
            run([broken, jobs_in(tmp_path)[0]], tmp_path)
        assert 'Error' in str(caught.value)
        assert [record.title for record in read_records(tmp_path / 'records.jsonl')] == ['thin']


@pytest.mark.slow
def test_a_record_that_a_lost_machine_left_empty_is_made_again(undisturbed, tmp_path):
    folder, records, _ = undisturbed
    shutil.copytree(folder / 'runs', tmp_path / 'runs')
    jobs_in(tmp_path)[0].record_file.write_text('')
    found = run(jobs_in(tmp_path), tmp_path)
    assert [outcome(record) for record in found] == [outcome(record) for record in records]


def test_what_is_finished_needs_no_file_that_can_be_written(tmp_path, monkeypatch):
    jobs = jobs_in(tmp_path)
    add_records(tmp_path / 'records.jsonl', map(record_of, jobs))

    def refuse(path, _):
        raise PermissionError(path)

    monkeypatch.setattr('mmseg_scr.runs.queue.add_records', refuse)
    assert run(jobs, tmp_path) == [record_of(job) for job in jobs]


@pytest.fixture
def echo(tmp_path, monkeypatch):
    """A function that lets a queue print by a script what its process is, and returns that."""
    monkeypatch.setattr('mmseg_scr.runs.queue.ATTEMPTS', 1)
    monkeypatch.setattr('mmseg_scr.runs.queue.POLL_SECONDS', 0.05)

    def run_script(script, **options):
        monkeypatch.setattr('mmseg_scr.runs.queue.COMMAND', (sys.executable, '-c', script))
        with pytest.raises(RuntimeError, match='died 1 times') as caught:
            run(jobs_in(tmp_path)[:1], tmp_path, **options)
        return str(caught.value).rpartition('\n')[2]

    return run_script


def record_of(job):
    return replace(RECORD, title=job.title, seed=job.seed, digest=job.digest)


def test_a_run_that_another_queue_has_finished_meanwhile_is_not_begun(tmp_path, monkeypatch):
    first, second = jobs_in(tmp_path)
    write_record(first.folder / 'ready', record_of(first))
    rename = "import os, sys; os.chdir(sys.argv[1]); os.rename('ready', 'record.json')"
    monkeypatch.setattr('mmseg_scr.runs.queue.COMMAND', (sys.executable, '-c', rename))
    records = tmp_path / 'records.jsonl'

    def work_of_another(*_):
        add_records(records, [record_of(second)])

    found = run_queue([first, second], records=records, progress=work_of_another)
    assert found == [record_of(first), record_of(second)]
    assert first.log_file.exists()
    assert not second.log_file.exists()


def test_a_title_that_the_records_hold_of_another_config_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr('mmseg_scr.runs.queue.COMMAND', (sys.executable, '-c', ''))
    jobs, file = jobs_in(tmp_path), tmp_path / 'records.jsonl'
    add_records(file, [replace(record_of(jobs[0]), seed=7, digest='before')])
    message = r"holds 'thin' of another config or other options \(digest before there, \w+ now\)"
    with pytest.raises(ValueError, match=message):
        run(jobs, tmp_path)
    assert not list(tmp_path.rglob('output.log'))
    add_records(file, map(record_of, jobs))  # what is there already may be asked for
    assert run(jobs, tmp_path) == [record_of(job) for job in jobs]


def test_records_that_cannot_be_written_are_told_before_anything_begins(tmp_path, monkeypatch):
    monkeypatch.setattr('mmseg_scr.runs.queue.COMMAND', (sys.executable, '-c', ''))
    (tmp_path / 'records.jsonl').mkdir()
    with pytest.raises(IsADirectoryError, match=r'records\.jsonl'):
        run(jobs_in(tmp_path), tmp_path)
    assert not list(tmp_path.rglob('output.log'))


PRINT_VISIBLE = "import os; print('sees', os.environ['CUDA_VISIBLE_DEVICES'])"


@pytest.mark.parametrize(
    ('outside', 'device', 'expected'),
    [
        (None, 'cuda:1', 'sees 1'),
        (None, 'cuda', 'sees 0'),
        ('4,5', 'cuda:1', 'sees 5'),
        ('GPU-ab, GPU-cd', 'cuda', 'sees GPU-ab'),
        ('4,5', 'cpu', 'sees '),
    ],
)
def test_a_process_sees_the_gpu_that_the_queue_calls_so(
    echo, monkeypatch, outside, device, expected
):
    monkeypatch.setattr('torch.cuda.device_count', lambda: 2)
    monkeypatch.delenv('CUDA_VISIBLE_DEVICES', raising=False)
    if outside is not None:
        monkeypatch.setenv('CUDA_VISIBLE_DEVICES', outside)
    assert echo(PRINT_VISIBLE, devices=[device]) == expected


@pytest.mark.parametrize(
    ('outside', 'device', 'there'),
    [
        ('4,5', 'cuda:2', 2),
        ('4,5', 'gpu', 2),
        ('4,5', 'cuda:x', 2),
        ('', 'cuda', 0),
        ('-1', 'cuda:0', 0),
        ('4', 'cuda', 0),
        (None, 'cuda', 0),
        (None, 'cuda:2', 2),
    ],
)
def test_a_device_that_is_not_there_is_named_before_anything_begins(
    tmp_path, monkeypatch, outside, device, there
):
    monkeypatch.setattr('torch.cuda.device_count', lambda: there)
    monkeypatch.setattr('mmseg_scr.runs.queue.COMMAND', (sys.executable, '-c', ''))
    monkeypatch.delenv('CUDA_VISIBLE_DEVICES', raising=False)
    if outside is not None:
        monkeypatch.setenv('CUDA_VISIBLE_DEVICES', outside)
    with pytest.raises(ValueError, match=f'devices? .*{device}'):
        run(jobs_in(tmp_path)[:1], tmp_path, devices=[device])
    assert not list(tmp_path.rglob('output.log'))


def test_what_is_no_text_in_the_last_lines_hides_no_failure(echo):
    assert echo(r"import sys; sys.stdout.buffer.write(b'bad \xff')") == 'bad \ufffd'


def test_missing_data_is_told_before_anything_begins(tmp_path):
    config = Config.fromfile(next((ROOT / 'configs' / 'scr').glob('*camvid*.py')))
    config.merge_from_dict({'train_dataloader.dataset.data_root': str(tmp_path / 'absent')})
    job = prepare_job('camvid', config, 1, tmp_path)
    with pytest.raises(FileNotFoundError, match=r"image folder '.*absent/.*' does not exist"):
        run([job], tmp_path)
    assert [path.name for path in job.folder.iterdir()] == ['config.py']


def wait_until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, 'waited too long'
        time.sleep(0.02)


def workers(folder):
    """Process ids of the trainings of a folder."""
    command = ['pgrep', '-f', f'mmseg_scr.runs.worker {folder}']
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def kill_workers(folder):
    for worker in workers(folder):
        os.kill(worker, signal.SIGKILL)
    wait_until(lambda: not workers(folder))
