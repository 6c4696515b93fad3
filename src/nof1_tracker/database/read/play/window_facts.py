"""Reads what a window is chosen by and played beside: times with prices, the models."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from nof1_tracker.database.columns.numpy_columns import place_among, read_columns
from nof1_tracker.database.exchange_models import CandleRow, FillRow
from nof1_tracker.database.models import (
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    Price,
    Trade,
)
from nof1_tracker.database.read.best_source import TRUSTED, oldest_first
from nof1_tracker.database.read.filters import ACCOUNT_ID
from nof1_tracker.records.account_columns import TimeArray
from nof1_tracker.records.enums import PriceSource
from nof1_tracker.records.play.quotes import SERIES_STEP
from nof1_tracker.records.play.session.model_curves import ModelWords


class WindowFactQueries:
    """Queries of a season's windows."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def traded(self, season_id: int) -> Mapping[str, Sequence[datetime]]:
        """When models opened or closed positions in the season, by symbol."""
        query = select(Trade.symbol, Trade.opened_at, Trade.closed_at).where(
            Trade.season_id == season_id, Trade.oddity.is_(None)
        )
        found: dict[str, list[datetime]] = {}
        for symbol, opened_at, closed_at in self._session.execute(query):
            times = (opened_at, closed_at)
            found.setdefault(symbol, []).extend(at for at in times if at is not None)
        return found

    def priced_at(
        self, symbols: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, TimeArray]:
        """When prices of each symbol became known in [since, until], in no order."""
        series = Price.source == PriceSource.MODEL_CHAT_SERIES
        step = np.timedelta64(SERIES_STEP)
        sources: Sequence[tuple[Any, Any, Any, Any]] = (
            (Price.symbol, Price.observed_at, ~series, 0),
            (Price.symbol, Price.observed_at, series, step),
            (CandleRow.symbol, CandleRow.closed_at, True, 0),
            (FillRow.symbol, FillRow.filled_at, True, 0),
        )
        found: dict[str, list[TimeArray]] = {symbol: [] for symbol in symbols}
        for symbol, at, condition, later in sources:
            query: Select[Any] = select(
                place_among(symbols, symbol).label("place"), at.label("at")
            ).where(symbol.in_(symbols), at >= since, at <= until, condition)
            columns = read_columns(self._session, query)
            for place, name in enumerate(symbols):
                found[name].append(columns["at"][columns["place"] == place] + later)
        return {name: np.concatenate(each) for name, each in found.items()}

    def equities(
        self, season_id: int, since: datetime, until: datetime
    ) -> Mapping[str, Sequence[tuple[datetime, Decimal]]]:
        """The equity of each account, oldest first; of one instant the best source."""
        snapshot = LeaderboardSnapshot
        query = (
            select(ACCOUNT_ID, snapshot.timestamp, snapshot.total_assets)
            .join(LLMModel, LLMModel.id == snapshot.model_id)
            .where(
                snapshot.season_id == season_id,
                snapshot.timestamp >= since,
                snapshot.timestamp <= until,
                snapshot.source.in_(TRUSTED),
            )
            .order_by(*oldest_first(snapshot))
        )
        found: dict[str, dict[datetime, Decimal]] = {}
        for account_id, at, equity in self._session.execute(query):
            found.setdefault(account_id, {}).setdefault(at, equity)
        return {account_id: list(each.items()) for account_id, each in found.items()}

    def last_words(
        self, account_ids: Collection[str], since: datetime, moment: datetime
    ) -> Sequence[ModelWords]:
        """What each account said last from `since` up to and at the moment."""
        newest = (
            select(ModelChat.model_id, func.max(ModelChat.timestamp).label("at"))
            .join(LLMModel, LLMModel.id == ModelChat.model_id)
            .where(
                ACCOUNT_ID.in_(account_ids),
                ModelChat.timestamp >= since,
                ModelChat.timestamp <= moment,
            )
            .group_by(ModelChat.model_id)
            .subquery()
        )
        said = func.coalesce(ModelChat.summary, ModelChat.content)
        query = (
            select(ACCOUNT_ID, ModelChat.timestamp, said)
            .join(LLMModel, LLMModel.id == ModelChat.model_id)
            .join(
                newest,
                and_(
                    newest.c.model_id == ModelChat.model_id,
                    newest.c.at == ModelChat.timestamp,
                ),
            )
            .order_by(ModelChat.id)
        )
        return [ModelWords(*row) for row in self._session.execute(query)]
