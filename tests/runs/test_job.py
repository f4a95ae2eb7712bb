from dataclasses import replace
from pathlib import Path

import pytest
from builders.records import RECORD
from mmengine.config import Config

from mmseg_scr.runs.job import prepare_job
from mmseg_scr.runs.records import NewerRecordError, config_digest, write_record

DEMO = next((Path(__file__).parents[2] / 'configs' / 'demo').glob('scr_*-200_*.py'))


def job(folder, title='scr', seed=1, **options):
    config = Config.fromfile(DEMO)
    config.merge_from_dict(options)
    return prepare_job(title, config, seed, folder)


def test_the_folder_holds_the_config_that_the_digest_is_of(tmp_path):
    found = job(tmp_path)
    assert found.folder == tmp_path / 'scr' / 'seed-1'
    config = Config.fromfile(found.folder / 'config.py')
    assert found.digest == config_digest(config)
    assert found.iterations == config.train_cfg.max_iters == 200
    assert config.randomness == dict(seed=1)
    assert [path.name for path in found.folder.iterdir()] == ['config.py']


def test_a_config_that_was_half_written_is_written_anew(tmp_path, monkeypatch):
    def fail(self, file):
        Path(file).write_text('half of')
        raise OSError('the disk is full')

    with monkeypatch.context() as patch:
        patch.setattr(Config, 'dump', fail)
        with pytest.raises(OSError, match='full'):
            job(tmp_path)
    found = job(tmp_path)
    assert found.digest == config_digest(Config.fromfile(found.config_file))
    assert [path.name for path in found.folder.iterdir()] == ['config.py']


def test_seeds_are_one_experiment_and_other_options_another(tmp_path):
    first, second = job(tmp_path), job(tmp_path, seed=2)
    other = job(tmp_path, 'other', **{'train_cfg.max_iters': 100})
    assert first.digest == second.digest != other.digest


def test_the_same_job_may_be_prepared_again(tmp_path):
    assert job(tmp_path) == job(tmp_path)


def test_a_folder_of_another_experiment_is_refused(tmp_path):
    job(tmp_path)
    with pytest.raises(ValueError, match='seed-1 holds another experiment'):
        job(tmp_path, **{'train_cfg.max_iters': 13})


@pytest.mark.parametrize('title', ['a/b', '', 'a b'])
def test_a_title_that_names_no_folder_is_refused(tmp_path, title):
    with pytest.raises(ValueError, match=f'title {title!r} must be'):
        job(tmp_path, title)


@pytest.mark.parametrize('seed', [-1, 2**32])
def test_a_seed_that_nothing_is_drawn_from_is_refused(tmp_path, seed):
    with pytest.raises(ValueError, match=rf"seed of 'scr' must be 0 to 4294967295, got {seed}"):
        job(tmp_path, seed=seed)
    assert not list(tmp_path.iterdir())


def test_a_job_tells_how_far_it_is_and_how_long_it_took(tmp_path):
    found = job(tmp_path)
    assert (found.iterations_done, found.seconds_spent) == (0, 0)
    found.report(12, 34.56)
    assert (found.iterations_done, found.seconds_spent) == (12, 34.6)
    (found.folder / 'progress.txt').write_text('')  # while it is written
    assert (found.iterations_done, found.seconds_spent) == (0, 0)


def record_of(job):
    return replace(RECORD, title=job.title, seed=job.seed, digest=job.digest)


def test_a_finished_job_has_its_record(tmp_path):
    found = job(tmp_path)
    assert found.read_record() is None
    write_record(found.record_file, record_of(found))
    assert found.read_record() == record_of(found)


@pytest.mark.parametrize('damage', ['empty', 'half', 'no record', 'of another run'])
def test_a_file_without_its_record_is_set_aside_with_a_line(tmp_path, monkeypatch, damage):
    said = []
    monkeypatch.setattr('mmseg_scr.runs.job.print_log', lambda text, *_: said.append(text))
    found = job(tmp_path)
    write_record(found.record_file, record_of(found))
    text = found.record_file.read_text()
    left = {
        'empty': '',
        'half': text[: len(text) // 2],
        'no record': '3\n',
        'of another run': text.replace('"scr"', '"other"'),
    }[damage]
    found.record_file.write_text(left)
    assert found.read_record() is None
    assert not found.record_file.exists()
    assert (found.folder / 'record.damaged').read_text() == left
    (line,) = said
    assert 'record.json is not the record of this run' in line


def test_a_record_of_a_newer_version_stays(tmp_path):
    found = job(tmp_path)
    write_record(found.record_file, record_of(found))
    found.record_file.write_text(found.record_file.read_text().replace('{', '{"energy": 3, ', 1))
    with pytest.raises(NewerRecordError, match='energy'):
        found.read_record()
    assert found.record_file.is_file()
