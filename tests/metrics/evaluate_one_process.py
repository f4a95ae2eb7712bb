"""One process of a gloo group: python evaluate_one_process.py RANK WORLD_SIZE PORT FILE.

Evaluates random segmentations with every metric for several lengths of the dataset, and writes what
came out, by length and kind of split, as JSON.
"""

import json
import os
import sys
from pathlib import Path

import torch
from mmengine.dataset import DefaultSampler
from mmengine.evaluator import Evaluator

sys.path.insert(0, str(Path(__file__).parents[1]))

from builders.label_pairs import random_pair
from builders.segmentations import segmentation

from mmseg_scr.metrics import BoundaryMetric, ErrorTypeMetric, PerImageMetric

LENGTHS = (1, 2, 5)  # a process with a repeated image alone, an even split, an uneven one
NUM_CLASSES = 4
BATCH = 2


def main(rank: int, world_size: int, port: int, file: str) -> None:
    torch.set_num_threads(1)
    if world_size > 1:
        os.environ['LOCAL_RANK'] = str(rank)
        address = f'tcp://127.0.0.1:{port}'
        torch.distributed.init_process_group('gloo', address, rank=rank, world_size=world_size)
    Path(file).with_suffix('').mkdir(exist_ok=True)
    scores = {}
    for length in LENGTHS:
        for round_up in (True, False):
            folder = Path(file).with_suffix('') / f'{length}-{round_up}'
            scores[f'{length} {round_up}'] = evaluate(length, round_up, folder)
    if rank == 0:
        Path(file).write_text(json.dumps(scores))


def evaluate(length: int, round_up: bool, folder: Path) -> dict:
    evaluator = Evaluator(
        [
            BoundaryMetric(widths=(1, 2), tolerances=(1, 2)),
            ErrorTypeMetric(width=1),
            PerImageMetric(output_dir=str(folder), widths=(1,)),
        ]
    )
    evaluator.dataset_meta = dict(classes=[str(i) for i in range(NUM_CLASSES)])
    mine = list(DefaultSampler(range(length), shuffle=True, seed=3, round_up=round_up))
    for start in range(0, len(mine), BATCH):
        evaluator.process(
            [
                segmentation(*random_pair(i, num_classes=NUM_CLASSES), name=f'{i}.png')
                for i in mine[start : start + BATCH]
            ]
        )
    scores = evaluator.evaluate(length)
    return dict(scores=scores, table=(folder / 'per_image.json').read_text())


if __name__ == '__main__':
    main(*map(int, sys.argv[1:4]), sys.argv[4])
