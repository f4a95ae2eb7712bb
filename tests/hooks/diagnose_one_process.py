"""One process of a gloo group: python diagnose_one_process.py RANK PORT FOLDER INTERVAL."""

import os
import sys
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.runner import Runner

NAME = 'scr_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'


def main(rank: int, port: int, folder: str, interval: int) -> None:
    torch.set_num_threads(1)
    os.environ['LOCAL_RANK'] = str(rank)
    address = f'tcp://127.0.0.1:{port}'
    torch.distributed.init_process_group('gloo', address, rank=rank, world_size=2)
    config = Config.fromfile(Path(__file__).parents[2] / 'configs' / 'demo' / NAME)
    config.launcher = 'pytorch'
    config.work_dir = folder
    config.log_level = 'ERROR'
    config.train_cfg.update(max_iters=4, val_interval=100)
    config.train_dataloader.batch_size = 2
    config.train_dataloader.dataset.size = (64, 96)
    config.model.data_preprocessor.size = (64, 96)
    config.model.decode_head.contrast.max_views = 20
    config.custom_hooks = [dict(type='DiagnosticsHook', interval=interval)]
    config.randomness = dict(seed=0)
    config.model_wrapper_cfg = dict(
        type='MMDistributedDataParallel', device_ids=None, broadcast_buffers=False
    )
    runner = Runner.from_cfg(config)
    runner.train()
    torch.save(runner.model.module.state_dict(), f'{folder}/rank{rank}.pth')


if __name__ == '__main__':
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
