"""Stores a record of the exchange: an answer, whose request says what it is of, or wallets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nof1_tracker.database.repositories import Repositories
from nof1_tracker.history.hyperliquid.info_queries import InfoKind
from nof1_tracker.history.hyperliquid.info_rows import InfoRows, parse_answer
from nof1_tracker.records.archive.exchanges import Exchange
from nof1_tracker.records.enums import BackfillSource
from nof1_tracker.records.parsed import Rejected
from nof1_tracker.records.stored import Tally
from nof1_tracker.services.backfill.wallets import WALLETS, store_wallets


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What storing did; `rows` are as they were parsed."""

    rows: InfoRows
    tally: Tally


def is_of_exchange(exchange: Exchange) -> bool:
    """Whether it is a record of the exchange, and not of the site."""
    return exchange.transport == BackfillSource.HYPERLIQUID


def store_answer(
    repositories: Repositories, exchange: Exchange, *, in_journal: bool = True
) -> StoredAnswer:
    """Stores the rows of one answer, within the caller's transaction.

    Rows of a wallet that no account has are parsed, and not stored.

    Args:
        in_journal: False for an answer that was stored before: its faults are noted.
    """
    if exchange.kind == WALLETS:
        store_wallets(repositories, json.loads(exchange.body))
        return StoredAnswer(InfoRows(), Tally())
    asked: Mapping[str, Any] = json.loads(exchange.request_body)
    address = asked.get("user", "")
    rows = parse_answer(exchange.body, InfoKind(exchange.kind), address)
    tally = repositories.exchange.store_candles(rows.candles)
    model_id = repositories.accounts.of_wallet(address) if address else None
    if model_id is not None:
        tally += repositories.exchange.store_fills(model_id, rows.fills)
        tally += repositories.exchange.store_funding(model_id, rows.funding)
        tally += repositories.exchange.store_ledger(model_id, rows.ledger)
        tally += repositories.exchange.store_values(model_id, rows.values)
    if in_journal:
        _keep_rejected(repositories, exchange, rows)
    return StoredAnswer(rows, tally)


def _keep_rejected(
    repositories: Repositories, exchange: Exchange, rows: InfoRows
) -> None:
    repositories.journal.reject(
        [Rejected(each.kind, each.reason, each.original) for each in rows.rejected],
        exchange.url,
        exchange.captured_at,
        exchange.observed_at,
    )
