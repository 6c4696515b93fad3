"""Use case: read a season's history and build the report of it. No writes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from nof1_tracker.analyzer.build_report import build_report, empty_report
from nof1_tracker.analyzer.report import ReportRules, SeasonReport
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.queries import QueryRepository
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.database.windows import window_of
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.reading import choose_season, match_accounts, standings_of

_INSTANT = timedelta(microseconds=1)
"""What databases tell times apart by."""
_RULES = ReportRules()


def read_report(
    engine: Engine,
    now: datetime,
    *,
    season: Decimal | None = None,
    models: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    rules: ReportRules = _RULES,
) -> SeasonReport:
    """The report of a season at `now`, by default of the one with the newest equity.

    Args:
        models: Narrows it to those that each names, see `match_accounts`;
            benchmarks stay. Ranks are those among all accounts.
        since: Start of the window, in the season or before it; None: the season's.
        until: End of the window, itself outside; None: `now`, which is inside.

    Raises:
        ConfigurationError: There is no such season or model, or the window is empty.
        DatabaseError: The database cannot be used.
    """
    end = now + _INSTANT if until is None else min(until, now + _INSTANT)
    if since is not None and since >= end:
        raise ConfigurationError(
            f"A report since {since:%Y-%m-%d %H:%M} has nothing before its end.",
            "Give --since a time before --until and before now.",
        )
    with UnitOfWork(engine, frozen=True) as unit:
        repositories = Repositories(unit.session)
        wanted = choose_season(repositories, season, end - _INSTANT)
        if wanted is None:
            return empty_report(now, rules)
        accounts = _accounts(repositories.queries, models)
        window = window_of(wanted, repositories.seasons.spans, since, end)
        history = repositories.history.history(window, accounts)
        standings = standings_of(repositories.queries, wanted, end - _INSTANT)
    return build_report(history, standings, now, until=until, rules=rules)


def _accounts(queries: QueryRepository, models: Sequence[str]) -> frozenset[str] | None:
    """Ids of whom the texts name; None without any: everybody."""
    if not models:
        return None
    known = queries.accounts()
    return frozenset(id_ for model in models for id_ in match_accounts(known, model))
