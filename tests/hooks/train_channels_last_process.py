"""One process of a gloo group: python train_channels_last_process.py RANK PORT FOLDER LAYOUT."""

import os
import sys
import warnings

import torch
from mmengine.config import Config
from mmengine.model import MMDistributedDataParallel
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from torch import nn

from mmseg_scr.hooks import ChannelsLastHook


class Pretend:
    """As much of a runner as the hook uses, with mmengine's own wrapping."""

    wrap_model = Runner.wrap_model
    distributed = True

    def __init__(self, model: nn.Module) -> None:
        self.cfg = Config(dict(model_wrapper_cfg=dict(device_ids=None, broadcast_buffers=False)))
        self.model = self.wrap_model(self.cfg.model_wrapper_cfg, model)


def main(rank: int, port: int, folder: str, layout: str) -> None:
    torch.set_num_threads(1)
    os.environ['LOCAL_RANK'] = str(rank)
    address = f'tcp://127.0.0.1:{port}'
    torch.distributed.init_process_group('gloo', address, rank=rank, world_size=2)
    init_default_scope('mmseg')
    torch.manual_seed(0)
    layers = [nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 4, 3)]
    model = nn.Sequential(*layers).double()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    runner = Pretend(model)
    if layout == 'channels_last':
        ChannelsLastHook().before_run(runner)
        assert isinstance(runner.model, MMDistributedDataParallel)
        assert not model[0].weight.is_contiguous()
    generator = torch.Generator().manual_seed(rank)
    with warnings.catch_warnings():
        warnings.filterwarnings('error', message='Grad strides do not match')
        for _ in range(4):
            optimizer.zero_grad()
            images = torch.randn(2, 3, 9, 7, dtype=torch.float64, generator=generator)
            runner.model(images).square().mean().backward()
            optimizer.step()
    result = {name: (p.detach(), p.grad) for name, p in model.named_parameters()}
    torch.save(result, f'{folder}/rank{rank}.pth')


if __name__ == '__main__':
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4])
