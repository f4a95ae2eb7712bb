"""What models did on images that nobody predicted."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np

from mmseg_scr.figures import NamedModel, NamedRun
from mmseg_scr.reports.image_pass import PassResult
from mmseg_scr.reports.image_result import count_image, write_result
from mmseg_scr.reports.subjects import Subject

CLASSES = ('road', 'pole', 'sky')
SHAPE = (12, 16)


def truths(images=4):
    """Three stripes each, whose borders differ by image; ignored pixels at the left."""
    maps = np.zeros((images, *SHAPE), np.uint8)
    for index, label in enumerate(maps):
        label[: 3 + index % 3] = 2
        label[6:, 7:9] = 1
        label[:, 0] = 255
    return maps


def shifted(maps, columns):
    """Predictions that are some columns off; nothing of them is ignored."""
    moved = np.roll(maps, columns, axis=2)
    moved[moved == 255] = 0
    return moved


def pass_of(folder: Path, predictions: np.ndarray, seconds: float = 0.5) -> PassResult:
    """A pass whose label maps lie in a folder."""
    labels = truths(len(predictions))
    results = []
    files = [folder / f'{index}.npz' for index in range(len(labels))]
    for file, label, prediction in zip(files, labels, predictions, strict=True):
        options = dict(num_classes=len(CLASSES), ignore_index=255, seconds=seconds)
        results.append(count_image(label, prediction, **options))
        write_result(file, results[-1])
    counts = {
        name: np.stack([getattr(result, name) for result in results])
        for name in ('whole', 'bands', 'kinds', 'seconds')
    }
    names = [f'image {index}' for index in range(len(labels))]
    return PassResult(names, files, **counts, predicted=len(labels), spent=seconds * len(labels))


def subject_of(folder: Path, title: str, shifts, seeds=(None,), classes=CLASSES) -> Subject:
    """A method whose trainings predict so many columns off."""
    model = SimpleNamespace(
        title=title,
        classes=classes,
        palette=[[0, 0, 200], [200, 0, 0], [0, 200, 0]],
        ignore_index=255,
    )
    runs = tuple(NamedRun(Path('config.py'), Path('iter_9.pth'), seed) for seed in seeds)
    passes = [
        pass_of(folder / title / str(index), shifted(truths(), columns))
        for index, columns in enumerate(shifts)
    ]
    return Subject(NamedModel(runs), model, passes)
