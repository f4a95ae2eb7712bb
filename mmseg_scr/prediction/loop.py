"""Reading, working and writing at the same time, with few items alive, however many there are."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import Any

DEPTH = 2  # items that wait before the work, and as many after it
PATIENCE = 0.05  # seconds between two looks at whether everything stops
END = object()


@dataclass(frozen=True)
class Timing:
    """Seconds of a loop.

    Attributes:
        busy: of the work itself.
        total: from the first item to the last that was consumed.
    """

    busy: float
    total: float

    @property
    def share(self) -> float:
        """Of the time that was work, 0 to 1."""
        return self.busy / self.total if self.total else 0.0


def overlap(
    items: Iterable,
    work: Callable[[Any], Any],
    consume: Callable[[Any], None],
    *,
    depth: int = DEPTH,
) -> Timing:
    """``for item in items: consume(work(item))``, in this order, in three threads.

    The work is done by the calling thread. Memory holds at most ``2 * depth + 3`` items at once.

    Args:
        items: are made by a thread of their own, such as decoded pictures.
        work: such as a model's.
        consume: is called by a thread of its own, such as to encode results.
        depth: items that may wait before the work, and after it.

    Raises:
        BaseException: what any of the three raised first; the threads have ended then.
    """
    made, worked = Queue(depth), Queue(depth)
    stop, errors = threading.Event(), []
    producer = _thread(_produce, items, made, stop, errors)
    consumer = _thread(_consume, consume, worked, stop, errors)
    start = time.perf_counter()
    try:
        busy = _work(work, made, worked, stop)
        consumer.join()
    except BaseException:
        stop.set()
        raise
    finally:
        producer.join()
        consumer.join()
    if errors:
        raise errors[0]
    return Timing(busy, time.perf_counter() - start)


def _work(work: Callable, made: Queue, worked: Queue, stop: threading.Event) -> float:
    """Work on all items; seconds of that."""
    busy = 0.0
    while (item := _get(made, stop)) is not END:
        begin = time.perf_counter()
        result = work(item)
        busy += time.perf_counter() - begin
        _put(worked, result, stop)
        del item, result
    _put(worked, END, stop)
    return busy


def _thread(target: Callable, *args: Any) -> threading.Thread:
    thread = threading.Thread(target=target, args=args, daemon=True)
    thread.start()
    return thread


def _produce(items: Iterable, made: Queue, stop: threading.Event, errors: list) -> None:
    try:
        for item in items:
            if not _put(made, item, stop):
                break
            del item
        _put(made, END, stop)
    except BaseException as error:
        errors.append(error)
        stop.set()
    finally:
        if hasattr(items, 'close'):  # a generator closes what it has open
            items.close()


def _consume(consume: Callable, worked: Queue, stop: threading.Event, errors: list) -> None:
    try:
        while (item := _get(worked, stop)) is not END:
            consume(item)
            del item
    except BaseException as error:
        errors.append(error)
        stop.set()


def _put(queue: Queue, item: Any, stop: threading.Event) -> bool:
    """Wait for a place; False if everything stops before there is one."""
    while not stop.is_set():
        try:
            queue.put(item, timeout=PATIENCE)
        except Full:
            continue
        return True
    return False


def _get(queue: Queue, stop: threading.Event) -> Any:
    """Wait for an item; END if everything stops before there is one."""
    while not stop.is_set():
        try:
            return queue.get(timeout=PATIENCE)
        except Empty:
            continue
    return END
