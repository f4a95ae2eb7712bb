"""Class counts that disagree, and classes that no label holds: what a warning says about them."""

from collections.abc import Mapping, Sequence

NAMED_CLASSES = 8  # how many classes a message lists


def other_counts(counts: Mapping[str, int], classes: int) -> dict[str, int]:
    """The parts that were built for another number of classes than the dataset has."""
    return {name: count for name, count in counts.items() if count != classes}


def other_counts_message(counts: Mapping[str, int], classes: int, *, dataset: str) -> str:
    """Say which parts count other classes than the dataset, and what to do.

    Args:
        counts: settings and their values, as :func:`other_counts` finds them.
        classes: number of classes in the ``metainfo`` of the dataset.
        dataset: its name.
    """
    named = ', '.join(f'{name}={count}' for name, count in counts.items())
    return (
        f'{dataset} has {classes} classes in its metainfo, but {named}. A class that the dataset '
        'does not have is never learned, one that the others lack ends the run: set num_classes '
        'of all of them, and metainfo=dict(classes=..., palette=...) of the dataset, to the same '
        'classes.'
    )


def absent_classes_message(absent: Sequence[str], samples: int, *, dataset: str) -> str:
    """Say which classes no label held so far, and the usual reasons.

    Args:
        absent: names of the classes.
        samples: number of training samples that were looked at, as they were cropped.
        dataset: its name.
    """
    more = ', ...' if len(absent) > NAMED_CLASSES else ''
    return (
        f'{len(absent)} class(es) of {dataset} occur in none of the {samples} training samples so '
        f'far: {", ".join(absent[:NAMED_CLASSES])}{more}. If they are not just rare: a mask of 0 '
        'and 255 has 255 as "not labelled" (write 1 in its place), reduce_zero_label=True takes '
        'class 0 away, and the order of metainfo.classes is that of the values in the files.'
    )
