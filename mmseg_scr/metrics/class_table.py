"""The table by class and the dict of means, in percent, as mmseg's IoUMetric gives them."""

from collections.abc import Mapping, Sequence

import numpy as np
from mmengine.logging import MMLogger, print_log

from mmseg_scr.metrics.scores import mean_over


def print_by_class(
    title: str,
    classes: Sequence[str],
    columns: Mapping[str, np.ndarray],
    notes: Sequence[str] = (),
) -> None:
    """Log a table with one row a class.

    Args:
        title: one line above it.
        classes: K names.
        columns: name -> (K,) fractions, nan where a class has none.
        notes: lines below it.
    """
    from prettytable import PrettyTable  # mmseg's own; not needed before a table is printed

    table = PrettyTable()
    table.add_column('Class', list(classes))
    for name, values in columns.items():
        table.add_column(name, list(np.round(100 * values, 2)))
    logger = MMLogger.get_current_instance()
    print_log(f'{title}:', logger)
    print_log('\n' + '\n'.join([table.get_string(), *notes]), logger)


def means(columns: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Give the mean of every column over its classes, named with an m in front."""
    return {f'm{name}': percent(mean_over(values)) for name, values in columns.items()}


def classes_in_mean(columns: Mapping[str, np.ndarray]) -> str:
    """Say how many classes the means are of: the largest number first, then who has fewer."""
    names = {}
    for name, values in columns.items():
        names.setdefault(np.count_nonzero(~np.isnan(values)), []).append(name)
    largest = max(names, default=0)
    fewer = [f'{n} of {", ".join(names[n])}' for n in sorted(names, reverse=True) if n < largest]
    return '; '.join([f'classes in the mean: {largest}', *fewer])


def percent(fraction: float) -> float:
    """Percent with two digits, nan stays nan."""
    return round(100 * float(fraction), 2)
