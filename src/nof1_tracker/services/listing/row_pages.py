"""Use cases that read one page of a list, newest first. Nothing is written.

All take the model as a person names it, see `wanted_accounts`, and raise:
    ConfigurationError: There is no such season, or `model` matches no model, or several.
    DatabaseError: The database cannot be used.
"""

from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.records.asking.keyset import Page, Place
from nof1_tracker.records.asking.listed_rows import (
    EquityPoint,
    ListedDecision,
    ListedEvent,
    ObservedPosition,
    ObservedPrice,
    RowFilter,
)
from nof1_tracker.records.enums import EquitySource, PriceSource
from nof1_tracker.records.events import EventKind
from nof1_tracker.records.history.hyperliquid import Candle
from nof1_tracker.records.stored import (
    ChatFilter,
    RevisionFilter,
    StoredChat,
    StoredRevision,
    StoredTrade,
    TradeFilter,
)
from nof1_tracker.services.reading.model_names import wanted_accounts
from nof1_tracker.services.reading.narrowing import narrowed
from nof1_tracker.services.revisions import of_season
from nof1_tracker.services.standings import require_season

FilterT = TypeVar("FilterT", RowFilter, RevisionFilter)
SeasonFilterT = TypeVar("SeasonFilterT", TradeFilter, ChatFilter)


def equity_page(
    engine: Engine,
    wanted: RowFilter,
    place: Place,
    *,
    model: str | None = None,
    season: Decimal | None = None,
    source: EquitySource | None = None,
) -> Page[EquityPoint]:
    with UnitOfWork(engine) as unit:
        repositories = unit.repositories
        season_id = None
        if season is not None:
            season_id = require_season(repositories.seasons, season).id
        narrowed = _of_model(repositories, wanted, model, season_id)
        return repositories.lists.equity(
            narrowed, place, season_id=season_id, source=source
        )


def position_page(
    engine: Engine, wanted: RowFilter, place: Place, *, model: str | None = None
) -> Page[ObservedPosition]:
    with UnitOfWork(engine) as unit:
        narrowed = _of_model(unit.repositories, wanted, model)
        return unit.repositories.lists.positions(narrowed, place)


def trade_page(
    engine: Engine,
    wanted: TradeFilter,
    place: Place,
    *,
    model: str | None = None,
    season: Decimal | None = None,
) -> Page[StoredTrade]:
    with UnitOfWork(engine) as unit:
        found = _in_season(unit.repositories, wanted, model, season)
        return unit.repositories.lists.trades(found, place)


def chat_page(
    engine: Engine,
    wanted: ChatFilter,
    place: Place,
    *,
    model: str | None = None,
    season: Decimal | None = None,
) -> Page[StoredChat]:
    with UnitOfWork(engine) as unit:
        found = _in_season(unit.repositories, wanted, model, season)
        return unit.repositories.lists.chats(found, place)


def decision_page(
    engine: Engine,
    wanted: RowFilter,
    place: Place,
    *,
    model: str | None = None,
    signal: str | None = None,
) -> Page[ListedDecision]:
    with UnitOfWork(engine) as unit:
        narrowed = _of_model(unit.repositories, wanted, model)
        return unit.repositories.lists.decisions(narrowed, place, signal=signal)


def price_page(
    engine: Engine,
    wanted: RowFilter,
    place: Place,
    *,
    source: PriceSource | None = None,
) -> Page[ObservedPrice]:
    with UnitOfWork(engine) as unit:
        return unit.repositories.lists.prices(wanted, place, source=source)


def candle_page(
    engine: Engine, wanted: RowFilter, place: Place, *, interval: str | None = None
) -> Page[Candle]:
    with UnitOfWork(engine) as unit:
        return unit.repositories.lists.candles(wanted, place, interval=interval)


def revision_page(
    engine: Engine,
    wanted: RevisionFilter,
    place: Place,
    *,
    model: str | None = None,
    season: Decimal | None = None,
) -> Page[StoredRevision]:
    """The revision that was noted last comes first."""
    with UnitOfWork(engine) as unit:
        if season is not None:
            wanted = of_season(unit.repositories.seasons, wanted, season)
        season_id = wanted.season.id if wanted.season else None
        narrowed = _of_model(unit.repositories, wanted, model, season_id)
        return unit.repositories.lists.revisions(narrowed, place)


def event_page(
    engine: Engine,
    wanted: RowFilter,
    place: Place,
    *,
    model: str | None = None,
    kind: EventKind | None = None,
) -> Page[ListedEvent]:
    with UnitOfWork(engine) as unit:
        narrowed = _of_model(unit.repositories, wanted, model)
        return unit.repositories.lists.events(narrowed, place, kind=kind)


def _in_season(
    repositories: Repositories,
    wanted: SeasonFilterT,
    model: str | None,
    season: Decimal | None,
) -> SeasonFilterT:
    return narrowed(repositories, wanted, () if model is None else (model,), season)


def _of_model(
    repositories: Repositories,
    wanted: FilterT,
    model: str | None,
    season_id: int | None = None,
) -> FilterT:
    if model is None:
        return wanted
    ids = wanted_accounts(repositories.queries, (model,), season_id)
    return replace(wanted, account_ids=ids)
