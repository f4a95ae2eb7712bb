import logging

import pytest
import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import nn

import mmseg_scr


class Model(BaseModel):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(1, 1)

    def forward(self, x, mode='tensor'):
        out = self.layer(x)
        return {'loss': out.mean()} if mode == 'loss' else list(out)


@pytest.fixture
def runner(tmp_path):
    """A runner whose config names no hook."""
    loader = dict(
        dataset=[torch.ones(1)] * 2,
        sampler=dict(type='DefaultSampler', shuffle=False),
        batch_size=1,
    )
    return Runner(
        model=Model(),
        work_dir=str(tmp_path),
        train_dataloader=loader,
        train_cfg=dict(by_epoch=False, max_iters=1),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
        test_dataloader=loader,
        test_cfg={},
        test_evaluator=[],
        default_scope='mmseg',
    )


@pytest.mark.parametrize('run', ['train', 'test'])
def test_every_run_logs_the_version_once_at_its_start(runner, run, monkeypatch):
    logged = []
    monkeypatch.setattr(runner.logger, 'handle', lambda record: logged.append(record))
    getattr(runner, run)()
    line = f'mmseg_scr {mmseg_scr.__version__} from {mmseg_scr.__path__[0]}'
    assert [record.levelno for record in logged if record.getMessage() == line] == [logging.INFO]
    assert runner.message_hub.get_info('experiment_name') == runner.experiment_name
