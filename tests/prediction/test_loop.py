import threading
import time
import weakref

import pytest

from mmseg_scr.prediction.loop import DEPTH, overlap


def test_everything_is_done_once_and_in_order():
    seen = []
    overlap(range(100), lambda item: item * 10, seen.append)
    assert seen == [10 * i for i in range(100)]


class Picture:
    """Counts how many of its kind are alive."""

    alive = 0
    most = 0

    def __init__(self):
        Picture.alive += 1
        Picture.most = max(Picture.most, Picture.alive)
        weakref.finalize(self, self._gone)

    @staticmethod
    def _gone():
        Picture.alive -= 1


@pytest.mark.parametrize('slow', ['work', 'consume', 'neither'])
def test_few_items_are_alive_however_many_there_are_and_whoever_is_slow(slow):
    Picture.most = 0
    count = 1000 if slow == 'neither' else 60

    def wait(who):
        if who == slow:
            time.sleep(0.002)

    def work(item):
        wait('work')
        return item

    overlap((Picture() for _ in range(count)), work, lambda item: wait('consume'))
    assert Picture.alive == 0
    assert Picture.most <= 2 * DEPTH + 3


def test_the_three_overlap():
    """Each item of the work waits until a later one was made and the one before was consumed."""
    made, consumed = threading.Semaphore(0), threading.Semaphore(0)

    def items():
        for i in range(5):
            made.release()
            yield i

    def work(item):
        for _ in range(2 if item == 0 else 1 if item < 4 else 0):
            assert made.acquire(timeout=5)
        assert item == 0 or consumed.acquire(timeout=5)

    overlap(items(), work, lambda item: consumed.release())


@pytest.mark.parametrize('guilty', ['items', 'work', 'consume'])
def test_an_error_of_any_of_the_three_ends_all(guilty):
    def fail_at(number, who):
        if who == guilty and number == 3:
            raise LookupError(who)
        return number

    before = threading.active_count()
    with pytest.raises(LookupError, match=guilty):
        overlap(
            (fail_at(i, 'items') for i in range(50)),
            lambda item: fail_at(item, 'work'),
            lambda item: fail_at(item, 'consume'),
        )
    assert threading.active_count() == before


def test_what_is_made_lazily_is_closed_when_the_work_stops():
    closed = []

    def items():
        try:
            while True:
                yield 1
        finally:
            closed.append(True)

    def interrupt(item):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        overlap(items(), interrupt, print)
    assert closed == [True]


def test_the_share_of_the_work_is_that_of_its_time():
    timing = overlap(range(3), lambda item: time.sleep(0.02), lambda item: None)
    assert 0.06 <= timing.busy <= timing.total
    assert timing.share == timing.busy / timing.total
    assert overlap([], None, None).share == 0
