"""What is inside of a run's dataset: the datasets that are read, the steps of their pipelines."""

from collections.abc import Iterator

from torch.utils.data import Dataset


def leaves(dataset: Dataset) -> Iterator[Dataset]:
    """The datasets that wrappers (concatenation, repetition, mixing, subset) finally read from."""
    inner = getattr(dataset, 'datasets', None) or getattr(dataset, 'dataset', None)
    parts = inner if isinstance(inner, list | tuple) else [inner]
    if not all(isinstance(part, Dataset) for part in parts):  # such as the name of a dataset
        yield dataset
        return
    for part in parts:
        yield from leaves(part)


def steps(pipeline: object) -> Iterator[object]:
    """The transforms of a pipeline, with those inside of others, such as ``TestTimeAug``."""
    inner = [getattr(pipeline, name, None) or () for name in ('transforms', 'subroutines')]
    for part in (part for parts in inner for part in _as_sequence(parts)):
        yield part
        yield from steps(part)


def _as_sequence(parts: object) -> list | tuple:
    return parts if isinstance(parts, list | tuple) else [parts]
