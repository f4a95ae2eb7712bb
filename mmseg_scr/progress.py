"""How far a long piece of work is: what reports it, and the bars that show it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

ProgressReport = Callable[[str, int, int], None]  # (what, done, total)


@contextmanager
def progress_bars() -> Iterator[ProgressReport]:
    """Show a bar for each kind of work that the yielded function (what, done, total) is told of."""
    from rich.progress import BarColumn, Progress, TimeElapsedColumn

    counts = '{task.completed}/{task.total}'
    with Progress('{task.description:<22}', BarColumn(), counts, TimeElapsedColumn()) as bars:
        tasks = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)

        yield show
