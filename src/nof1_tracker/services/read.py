"""Use cases that read: open a unit of work, query, build the report. Nothing is
written.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from nof1_tracker.analyzer.equity.glitches import NEAR_ZERO
from nof1_tracker.analyzer.freshness import Freshness, last_successes
from nof1_tracker.analyzer.performance import (
    ChatList,
    Condition,
    RecordingHealth,
    Standings,
    TradeList,
    suspected,
)
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.engine.create_engine import shown_url
from nof1_tracker.database.engine.schema import SCHEMA_HEAD, current_revision
from nof1_tracker.database.engine.taking_turns import lock_holder
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.records.archive.archive_positions import ArchiveState
from nof1_tracker.records.enums import NEWS_INTERVALS, STALE_INTERVALS, Kind
from nof1_tracker.records.stored import ChatFilter, TradeFilter
from nof1_tracker.services.reading.emptiness import emptiness
from nof1_tracker.services.reading.narrowing import narrowed
from nof1_tracker.services.season_rest import REST_INTERVAL, is_over, rests
from nof1_tracker.services.standings import bare_standings, choose_season

if TYPE_CHECKING:
    from nof1_tracker.database.read.health import HealthQueries

T = TypeVar("T")

_RUNS_SHOWN = 5
_REASONS_SHOWN = 5
_CHANGES_SHOWN = 10
_NEWS_FOR = timedelta(days=1)
_WITH_NEWS = (Kind.LEADERBOARD, Kind.MODEL_CHAT)
"""Kinds of which there is always something new; trades may rest for hours."""
_NEWS_EVERY = timedelta(hours=1)
"""The longest interval at which the site has news of these: equity, a row per hour."""
_SUCCESS_WITHIN = timedelta(days=7)
"""How far back to look for a success: a kind without one here is long since stale."""


def read_trades(
    engine: Engine,
    now: datetime,
    wanted: TradeFilter,
    *,
    models: Sequence[str] = (),
    season: Decimal | None = None,
    competition: str | None = None,
) -> TradeList:
    """The wanted trades; `models`, `season` and `competition` narrow them.

    Raises:
        ConfigurationError: There is no such season or competition, or one of `models`
            matches no model, or several.
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        queries = unit.repositories.queries
        wanted = narrowed(unit.repositories, wanted, models, season, competition)
        rows = tuple(queries.trades(wanted))
        total = _total(len(rows), wanted.limit) or queries.count_trades(wanted)
        if rows:
            return TradeList(now, total, rows)
        why = emptiness(
            wanted, queries.stored_trades(), queries.count_trades, competition
        )
        return TradeList(now, total, rows, why)


def read_chats(
    engine: Engine,
    now: datetime,
    wanted: ChatFilter,
    *,
    models: Sequence[str] = (),
    season: Decimal | None = None,
    competition: str | None = None,
) -> ChatList:
    """The wanted conversations; `models`, `season` and `competition` narrow them.

    Raises:
        ConfigurationError: There is no such season or competition, or one of `models`
            matches no model, or several.
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        queries = unit.repositories.queries
        wanted = narrowed(unit.repositories, wanted, models, season, competition)
        rows, total = queries.chats.find(wanted)
        if rows:
            return ChatList(now, total, tuple(rows))
        why = emptiness(
            wanted, queries.chats.stored(), queries.chats.count, competition
        )
        return ChatList(now, total, (), why)


def _total(found: int, limit: int) -> int | None:
    """The number of all rows if it is already known; None if there may be more."""
    return found if found and (limit == 0 or found < limit) else None


def read_condition(
    engine: Engine, now: datetime, archive: ArchiveState | None = None
) -> Condition:
    """What is stored, how new it is, and what is missing.

    Args:
        archive: The recording beneath the tables, where it is to be shown, too.

    Raises:
        DatabaseError: The database cannot be used.
    """
    schema = current_revision(engine)
    with UnitOfWork(engine) as unit:
        queries = unit.repositories.queries
        condition, implausible = queries.condition, queries.implausible
        revisions, revised_at = queries.revisions.summary()
        return Condition(
            at=now,
            database_url=shown_url(engine),
            schema=schema,
            schema_wanted=SCHEMA_HEAD,
            row_counts=condition.row_counts(),
            newest=tuple(condition.newest_rows()),
            gaps=tuple(condition.chat_gaps()),
            coverage=tuple(condition.trade_coverage()),
            runs=tuple(condition.last_runs(_RUNS_SHOWN)),
            rejected=tuple(condition.rejected_groups(_REASONS_SHOWN)),
            implausible=tuple(implausible.legs()),
            glitches=suspected(implausible.low_equities(NEAR_ZERO)),
            drift=tuple(unit.repositories.schema_drift.changes(_CHANGES_SHOWN)),
            revisions=revisions,
            revised_at=revised_at,
            lock_holder=lock_holder(unit.session.connection()),
            archive=archive,
        )


def read_freshness(
    engine: Engine,
    now: datetime,
    kinds: Collection[Kind],
    max_age: timedelta,
    *,
    is_exact: bool = False,
) -> Freshness:
    """When each kind was last recorded successfully.

    Args:
        is_exact: False allows more where a finished season is looked at once an hour.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        return _freshness(unit.repositories, now, kinds, max_age, is_exact=is_exact)


