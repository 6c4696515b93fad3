"""Filters as a person gives them, narrowed to rows of the database."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from nof1_tracker.database.repositories import Repositories
from nof1_tracker.records.stored import ChatFilter, TradeFilter
from nof1_tracker.services.reading.model_names import wanted_accounts
from nof1_tracker.services.standings import require_season

Filter = TypeVar("Filter", TradeFilter, ChatFilter)


def narrowed(
    repositories: Repositories,
    wanted: Filter,
    models: Sequence[str],
    season: Decimal | None,
    competition: str | None = None,
) -> Filter:
    """The filter, for the accounts that the names mean, of that competition and season.

    Raises:
        ConfigurationError: There is no such season, competition or model, or a name
            may mean several models.
    """
    season_id = None
    if season is not None:
        season_id = require_season(repositories.seasons, season).id
    account_ids = wanted_accounts(
        repositories.queries, models, season_id, competition=competition
    )
    return replace(wanted, account_ids=account_ids, season_id=season_id)
