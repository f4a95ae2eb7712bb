import logging
from itertools import count

import pytest
import torch
from mmengine.dataset import BaseDataset
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import nn

RUNS = count()


class ToyHead(nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(2)
        self.conv_seg = nn.Conv2d(2, num_classes, 1)


class ToySegmentor(BaseModel):
    def __init__(self, num_classes=3):
        super().__init__()
        self.backbone = nn.Conv2d(1, 2, 1)
        self.decode_head = ToyHead(num_classes)

    def forward(self, inputs, mode='tensor'):
        out = self.decode_head.conv_seg(self.decode_head.norm(self.backbone(torch.stack(inputs))))
        return {'loss': out.mean()} if mode == 'loss' else list(out)


class ToyDataset(BaseDataset):
    """Two samples that are made, not read."""

    def load_data_list(self):
        return [{}, {}]

    def __getitem__(self, index):
        return {'inputs': torch.ones(1, 2, 2)}


class ToyMetric(BaseMetric):
    def process(self, data_batch, data_samples):
        self.results.extend(data_samples)

    def compute_metrics(self, results):
        return {'samples': len(results)}


@pytest.fixture
def build_runner(tmp_path):
    """A function that builds a real Runner on the CPU, for two iterations and one validation."""

    def build(*hooks, model=None, train=None, val=None, **options):
        def loader(dataset, sampler):
            collate = {'type': 'pseudo_collate'}
            return {
                'dataset': dataset if dataset is not None else ToyDataset(),
                'sampler': {'type': sampler, 'shuffle': False},
                'batch_size': 2,
                'num_workers': 0,
                'collate_fn': collate,
            }

        return Runner(
            model=model or ToySegmentor(),
            work_dir=str(tmp_path / 'work'),
            train_dataloader=loader(train, 'InfiniteSampler'),
            train_cfg={'by_epoch': False, 'max_iters': 2, 'val_interval': 1},
            optim_wrapper={'optimizer': {'type': 'SGD', 'lr': 0.1}},
            val_dataloader=loader(val, 'DefaultSampler'),
            val_cfg={},
            val_evaluator=[ToyMetric()],
            test_dataloader=loader(val, 'DefaultSampler'),
            test_cfg={},
            test_evaluator=[ToyMetric()],
            default_hooks={
                'checkpoint': {'type': 'CheckpointHook', 'interval': 2, 'by_epoch': False}
            },
            default_scope='mmseg',
            custom_hooks=list(hooks),
            experiment_name=f'toy_{next(RUNS)}',  # mmengine keeps one logger for a name
            **options,
        )

    return build


@pytest.fixture
def segmentor():
    return ToySegmentor


@pytest.fixture
def log(monkeypatch):
    """Messages that reach the runner's logger, by level."""
    records = []
    handle = logging.Logger.handle
    monkeypatch.setattr(
        logging.Logger,
        'handle',
        lambda self, record: records.append(record) or handle(self, record),
    )
    return lambda level: '\n'.join(r.getMessage() for r in records if r.levelno == level)
