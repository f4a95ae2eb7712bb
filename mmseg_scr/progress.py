"""How far a long piece of work is: what reports it, and the bars that show it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

ProgressReport = Callable[[str, int, int], None]  # (what, done, total)


@contextmanager
def progress_bars(*, speed: bool = False) -> Iterator[ProgressReport]:
    """Show a bar for each kind of work that the yielded function (what, done, total) is told of.

    Args:
        speed: also show how much is done a second.
    """
    from rich.progress import BarColumn, Progress, Task, TextColumn, TimeElapsedColumn

    class SpeedColumn(TextColumn):
        def render(self, task: Task):
            task.fields['speed'] = f'{task.finished_speed or task.speed or 0:.1f}/s'
            return super().render(task)

    # Names of models and files are no markup of rich.
    name = TextColumn('{task.description:<22}', markup=False)
    columns = [name, BarColumn(), '{task.completed}/{task.total}']
    columns += [SpeedColumn('{task.fields[speed]}')] if speed else []
    with Progress(*columns, TimeElapsedColumn()) as bars:
        tasks = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield show
