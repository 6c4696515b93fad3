"""Runs a producer in a thread of its own and yields what it produces, in order."""

from collections.abc import Callable, Generator, Iterator
from queue import Full, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

T = TypeVar("T")
_AHEAD = 2
"""Most pieces that wait in memory."""
_LOOK_SECONDS = 0.1


class AbandonedError(Exception):
    """Raised in the producer's thread when nobody wants the rest."""


def produced_ahead(
    produce: Callable[[Callable[[T], None]], object],
) -> Generator[T, None, None]:
    """Yields what `produce` passes to the function it is given, in the same order.

    An error of the producer is raised here, after everything it passed before.
    """
    relay: _Relay[T] = _Relay()
    worker = Thread(target=relay.run, args=(produce,), daemon=True)
    worker.start()
    try:
        yield from relay.pieces()
    finally:
        relay.abandoned.set()
        worker.join()


class _Relay(Generic[T]):
    def __init__(self) -> None:
        self.abandoned = Event()
        self._queue: Queue[tuple[T] | BaseException | None] = Queue(_AHEAD)

    def run(self, produce: Callable[[Callable[[T], None]], object]) -> None:
        try:
            produce(lambda piece: self._put((piece,)))
            self._put(None)
        except AbandonedError:
            pass
        except BaseException as error:  # noqa: BLE001  raised again by pieces()
            if not self.abandoned.is_set():
                self._put(error)

    def _put(self, item: tuple[T] | BaseException | None) -> None:
        while not self.abandoned.is_set():
            try:
                return self._queue.put(item, timeout=_LOOK_SECONDS)
            except Full:
                continue
        raise AbandonedError

    def pieces(self) -> Iterator[T]:
        """The pieces, until the producer ends."""
        while (item := self._queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item[0]
