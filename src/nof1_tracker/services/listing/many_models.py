"""Use case: compare any number of models, in one season or several. Nothing is written."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from nof1_tracker.analyzer.report.compared_models import (
    ComparedModels,
    Contender,
    compare_all,
)
from nof1_tracker.analyzer.report.season_report import SeasonReport
from nof1_tracker.database.connection import Engine
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.enums import Cut
from nof1_tracker.services.reading.model_names import match_accounts
from nof1_tracker.services.report import read_report


def read_comparisons(
    engine: Engine,
    now: datetime,
    models: Sequence[str],
    *,
    seasons: Sequence[Decimal] = (),
    competition: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cut: Cut = Cut.LAST,
) -> ComparedModels:
    """The accounts that the names mean in these seasons, each compared with each.

    Args:
        models: A name that several accounts have means all of them.
        seasons: By default the newest that has data; a name may be missing in some.

    Raises:
        ConfigurationError: As for a report; or a name means no account in any of the
            seasons, or fewer than two accounts are meant.
        DatabaseError: The database cannot be used.
    """
    reports = [
        read_report(
            engine,
            now,
            season=season,
            competition=competition,
            since=since,
            until=until,
            cut=cut,
        )
        for season in (seasons or (None,))
    ]
    found = [each for name in models for each in _meant(reports, name)]
    contenders = list({id(each.model): each for each in found}.values())
    if len(contenders) < 2:
        raise ConfigurationError(
            "There are fewer than two accounts to compare.",
            "Give more models, or more seasons: --season 1,1.5.",
        )
    return compare_all(reports, contenders)


def _meant(reports: Sequence[SeasonReport], name: str) -> Iterator[Contender]:
    """What a name means in each season; it must mean something in one of them."""
    missed: ConfigurationError | None = None
    is_found = False
    for report in reports:
        try:
            ids = match_accounts([each.account for each in report.models], name)
        except ConfigurationError as error:
            missed = missed or error
            continue
        is_found = True
        for model in report.models:
            if model.account.account_id in ids:
                yield Contender(report, model)
    if missed is not None and not is_found:
        raise missed
