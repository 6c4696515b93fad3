"""A season's report, computed once however many pages ask for it.

A report takes from a fraction of a second to some seconds. It is kept until something is
committed, and then for a while that grows with what it took, so that reports never take
more than a part of the machine.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from threading import Lock

from nof1_tracker.analyzer.report.season_report import SeasonReport
from nof1_tracker.database.connection import Engine
from nof1_tracker.records.enums import Cut
from nof1_tracker.services.live.follow_feed import read_version
from nof1_tracker.services.report import read_report

MOST = 8
"""Reports that are kept at once."""
_REST = 3
"""A report is kept for this many times as long as it took."""
_MOST_SECONDS = 60.0
"""A report of an unchanged record is kept for so long: what it says of ages ages."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which report: of a season, by default the newest, and up to when."""

    season: Decimal | None
    until: datetime | None = None
    cut: Cut = Cut.LAST


@dataclass(frozen=True, slots=True)
class VersionedReport:
    """A report, and the version of the record that it shows at least."""

    report: SeasonReport
    version: int


@dataclass(slots=True)
class _Kept:
    """A report that was made: good while the record is unchanged, or for a while."""

    lock: Lock
    found: VersionedReport | None = None
    made_at: float = 0.0
    rest: float = 0.0


class KeptReports:
    """The reports that were asked for last.

    Args:
        monotonic: Seconds of a clock that is never set.
    """

    def __init__(
        self, engine: Engine, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._monotonic = monotonic
        self._kept: OrderedDict[Span, _Kept] = OrderedDict()
        self._lock = Lock()

    def report(self, span: Span, now: datetime) -> VersionedReport:
        """The report, as new as `_REST` allows; others that ask for it wait for it.

        Raises:
            ConfigurationError: As `read_report`.
            DatabaseError: The database cannot be used.
        """
        kept = self._place(span)
        with kept.lock:
            version = read_version(self._engine)
            begun = self._monotonic()
            if kept.found is None or self._is_old(kept, version, begun):
                report = read_report(
                    self._engine,
                    now,
                    season=span.season,
                    until=span.until,
                    cut=span.cut,
                )
                kept.found = VersionedReport(report, version)
                kept.made_at = self._monotonic()
                kept.rest = _REST * (kept.made_at - begun)
            return kept.found

    def _is_old(self, kept: _Kept, version: int, now: float) -> bool:
        age = now - kept.made_at
        is_unchanged = kept.found is not None and kept.found.version == version
        return age >= (_MOST_SECONDS if is_unchanged else kept.rest)

    def _place(self, span: Span) -> _Kept:
        with self._lock:
            kept = self._kept.setdefault(span, _Kept(Lock()))
            self._kept.move_to_end(span)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
            return kept
