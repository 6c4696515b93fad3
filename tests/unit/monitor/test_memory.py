"""Between cycles the monitor keeps nothing that it does not use."""

import gc
import weakref

import psutil
import pytest

from nof1_tracker.monitor.processes import give_memory_back


class Knot:
    """Refers to itself: only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_unreachable_is_freed() -> None:
    gc.disable()
    try:
        knot = Knot()
        is_there = weakref.ref(knot)
        del knot
        assert is_there() is not None
        give_memory_back()
        assert is_there() is None
    finally:
        gc.enable()


@pytest.mark.skipif(not psutil.LINUX, reason="of glibc")
def test_what_is_free_goes_back_to_the_system() -> None:
    process = psutil.Process()
    # Blocks beyond Python's own allocator, kept from the heap's end by the last.
    blocks = [bytes(100_000) for _ in range(1000)]
    del blocks[:-1]
    before = process.memory_info().rss
    give_memory_back()
    assert before - process.memory_info().rss > 50_000_000
