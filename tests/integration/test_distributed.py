"""Two processes over gloo train with the contrast term and stay equal."""

import os
import socket
from pathlib import Path

import pytest
import torch
import torch.multiprocessing as mp
from mmengine.config import Config
from mmengine.runner import Runner

CONFIG = (
    Path(__file__).parents[2]
    / 'configs/demo/scr_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'
)
ITERATIONS = 20


def train(rank: int, world_size: int, port: int, folder: str) -> None:
    torch.set_num_threads(1)
    os.environ.update(
        RANK=str(rank),
        LOCAL_RANK=str(rank),
        WORLD_SIZE=str(world_size),
        MASTER_ADDR='127.0.0.1',
        MASTER_PORT=str(port),
    )
    torch.distributed.init_process_group('gloo', rank=rank, world_size=world_size)
    config = Config.fromfile(CONFIG)
    config.launcher = 'pytorch'
    config.work_dir = folder
    config.log_level = 'ERROR'
    config.train_cfg.update(max_iters=ITERATIONS, val_interval=10 * ITERATIONS)
    config.train_dataloader.batch_size = 2
    config.train_dataloader.dataset.size = (64, 96)
    config.model.data_preprocessor.size = (64, 96)
    config.model.decode_head.contrast.max_views = 20
    # A parameter that one process did not use would stop the reduction with an error.
    config.model_wrapper_cfg = dict(
        type='MMDistributedDataParallel',
        device_ids=None,
        broadcast_buffers=False,
        find_unused_parameters=False,
    )
    runner = Runner.from_cfg(config)
    runner.train()
    scalars = runner.message_hub.log_scalars
    torch.save(
        {
            'weights': {name: p.detach() for name, p in runner.model.module.named_parameters()},
            'contrast': scalars['train/decode.loss_contrast'].data[0].tolist(),
        },
        f'{folder}/rank{rank}.pth',
    )


@pytest.mark.slow
def test_two_processes_end_with_equal_parameters(tmp_path):
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    mp.spawn(train, args=(2, port, str(tmp_path)), nprocs=2)
    first, second = (torch.load(tmp_path / f'rank{rank}.pth') for rank in range(2))
    assert first['weights'].keys() == second['weights'].keys()
    for name, weight in first['weights'].items():
        torch.testing.assert_close(weight, second['weights'][name], rtol=0, atol=0)
    assert len(first['contrast']) == ITERATIONS
    assert min(first['contrast']) > 0
    # Each process draws anchors of its own images.
    assert first['contrast'] != second['contrast']
