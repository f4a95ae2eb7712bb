import json
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from builders.label_pairs import random_pair
from builders.segmentations import segmentation
from mmengine.evaluator import Evaluator

from mmseg_scr.metrics import BoundaryMetric
from mmseg_scr.metrics.counting_metric import Tally, merge_tallies

WORKER = Path(__file__).with_name('evaluate_one_process.py')


def tally(*images):
    result = Tally()
    for image in images:
        result.add(dict(sum=np.int64(10**image), number=np.int64(1)))
    return result


def test_repeated_last_images_are_taken_out():
    # Five images in three processes; the sixth of the sampler is the first one again.
    tallies = [tally(0, 3), tally(1, 4), tally(2, 0)]
    assert merge_tallies(tallies, 5) == dict(sum=11111, number=5)


def test_process_with_nothing_but_a_repetition_adds_nothing():
    assert merge_tallies([tally(0), tally(0), tally(0)], 1) == dict(sum=1, number=1)


def test_every_image_counts_when_none_is_repeated():
    # Also in another split than that of mmengine, in which one process has more than its share.
    assert merge_tallies([tally(0, 1, 2), tally(3)], 4)['sum'] == 1111
    assert merge_tallies([tally(0), Tally()], 1)['sum'] == 1


def test_fewer_images_than_the_dataset_has_are_all_counted():
    assert merge_tallies([tally(0, 1)], 7)['number'] == 2


def test_repetitions_that_cannot_be_told_apart_are_refused():
    with pytest.raises(ValueError, match='4 images were evaluated where the dataset has 2'):
        merge_tallies([tally(0, 1, 0, 1)], 2)


def test_evaluation_without_an_image_has_no_scores():
    evaluator = Evaluator(BoundaryMetric())
    assert evaluator.evaluate(0) == {}


def test_batches_do_not_matter():
    samples = [segmentation(*random_pair(seed)) for seed in range(5)]
    scores = []
    for batch in (1, 2, 5):
        evaluator = Evaluator(BoundaryMetric(widths=(1,)))
        evaluator.dataset_meta = dict(classes='abcd')
        for start in range(0, 5, batch):
            evaluator.process(samples[start : start + batch])
        scores.append(evaluator.evaluate(5))
    assert scores[0] == scores[1] == scores[2]


@pytest.mark.slow
def test_two_processes_equal_one_exactly(tmp_path):
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = str(free.getsockname()[1])
    ranks = [('0', '1', port, 'one.json'), *((str(r), '2', port, 'two.json') for r in range(2))]
    processes = [
        subprocess.Popen(
            [sys.executable, str(WORKER), *options],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for options in ranks
    ]
    errors = [process.communicate(timeout=600)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], errors
    one, two = (json.loads((tmp_path / f'{name}.json').read_text()) for name in ('one', 'two'))
    assert one == two
    assert len({json.dumps(result) for result in one.values()}) == 3  # one a length
    assert set(one) == {f'{n} {r}' for n in (1, 2, 5) for r in (True, False)}
