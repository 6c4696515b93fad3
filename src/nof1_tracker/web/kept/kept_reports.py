"""A season's report, computed once however many pages ask for it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from nof1_tracker.analyzer.play.whatif_report import CopiedModel
from nof1_tracker.analyzer.report.season_report import SeasonReport
from nof1_tracker.database.connection import Engine
from nof1_tracker.records.enums import Cut
from nof1_tracker.services.play.copied_season import copied_season
from nof1_tracker.services.report import read_report
from nof1_tracker.web.kept.kept_results import KeptResults, Versioned

Copies = Mapping[str, CopiedModel]
"""What copies of each account come to, by the account's id."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which report: of a season, by default the newest, and up to when."""

    season: Decimal | None
    until: datetime | None = None
    cut: Cut = Cut.LAST


class KeptReports:
    """The reports that were asked for last: it takes up to some seconds to make one.

    Args:
        monotonic: Seconds of a clock that is never set.
    """

    def __init__(
        self, engine: Engine, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._kept: KeptResults[Span, SeasonReport] = KeptResults(engine, monotonic)
        self._copies: KeptResults[Span, Copies] = KeptResults(engine, monotonic)

    def report(self, span: Span, now: datetime) -> Versioned[SeasonReport]:
        """The report, kept or made now.

        Raises:
            ConfigurationError: As `read_report`.
            DatabaseError: The database cannot be used.
        """

        def make() -> SeasonReport:
            return read_report(
                self._engine,
                now,
                season=span.season,
                until=span.until,
                cut=span.cut,
            )

        return self._kept.get(span, make)

    def copies(self, span: Span, report: SeasonReport) -> Copies:
        """The copies of each account of that report, kept or made now.

        Raises:
            DatabaseError: The database cannot be used.
        """
        return self._copies.get(span, lambda: copied_season(self._engine, report)).found
