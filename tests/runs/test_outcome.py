from statistics import median

import pytest
from builders.thin import CONFIG, NO_EVALUATION, thin_config
from mmengine.config import Config

from mmseg_scr.costs import count_costs
from mmseg_scr.runs.job import prepare_job
from mmseg_scr.runs.launch import started_runner
from mmseg_scr.runs.origin import set_origin, unpack_config
from mmseg_scr.runs.outcome import record_of
from mmseg_scr.runs.records import config_digest
from mmseg_scr.runs.scalars import read_scalars
from mmseg_scr.runs.versions import source_commit


@pytest.fixture
def finished(tmp_path):
    """A job of three iterations, its runner, and the config that it ran."""
    config = thin_config(**{'train_cfg.max_iters': 3})
    config.update(NO_EVALUATION)
    set_origin(config, CONFIG, {'train_cfg.max_iters': 3})
    job = prepare_job('thin', config, 7, tmp_path)
    with started_runner(
        Config(Config.fromfile(job.config_file).to_dict()), trusted=False
    ) as runner:
        runner.train()
        yield job, runner


def test_record_says_what_ran_what_it_cost_and_how_it_went(finished):
    job, runner = finished
    record = record_of(job, runner, {'mIoU': 12.5}, device='cpu', minutes=1.23456)
    assert record.key == job.key
    assert (record.iterations, record.metrics, record.device) == (3, {'mIoU': 12.5}, 'cpu')
    assert record.minutes == 1.23
    assert record.hardware
    assert record.commit == source_commit()
    assert record.image_counts is None
    assert record.origin['config'].endswith(f'configs/demo/{CONFIG.name}')
    assert record.origin['options'] == {'train_cfg.max_iters': 3}
    assert config_digest(Config.fromstring(unpack_config(record.config), '.py')) == job.digest
    size = tuple(runner.train_dataloader.dataset[0]['inputs'].shape[-2:])
    cost = count_costs(runner.model, size).total
    tested = [n for n, _ in runner.model.named_parameters() if '.contrast.' not in n]
    sizes = {name: p.numel() for name, p in runner.model.named_parameters()}
    assert record.parameters == sum(sizes[name] for name in tested) < sum(sizes.values())
    assert record.parameters == cost.parameters
    assert record.macs == pytest.approx(cost.paper / 1e9, abs=1e-4)
    scalars = read_scalars(job.folder)
    assert record.curves['loss'][0] == [1, 2, 3]
    assert record.curves['loss'][1] == pytest.approx(scalars['loss'][1], rel=1e-5)
    assert not {'time', 'data_time', 'memory', 'base_lr'} & {*record.curves}
    assert record.seconds_per_iteration == pytest.approx(median(scalars['time'][1]))
