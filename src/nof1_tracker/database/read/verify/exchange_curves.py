"""Reads equities out of the exchange's record, and what the site stated of the same."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import literal, select, union
from sqlalchemy.orm import Session

from nof1_tracker.database.exchange_models import ExchangeEquity, PortfolioValue
from nof1_tracker.database.models import LeaderboardSnapshot, LLMModel
from nof1_tracker.database.read.best_source import TRUSTED
from nof1_tracker.database.read.queries import account_of
from nof1_tracker.database.read.windows import Window
from nof1_tracker.records.history.hyperliquid import (
    PORTFOLIO,
    EquityPoint,
    ExchangeCurve,
)

_CURVES: Sequence[tuple[Any, Any]] = (
    (ExchangeEquity, ExchangeEquity.interval),
    (PortfolioValue, literal(PORTFOLIO)),
)


class ExchangeCurveQueries:
    """Queries of equities that stand apart from what was observed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_season(self, window: Window) -> Mapping[str, Sequence[ExchangeCurve]]:
        """The curves of a season up to the window's end, by account."""
        found: dict[str, dict[str, list[EquityPoint]]] = {}
        for table, interval in _CURVES:
            rows = self._session.execute(
                select(LLMModel, interval, table.observed_at, table.equity)
                .join(LLMModel, LLMModel.id == table.model_id)
                .where(*window.undivided(table.observed_at))
                .order_by(LLMModel.name, table.observed_at)
            )
            for model, name, at, equity in rows:
                curves = found.setdefault(account_of(model).account_id, {})
                curves.setdefault(name, []).append(EquityPoint(at, equity))
        return {
            account_id: [ExchangeCurve(each, tuple(curves[each])) for each in curves]
            for account_id, curves in found.items()
        }

    def observed(self, window: Window) -> Mapping[str, Sequence[EquityPoint]]:
        """What trusted sources of the site stated, oldest first, of those accounts."""
        table = LeaderboardSnapshot
        has_curve = union(*(select(each.model_id) for each, _ in _CURVES))
        rows = self._session.execute(
            select(LLMModel, table.timestamp, table.total_assets)
            .join(LLMModel, LLMModel.id == table.model_id)
            .where(
                *window.levels(table.season_id, table.timestamp),
                table.source.in_(TRUSTED),
                table.model_id.in_(has_curve),
            )
            .order_by(table.timestamp)
        )
        found: dict[str, list[EquityPoint]] = defaultdict(list)
        for model, at, equity in rows:
            found[account_of(model).account_id].append(EquityPoint(at, equity))
        return found
