"""Processor time beside IoUMetric: OMP_NUM_THREADS=1 python tests/metrics/measure_time.py.

One drawn street scene and its shifted copy with false patches, 1024 x 2048 pixels, 19 classes, part
of it ignored. The metrics take turns in one process; ratios are taken within a round.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import torch
from mmseg.evaluation import IoUMetric

sys.path.insert(0, str(Path(__file__).parents[1]))

from builders.segmentations import segmentation

from mmseg_scr.datasets.scene_drawing import draw_street_scene
from mmseg_scr.metrics import BoundaryMetric, ErrorTypeMetric, PerImageMetric
from mmseg_scr.speed.clocks import stopwatch_of
from mmseg_scr.speed.turns import Limit, take_turns

SIZE, NUM_CLASSES, IGNORE = (1024, 2048), 19, 255
METRICS = {
    'IoUMetric': lambda: IoUMetric(),
    'BoundaryMetric': lambda: BoundaryMetric(),
    '  contour_width 0.02': lambda: BoundaryMetric(contour_width=0.02),
    '  tolerances 3': lambda: BoundaryMetric(tolerances=(3,)),
    '  tolerances 3, 5, 9, 12': lambda: BoundaryMetric(tolerances=(3, 5, 9, 12)),
    'ErrorTypeMetric, width 3': lambda: ErrorTypeMetric(),
    '  width 0.01 (23 px)': lambda: ErrorTypeMetric(width=0.01),
    'PerImageMetric': lambda: PerImageMetric(),
    '  widths 1, 3, 5, 10': lambda: PerImageMetric(widths=(1, 3, 5, 10)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--rounds', type=int, default=9)
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)
    cv2.setNumThreads(0)
    sample = segmentation(*scene()).to_dict()
    runs = {name: counting(build(), sample) for name, build in METRICS.items()}
    times = take_turns(runs, Limit(rounds), seconds=stopwatch_of('cpu').seconds)
    for name, seconds in times.items():
        ratio = median(own / iou for own, iou in zip(seconds, times['IoUMetric'], strict=True))
        print(f'{name:26}{1000 * median(seconds):8.1f} ms{ratio:8.2f} of IoUMetric')


def scene() -> tuple[np.ndarray, np.ndarray]:
    """Ten drawn classes, of which the left half gets names of its own, and a prediction."""
    rng = np.random.default_rng(0)
    _, label = draw_street_scene(SIZE, seed=0, index=0)
    label = label.astype(np.int64)
    left = label[:, : SIZE[1] // 2]
    left[left < 9] += 10
    prediction = np.roll(label, (2, 3), (0, 1))
    for top, start in zip(rng.integers(0, 960, 300), rng.integers(0, 1980, 300), strict=True):
        prediction[top : top + 40, start : start + 40] = rng.integers(NUM_CLASSES)
    label[900:, 600:1500] = IGNORE
    label[300:310, 300:900] = IGNORE
    return label, prediction


def counting(metric: object, sample: dict) -> Callable[[], None]:
    """One image given to the metric; what it keeps is of no interest."""
    metric.dataset_meta = dict(classes=[str(i) for i in range(NUM_CLASSES)])

    def run() -> None:
        metric.process(None, [sample])
        metric.results.clear()

    return run


if __name__ == '__main__':
    main()