def _freshness(
    repositories: Repositories,
    now: datetime,
    kinds: Collection[Kind],
    max_age: timedelta,
    *,
    is_exact: bool = False,
) -> Freshness:
    queries, season = repositories.queries, repositories.seasons.at(now)
    newest = queries.health.newest_observations(now)
    if not is_exact and rests(season, newest.values(), now):
        max_age = max(max_age, STALE_INTERVALS * REST_INTERVAL)
    since = now - max(_SUCCESS_WITHIN, max_age)
    runs = queries.health.fetching_runs(since, now)
    successes = last_successes(kinds, runs, newest)
    if is_over(season, now):
        return Freshness(now, max_age, successes)
    news = {kind: at for kind, at in newest.items() if kind in _WITH_NEWS}
    expected = max(max_age / STALE_INTERVALS, _NEWS_EVERY)
    return Freshness(now, max_age, successes, news, NEWS_INTERVALS * expected)


def read_health(
    engine: Engine, now: datetime, kinds: Collection[Kind], max_age: timedelta
) -> RecordingHealth:
    """What a monitoring system reads, for the newest season that has data.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        repositories = unit.repositories
        queries = repositories.queries
        season = choose_season(repositories, None, now)
        standings = Standings(None, now, ())
        if season is not None:
            standings = bare_standings(queries, season, now)
        return RecordingHealth(
            standings=standings,
            freshness=_freshness(repositories, now, kinds, max_age),
            observations=_observations(queries.health, standings, now),
            missing_cycles=_competing(queries.health.missing_cycles(), standings),
            rejected=queries.health.rejected_rows(),
        )


def _observations(
    health: "HealthQueries", standings: Standings, now: datetime
) -> Mapping[Kind, Mapping[str, datetime]]:
    trusted = (row for row in standings.rows if row.source.trusted)
    return {
        Kind.LEADERBOARD: {row.account.account_id: row.observed_at for row in trusted},
        Kind.TRADES: _competing(health.newest_trades(now), standings),
        Kind.MODEL_CHAT: _competing(health.newest_chats(now), standings),
    }


def _competing(values: Mapping[str, T], standings: Standings) -> dict[str, T]:
    """The values of the accounts in the standings."""
    accounts = {row.account.account_id for row in standings.rows}
    return {each: value for each, value in values.items() if each in accounts}


def count_drift(engine: Engine, now: datetime) -> int:
    """How many changes in what the source serves were noted in the last day.

    Raises:
        DatabaseError: The database cannot be used.
    """
    with UnitOfWork(engine) as unit:
        return unit.repositories.schema_drift.count_changes(now - _NEWS_FOR)
