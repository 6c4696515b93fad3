"""Use case: read a season's history and build a report from it. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from math import isnan

from nof1_tracker.analyzer.coverage import coverage_of
from nof1_tracker.analyzer.metrics import Outcomes, split_outcomes
from nof1_tracker.analyzer.performance import Standings
from nof1_tracker.analyzer.report.build_report import build_report, empty_report
from nof1_tracker.analyzer.report.report_holdings import holdings_of
from nof1_tracker.analyzer.report.season_report import ReportRules, SeasonReport
from nof1_tracker.database.columns.collector_pause import collector_paused
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.read.windows import window_of
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.enums import Cut
from nof1_tracker.records.history.hyperliquid import ExchangeCurve
from nof1_tracker.records.history.verification import CoverageRow
from nof1_tracker.records.season_history import SeasonHistory
from nof1_tracker.records.stored import SeasonSpan
from nof1_tracker.services.reading.model_names import wanted_accounts
from nof1_tracker.services.standings import (
    beside_the_close,
    choose_season,
    close_of,
    standings_of,
)

_INSTANT = timedelta(microseconds=1)
"""The resolution of times in both databases."""
_HOUR = timedelta(hours=1)
_RULES = ReportRules()


def read_report(
    engine: Engine,
    now: datetime,
    *,
    season: Decimal | None = None,
    models: Sequence[str] = (),
    competition: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cut: Cut = Cut.LAST,
    rules: ReportRules = _RULES,
) -> SeasonReport:
    """The report of a season at `now`, by default of the newest that has data.

    Args:
        models, competition: Narrow it to the accounts that these mean, see
            `wanted_accounts`; benchmarks stay. Ranks are those among all accounts.
        since: Start of the window, which may lie before the season; None: the start of
            the season.
        until: End of the window: what happens then is outside, the levels of that
            time close it; None: up to and including `now`, or the close.
        cut: Whether the window ends at the season's close; not together with `until`.

    Raises:
        ConfigurationError: There is no such season, competition or model, the window
            is empty, or the season has not closed.
        DatabaseError: The database cannot be used.
    """
    if until is not None:
        if cut is Cut.CLOSE:
            raise ConfigurationError(
                "--until and --at close both end the report.", "Leave one of them out."
            )
        cut = Cut.TIME
    end = now + _INSTANT if until is None else min(until, now + _INSTANT)
    _require_window(since, end)
    with collector_paused():
        span = _Span(since, end, cut, _is_by_hour(rules))
        read = _read(engine, season, span, models, competition)
        if read is None:
            return empty_report(now, rules)
        return build_report(
            read.history,
            read.standings,
            now,
            until=until,
            cut=cut,
            only=read.only,
            held=read.held,
            exchange=read.exchange,
            rules=rules,
        )


@dataclass(frozen=True, slots=True)
class _Read:
    """What one instant of the database says; the last three as in build_report."""

    history: SeasonHistory
    standings: Standings
    only: frozenset[str] | None
    held: tuple[CoverageRow, ...]
    exchange: Mapping[str, Sequence[ExchangeCurve]]


@dataclass(frozen=True, slots=True)
class _Span:
    """What was asked for: from `since` to `end`, or for Cut.CLOSE to the close.

    Attributes:
        by_hour: Whether the figures are those of full hours.
    """

    since: datetime | None
    end: datetime
    cut: Cut
    by_hour: bool

    @property
    def last(self) -> datetime:
        """The last instant before the end."""
        return self.end - _INSTANT

    def levels_in(self, season: SeasonSpan) -> datetime:
        """The instant whose levels close the window."""
        return self.end if self.cut is Cut.TIME else self.end_in(season) - _INSTANT

    def end_in(self, season: SeasonSpan) -> datetime:
        """First instant after the window, which must not be empty."""
        if self.cut is not Cut.CLOSE:
            return self.end
        end = close_of(season, self.last) + _INSTANT
        _require_window(self.since, end)
        return end


def _is_by_hour(rules: ReportRules) -> bool:
    """Whether the grid has full hours only, and no gap lies within an hour."""
    return not rules.step % _HOUR and rules.max_gap >= _HOUR


def _require_window(since: datetime | None, end: datetime) -> None:
    if since is not None and since >= end:
        raise ConfigurationError(
            f"A report since {since:%Y-%m-%d %H:%M} would end before it starts.",
            "Give --since a time before the end of the report and before now.",
        )


def _read(
    engine: Engine,
    season: Decimal | None,
    span: _Span,
    models: Sequence[str],
    competition: str | None,
) -> _Read | None:
    """History and standings from one instant of the database; None if it is empty."""
    with UnitOfWork(engine, frozen=True) as unit:
        repositories = unit.repositories
        queries = repositories.queries
        wanted = choose_season(repositories, season, span.last)
        if wanted is None:
            return None
        window = window_of(
            wanted, repositories.seasons.spans, span.since, span.end_in(wanted)
        )
        ids = wanted_accounts(queries, models, wanted.id, competition=competition)
        only = None if ids is None else frozenset(ids)
        history = repositories.history.history(window, by_hour=span.by_hour)
        standings = standings_of(
            queries, wanted, span.levels_in(wanted), _outcomes(history), span.cut
        )
        holdings = holdings_of(history)
        if holdings is None:
            whole = replace(window, since=None)
            holdings = repositories.holdings.of_season(whole, ids)
        return _Read(
            history,
            beside_the_close(queries, standings, span.last),
            only,
            coverage_of(wanted, holdings, window.until),
            repositories.exchange_curves.of_season(window),
        )


def _outcomes(history: SeasonHistory) -> dict[str, Outcomes]:
    """How the legs of each account ended."""
    return {
        each.account.account_id: split_outcomes(
            None if isnan(net) else net for net in each.legs.net_pnl.tolist()
        )
        for each in history.accounts
    }
