"""Pairs of label and prediction: three by formulas, with published counts, and random ones."""

import numpy as np

NUM_CLASSES = 6
IGNORE = 255


def golden_pairs():
    """Three pairs; class 4 is only predicted (in the second), class 5 is nowhere."""
    return [_stripes(), _discs(), _tiles()]


def random_pair(seed, shape=None, num_classes=4, ignore_index=255):
    """Blocks of classes with ignored pixels, values beyond the classes, and a wrong prediction."""
    rng = np.random.default_rng(seed)
    height, width = shape or rng.integers(3, 15, 2)
    coarse = rng.integers(0, num_classes, (height // 3 + 1, width // 3 + 1))
    label = coarse.repeat(3, 0).repeat(3, 1)[:height, :width].copy()
    prediction = np.roll(label, rng.integers(-1, 2, 2), (0, 1))
    noise = rng.random(label.shape) < 0.1
    prediction[noise] = rng.choice([*range(num_classes), num_classes + 3, -2, ignore_index])
    label[rng.random(label.shape) < 0.05] = num_classes + 1
    if seed % 4:
        label[rng.random(label.shape) < 0.15] = ignore_index
    return label, prediction


def _stripes():
    y, x = np.mgrid[:24, :32]
    label = (7 * y + 3 * x) // 40 % 4
    prediction = (7 * y + 3 * (x + 2) + 5 * (y // 6)) // 40 % 4
    label[5:10, 10:18] = IGNORE
    return label, prediction


def _discs():
    y, x = np.mgrid[:37, :53]
    label = np.zeros((37, 53), np.int64)
    label[y >= 30] = 3
    label[(y - 12) ** 2 + (x - 14) ** 2 <= 81] = 1
    label[(y - 22) ** 2 + (x - 38) ** 2 <= 121] = 2
    label[1:5, 2:7] = 3
    label[:, 50:] = IGNORE
    label[14:17, 18:26] = IGNORE
    prediction = np.zeros((37, 53), np.int64)
    prediction[y >= 31 - x // 18] = 3
    prediction[(y - 13) ** 2 + (x - 15) ** 2 <= 64] = 1
    prediction[(y - 20) ** 2 + (x - 41) ** 2 <= 64] = 2
    prediction[(y - 4) ** 2 + (x - 33) ** 2 <= 9] = 1
    prediction[3:7, 44:50] = 4
    prediction[32:, 22:28] = 2
    return label, prediction


def _tiles():
    def tiles(y, x):
        return (3 * (y // 9) + 5 * (x // 11) + (y // 9) * (x // 11)) % 4

    y, x = np.mgrid[:37, :53]
    label = tiles(y, x)
    prediction = tiles(y + 1 + x // 27, x + y // 13)
    prediction[18:24, 3:9] = 1
    label[(5 * y + 3 * x) % 61 == 0] = IGNORE
    return label, prediction
