"""What takes seconds to compute, computed once however many ask for it.

A result is kept until something is committed, and then for a while that grows with what
it took, so that such results never take more than a part of the machine.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from nof1_tracker.database.connection import Engine
from nof1_tracker.services.live.follow_feed import read_version

MOST = 8
"""Results of one kind that are kept at once."""
_REST = 3
"""A result is kept for this many times as long as it took."""
A_MINUTE = 60.0
"""How long a result of an unchanged record is kept, where it depends on the time."""

QuestionT = TypeVar("QuestionT", bound=Hashable)
FoundT = TypeVar("FoundT")


@dataclass(frozen=True, slots=True)
class Versioned(Generic[FoundT]):
    """What was found, and the version of the record that it shows at least."""

    found: FoundT
    version: int


@dataclass(slots=True)
class _Kept(Generic[FoundT]):
    """A result that was made: good while the record is unchanged, or for a while."""

    lock: Lock
    result: Versioned[FoundT] | None = None
    made_at: float = 0.0
    rest: float = 0.0


class KeptResults(Generic[QuestionT, FoundT]):
    """The results that were asked for last.

    Args:
        monotonic: Seconds of a clock that is never set.
    """

    def __init__(
        self, engine: Engine, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._monotonic = monotonic
        self._kept: OrderedDict[QuestionT, _Kept[FoundT]] = OrderedDict()
        self._lock = Lock()

    def get(
        self,
        question: QuestionT,
        make: Callable[[], FoundT],
        good_for: float = A_MINUTE,
    ) -> Versioned[FoundT]:
        """The result, as new as `_REST` allows; others that ask for it wait for it.

        Args:
            good_for: Seconds for which it is kept while the record is unchanged.

        Raises:
            DatabaseError: The database cannot be used.
            Exception: Whatever `make` raises.
        """
        kept = self._place(question)
        with kept.lock:
            version = read_version(self._engine)
            begun = self._monotonic()
            if kept.result is None or self._is_old(kept, version, begun, good_for):
                kept.result = Versioned(make(), version)
                kept.made_at = self._monotonic()
                kept.rest = _REST * (kept.made_at - begun)
            return kept.result

    def _is_old(
        self, kept: _Kept[FoundT], version: int, now: float, good_for: float
    ) -> bool:
        age = now - kept.made_at
        is_unchanged = kept.result is not None and kept.result.version == version
        return age >= (good_for if is_unchanged else kept.rest)

    def _place(self, question: QuestionT) -> _Kept[FoundT]:
        with self._lock:
            kept = self._kept.setdefault(question, _Kept(Lock()))
            self._kept.move_to_end(question)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
            return kept
