"""Lets only the monitor that leads store, and renews its lease as it makes progress."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Protocol

from nof1_tracker.database.engine.leader_lock import LEASE, Leadership
from nof1_tracker.errors import DatabaseError


def lease_of(timeout: float) -> float:
    """Seconds without progress after which another monitor takes over.

    A step of a cycle, such as a request with its pauses, takes less; with an interval of
    15 minutes the window of ModelChat, 36 minutes, is not missed.

    Args:
        timeout: Seconds that one answer may take.
    """
    return LEASE + 5 * timeout


class Renewable(Protocol):
    """A lock whose holder must show that it makes progress."""

    def renew(self) -> None: ...


class OvertakenError(KeyboardInterrupt):
    """Raised within a cycle whose monitor no longer leads.

    Like Ctrl-C it passes through what survives ordinary errors.
    """


class LeadersTransactions:
    """Transactions of a monitor, none of which begins once another monitor leads."""

    def __init__(
        self,
        leadership: Leadership,
        transaction: Callable[[], AbstractContextManager[None]],
        locks: Sequence[Renewable] = (),
    ) -> None:
        """Args:
        transaction: Entered around each.
        locks: What else others take away from a monitor that makes no progress.
        """
        self._leadership = leadership
        self._transaction = transaction
        self._locks = locks

    def renew(self) -> None:
        """Notes that the cycle makes progress.

        Raises:
            OvertakenError: Another monitor leads. A monitor that cannot find out goes on:
                two that record do no harm, and none does.
        """
        for lock in self._locks:
            lock.renew()
        with suppress(DatabaseError):
            if not self._leadership.hold():
                raise OvertakenError

    @contextmanager
    def begin(self) -> Iterator[None]:
        """A transaction.

        Raises:
            OvertakenError: Another monitor leads.
        """
        self.renew()
        with self._transaction():
            yield
