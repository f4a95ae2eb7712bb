"""The metrics of an evaluation, read back from the JSON that a tool wrote."""

import json
from collections.abc import Sequence
from math import isfinite
from pathlib import Path

DIGITS = 4  # after the point; mmseg's float32 has more, of no meaning
NO_SCORES = ('time', 'data_time', 'iter', 'step')  # beside them in the log of a test
SET = 'test'


def read_metric_files(named: Sequence[str]) -> dict[str, dict]:
    """Scores by the set of images.

    Args:
        named: ``SET=FILE``, or ``FILE`` for the test set. A file is what ``tools/test.py`` writes
            into its work dir, or the record of a run.

    Returns:
        Set -> name of a score -> number, or numbers by class, None for a class without one. What
        the images do not have, as a score at borders where there is none, is left out.

    Raises:
        ValueError: a file holds no scores, or a set is given twice.
    """
    metrics = {}
    for word in named:
        images, equals, file = word.partition('=')
        if not equals or Path(word).is_file():  # whose path may have such a sign
            images, file = SET, word
        if images in metrics:
            raise ValueError(f'metrics of {images!r} are given twice; write OTHER_SET={file}')
        metrics[images] = _read(Path(file))
    return metrics


def _read(file: Path) -> dict:
    try:
        content = json.loads(file.read_text())
        content = content.get('metrics', content)
        scores = {k: _rounded(v) for k, v in content.items() if k not in NO_SCORES and _is_score(v)}
    except (ValueError, AttributeError) as error:
        raise ValueError(f'{file} is no JSON of metrics: {error}') from error
    if not scores:
        raise ValueError(f'{file} holds no score, only {sorted(content)}')
    return scores


def _is_score(value: object) -> bool:
    if isinstance(value, dict):
        return all(inner is None or _is_number(inner) for inner in value.values())
    return _is_number(value) and isfinite(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rounded(value: dict | float | None) -> dict | float | None:
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    if isinstance(value, float):
        return round(value, DIGITS) if isfinite(value) else None  # of a class that has no score
    return value
