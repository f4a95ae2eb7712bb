"""One process of a gloo group: python train_one_process.py RANK PORT FOLDER METHOD."""

import os
import sys
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.runner import Runner

ITERATIONS = 20
NAME = '{}_mscan-nano_1xb4-adamw-200_street-scenes-96x192.py'
TERMS = {'scr': 'loss_contrast', 'segnext-classifier-contextaware': 'loss_distill'}


def main(rank: int, port: int, folder: str, method: str) -> None:
    torch.set_num_threads(1)
    os.environ['LOCAL_RANK'] = str(rank)
    address = f'tcp://127.0.0.1:{port}'
    torch.distributed.init_process_group('gloo', address, rank=rank, world_size=2)
    config = Config.fromfile(Path(__file__).parents[2] / 'configs' / 'demo' / NAME.format(method))
    config.launcher = 'pytorch'
    config.work_dir = folder
    config.log_level = 'ERROR'
    config.train_cfg.update(max_iters=ITERATIONS, val_interval=10 * ITERATIONS)
    config.train_dataloader.batch_size = 2
    config.train_dataloader.dataset.size = (64, 96)
    config.model.data_preprocessor.size = (64, 96)
    if method == 'scr':
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
    term = runner.message_hub.log_scalars[f'train/decode.{TERMS[method]}'].data[0]
    weights = {name: p.detach() for name, p in runner.model.module.named_parameters()}
    torch.save(dict(weights=weights, term=term.tolist()), f'{folder}/rank{rank}.pth')


if __name__ == '__main__':
    main(*map(int, sys.argv[1:3]), *sys.argv[3:])
