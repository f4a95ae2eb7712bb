from contextlib import nullcontext

import pytest
from builders.checkpoints import save_harmful
from builders.thin import NO_EVALUATION, thin_config

from mmseg_scr.checks.checkpoints import UnsafeCheckpointError
from mmseg_scr.runs.job import prepare_job
from mmseg_scr.runs.origin import unpack_config
from mmseg_scr.runs.records import read_records
from mmseg_scr.runs.worker import run_job


@pytest.fixture
def job(tmp_path):
    """A function that prepares a job of two iterations without any evaluation."""

    def prepare(title, **options):
        config = thin_config(**{'train_cfg.max_iters': 2} | options)
        config.update(NO_EVALUATION)
        return prepare_job(title, config, 1, tmp_path)

    return prepare


def test_a_run_without_evaluation_has_losses_and_costs(job):
    found = job('plain')
    run_job(found.folder, 'plain', 1, 'cpu')
    (record,) = read_records(found.record_file)
    assert record.metrics == {}
    assert record.curves['loss'][0] == [1, 2]
    assert record.macs > 0
    assert record.image_counts is None
    assert 'max_iters=2' in unpack_config(record.config)
    assert record.origin is None
    assert 60 * record.minutes == pytest.approx(found.seconds_spent, abs=5)


def test_a_run_on_a_gpu_that_is_not_there_is_no_run_on_the_cpu(job, monkeypatch):
    found = job('gpu')
    monkeypatch.setattr('torch.cuda.is_available', lambda: False)
    with pytest.raises(ValueError, match='is a GPU, but torch sees none'):
        run_job(found.folder, 'gpu', 1, 'cuda')
    assert not found.record_file.exists()


def test_a_folder_that_was_moved_since_it_was_prepared_is_worked_in_where_it_lies(job, tmp_path):
    found = job('moved')
    folder = found.folder.rename(tmp_path / 'elsewhere')
    run_job(folder, 'moved', 1, 'cpu')
    (record,) = read_records(folder / 'record.json')
    assert record.curves['loss'][0] == [1, 2]
    assert (folder / 'last_checkpoint').is_file()
    assert not found.folder.exists()


@pytest.mark.parametrize('trusted', [False, True])
def test_a_checkpoint_that_runs_code_is_read_on_the_users_word_alone(job, tmp_path, trusted):
    harmful, victim = tmp_path / 'a.pth', tmp_path / 'victim'
    title = f'trusted-{trusted}'
    found = job(title, load_from=str(save_harmful(harmful, victim)))
    refused = nullcontext() if trusted else pytest.raises(UnsafeCheckpointError, match='is refused')
    with refused:
        run_job(found.folder, title, 1, 'cpu', trusted=trusted)
    assert victim.exists() == found.record_file.is_file() == trusted


def test_a_checkpoint_of_its_own_that_is_refused_is_not_taken_for_one_that_was_cut_off(
    job, tmp_path
):
    found = job('refused')
    kept = save_harmful(found.folder / 'iter_1.pth', tmp_path / 'victim')
    with pytest.raises(UnsafeCheckpointError, match=r'iter_1\.pth.* is refused'):
        run_job(found.folder, 'refused', 1, 'cpu')
    assert kept.is_file()
    assert not found.record_file.exists()


@pytest.mark.parametrize(('title', 'left'), [('empty', ''), ('half', '{"title": "half", "se')])
def test_a_record_that_was_cut_off_is_written_again(job, title, left):
    found = job(title)
    found.record_file.write_text(left)
    run_job(found.folder, title, 1, 'cpu')
    assert found.read_record().curves['loss'][0] == [1, 2]


def test_a_checkpoint_that_was_cut_off_is_passed_over(job, tmp_path):
    found = job('cut')
    cut = save_harmful(found.folder / 'iter_1.pth', tmp_path / 'victim')
    cut.write_bytes(cut.read_bytes()[:-100])
    run_job(found.folder, 'cut', 1, 'cpu')
    assert found.record_file.is_file()
    assert read_records(found.record_file)[0].curves['loss'][0] == [1, 2]
