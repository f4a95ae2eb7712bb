import argparse
from pathlib import Path

import pytest
from builders.checkpoints import save_harmful
from mmengine.config import Config

from mmseg_scr.checks.checkpoints import UnsafeCheckpointError
from mmseg_scr.runs.launch import add_run_options, read_run_config, resume_last, started_runner


@pytest.fixture
def parse(tmp_path):
    path = tmp_path / 'small.py'
    path.write_text('a = 1\n')

    def parse(*options):
        parser = argparse.ArgumentParser()
        add_run_options(parser, work_dir='logs')
        return read_run_config(parser.parse_args([str(path), *options]))

    return parse


def test_work_dir_is_named_by_the_option_the_config_or_the_file(parse):
    assert parse().work_dir == 'work_dirs/small'
    assert parse('--cfg-options', 'work_dir=None').work_dir == 'work_dirs/small'
    assert parse('--cfg-options', 'work_dir=b').work_dir == 'b'
    assert parse('--cfg-options', 'work_dir=b', '--work-dir', 'c').work_dir == 'c'
    assert parse('--launcher', 'slurm').launcher == 'slurm'


def test_a_config_in_its_own_work_dir_is_not_written_over(parse, tmp_path):
    written = Path('small.py')
    aside = parse('--work-dir', str(tmp_path / 'other'))
    inside = parse('--work-dir', str(tmp_path), '--cfg-options', 'b=2')
    assert Path(aside.filename).name == written.name  # by which a runner names what it dumps
    assert inside.filename is None
    assert (inside.a, inside.b, inside.work_dir) == (1, 2, str(tmp_path))


def test_resuming_goes_on_from_the_work_dir_whatever_the_run_once_started_from(tmp_path):
    config = Config(dict(work_dir=str(tmp_path), load_from='pretrained.pth'))
    (tmp_path / 'last_checkpoint').write_text('iter_2.pth')
    resume_last(config)
    assert (config.resume, config.load_from) == (True, None)


def test_without_a_checkpoint_a_resumed_run_starts_as_its_config_says(tmp_path):
    config = Config(dict(work_dir=str(tmp_path), load_from='pretrained.pth', resume=True))
    resume_last(config)
    assert (config.resume, config.load_from) == (False, 'pretrained.pth')


@pytest.mark.parametrize('resumed', [False, True])
def test_no_runner_is_built_for_a_checkpoint_that_runs_code(tmp_path, monkeypatch, resumed):
    monkeypatch.setattr('mmseg_scr.runs.launch.Runner.from_cfg', lambda _: pytest.fail('built'))
    path = save_harmful(tmp_path / 'a.pth', tmp_path / 'victim')
    (tmp_path / 'last_checkpoint').write_text(str(path))
    start = {} if resumed else dict(load_from=str(path))
    config = Config(dict(work_dir=str(tmp_path), resume=resumed, **start))
    with pytest.raises(UnsafeCheckpointError), started_runner(config, trusted=False):
        pytest.fail('started')
    assert not (tmp_path / 'victim').exists()
