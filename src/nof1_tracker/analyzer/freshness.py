"""Whether each kind is still being recorded, derived from what is stored. Pure.

A kind succeeded when a run over the network understood its payload, even if that was
empty or unchanged. A stored observation was fetched at its own time or later, so it
proves a success where the record of runs cannot (a killed run, an import).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nof1_tracker.records.enums import Endpoint, EquitySource, Kind
from nof1_tracker.records.parsed import JsonObject
from nof1_tracker.records.status import StoredRun

_EQUITY = (EquitySource.ACCOUNT_TOTALS.value, Endpoint.ACCOUNT_TOTALS.value)
"""Sources that prove the leaderboard is recorded: of rows, and of a body without rows.

Prompts state equity too, but the kind is about nof1's account totals. nof1's own
leaderboard proves nothing: it is served in full even when it is days old."""
_STORED = ("inserted", "updated", "unchanged")


@dataclass(frozen=True, slots=True)
class Freshness:
    """When each watched kind was last recorded successfully.

    Attributes:
        max_age: A kind whose last success is older is stale.
        successes: By watched kind; None where no success is known.
        news: By kind whose news has a pace, the time of its newest observation by the
            source's clock. A body that the source repeats is a success without news.
        news_within: A kind whose newest observation is older is silent; None if no news
            is expected, as in a season that is over.
    """

    at: datetime
    max_age: timedelta
    successes: Mapping[Kind, datetime | None]
    news: Mapping[Kind, datetime] = field(default_factory=dict)
    news_within: timedelta | None = None

    @property
    def is_healthy(self) -> bool:
        """Whether every watched kind is recorded, and has news where some is expected."""
        return not self.stale and not self.silent

    @property
    def silent(self) -> tuple[Kind, ...]:
        """The kinds that are recorded, and have had nothing new for too long."""
        limit = self.news_within
        if limit is None:
            return ()
        old = {kind for kind, newest in self.news.items() if self.at - newest > limit}
        return tuple(k for k in self.successes if k in old and not self._is_stale(k))

    @property
    def stale(self) -> tuple[Kind, ...]:
        """The kinds whose last success is too old, or not known."""
        return tuple(kind for kind in self.successes if self._is_stale(kind))

    def age(self, kind: Kind) -> timedelta | None:
        """How long ago the kind succeeded, >= 0; None where no success is known."""
        success = self.successes[kind]
        return None if success is None else max(self.at - success, timedelta())

    def _is_stale(self, kind: Kind) -> bool:
        age = self.age(kind)
        return age is None or age > self.max_age


def last_successes(
    kinds: Collection[Kind],
    runs: Iterable[StoredRun],
    observations: Mapping[Kind, datetime],
) -> dict[Kind, datetime | None]:
    """When each kind last succeeded; None where nothing proves that it did.

    Args:
        runs: Finished runs over the network, newest first; read only as far as needed.
        observations: The time of the newest observation of each kind that has one.
    """
    finished: dict[Kind, datetime] = {}
    missing = set(kinds)
    for run in runs:
        if not missing:
            break
        proven = {kind for kind in missing if run.finished_at and _proves(run, kind)}
        finished |= dict.fromkeys(proven, run.finished_at or run.started_at)
        missing -= proven
    proofs = (finished, observations)
    return {
        kind: max((proof[kind] for proof in proofs if kind in proof), default=None)
        for kind in kinds
    }


def _proves(run: StoredRun, kind: Kind) -> bool:
    return any(_understood(line) for line in run.counts if line.get("kind") == kind)


def _understood(line: JsonObject) -> bool:
    """Whether at least part of the payload behind this line was usable."""
    if line["kind"] == Kind.LEADERBOARD and line.get("source") not in _EQUITY:
        return False
    stored = sum(int(line.get(name) or 0) for name in _STORED)
    return stored > 0 or not line.get("rejected")
