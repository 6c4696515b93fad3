"""Use case: is what is stored of a season complete, and does anything contradict it?

Each check is a function of its own that returns what it found; `verify` puts them
together: the tables' coverage, the exchange's record, the archive, and the tables that
follow from it.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.records.history.verification import Verification
from nof1_tracker.services.reading.model_names import wanted_accounts
from nof1_tracker.services.standings import choose_season
from nof1_tracker.services.storing.store_payload import Report
from nof1_tracker.services.verify.archive_check import check_archive
from nof1_tracker.services.verify.exchange_check import (
    check_exchange,
    equity_agreements,
)
from nof1_tracker.services.verify.season_coverage import season_coverage, whole_season
from nof1_tracker.services.verify.tables_check import TablesCheck, check_tables

_NO_ARCHIVE = "There is no archive to check."
_NO_TABLES = "The tables were not compared with the archive."


def verify(
    engine: Engine,
    now: datetime,
    *,
    season: Decimal | None = None,
    models: Sequence[str] = (),
    competition: str | None = None,
    with_tables: bool = True,
    report: Report = lambda _: None,
) -> Verification:
    """Checks a season, by default the newest that has data.

    Args:
        models, competition: Narrow it to the accounts that these mean, see
            `wanted_accounts`.
        with_tables: Makes the tables out of the archive again, of all seasons, which
            takes as long as storing them did.

    Raises:
        ConfigurationError: There is no such season or competition, or one of `models`
            does not match one.
        DatabaseError: The database, or a temporary file, cannot be used.
    """
    with UnitOfWork(engine) as unit:
        repositories = unit.repositories
        wanted = choose_season(repositories, season, now)
        if wanted is None:
            return Verification(None)
        ids = wanted_accounts(
            repositories.queries, models, wanted.id, competition=competition
        )
        coverage = season_coverage(repositories, wanted, now, ids)
        exchange = check_exchange(repositories, wanted, ids)
        window = whole_season(repositories, wanted, now)
        equities = tuple(equity_agreements(repositories, window, ids))
    report("reading the archive")
    archive = check_archive(engine)
    tables = TablesCheck()
    if archive.folder is None:
        tables.unchecked += [] if archive.damage else [_NO_ARCHIVE]
    elif with_tables:
        tables = check_tables(engine, archive.folder, ids, report)
    else:
        tables.unchecked.append(_NO_TABLES)
    return Verification(
        wanted,
        coverage,
        (*exchange.contradictions, *tables.contradictions),
        archive.damage,
        (*tables.unchecked, *exchange.unchecked),
        equities,
    )
