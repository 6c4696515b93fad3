"""Builders of stored records for report tests: say what matters."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from nof1_tracker.records.enums import (
    EquitySource,
    SeasonStatus,
    TradeSide,
    TradeStatus,
)
from nof1_tracker.records.parsed import Account
from nof1_tracker.records.stored import SeasonSpan, StoredSnapshot, StoredTrade

NOW = datetime(2025, 10, 28, 7, tzinfo=UTC)


def account(account_id: str, **changes: Any) -> Account:
    fields: dict[str, Any] = {
        "account_id": account_id,
        "name": account_id.upper(),
        "provider": "Maker",
        "base_model": account_id,
    }
    return Account(**(fields | changes))


def snapshot(account_id: str, equity: str, **changes: Any) -> StoredSnapshot:
    fields: dict[str, Any] = {
        "account_id": account_id,
        "observed_at": NOW - timedelta(minutes=3),
        "source": EquitySource.ACCOUNT_TOTALS,
        "equity": Decimal(equity),
        "unrealized_pnl": Decimal("1.5"),
        "rank": 1,
    }
    return StoredSnapshot(**(fields | changes))


def season(**changes: Any) -> SeasonSpan:
    fields: dict[str, Any] = {
        "id": 1,
        "number": Decimal(1),
        "name": "Season 1",
        "start": datetime(2025, 10, 17, tzinfo=UTC),
        "end": None,
        "initial_equity": Decimal(10000),
        "status": SeasonStatus.ACTIVE,
        "is_provisional": False,
    }
    return SeasonSpan(**(fields | changes))


def trade(**changes: Any) -> StoredTrade:
    fields: dict[str, Any] = {
        "trade_id": "alpha_1",
        "account_id": "alpha",
        "name": "ALPHA",
        "symbol": "BTC",
        "side": TradeSide.LONG,
        "status": TradeStatus.CLOSED,
        "quantity": Decimal("0.1200000000"),
        "entry_price": Decimal("107343.00000000"),
        "exit_price": Decimal("114000.50000000"),
        "net_pnl": Decimal("-12.345000000000"),
        "gross_pnl": Decimal("-10.000000000000"),
        "fees": Decimal("2.345000000000"),
        "leverage": Decimal("20.00"),
        "confidence": Decimal("75.00"),
        "opened_at": NOW - timedelta(hours=5),
        "closed_at": NOW - timedelta(hours=2),
        "entry_oid": 206132736980,
    }
    return StoredTrade(**(fields | changes))
