"""Stores an answer of the exchange; the recorded request says what it is of."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nof1_tracker.database.repositories import Repositories
from nof1_tracker.history.hyperliquid.info_queries import InfoKind
from nof1_tracker.history.hyperliquid.info_rows import InfoRows, parse_answer
from nof1_tracker.records.archive.exchanges import Exchange
from nof1_tracker.records.parsed import Rejected
from nof1_tracker.records.stored import Tally


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What storing did; `rows` are as they were parsed."""

    rows: InfoRows
    tally: Tally


def store_answer(repositories: Repositories, exchange: Exchange) -> StoredAnswer:
    """Stores the rows of one answer, within the caller's transaction.

    Rows of a wallet that no account has are parsed, and not stored.
    """
    asked: Mapping[str, Any] = json.loads(exchange.request_body)
    address = asked.get("user", "")
    rows = parse_answer(exchange.body, InfoKind(exchange.kind), address)
    tally = repositories.exchange.store_candles(rows.candles)
    model_id = repositories.accounts.of_wallet(address) if address else None
    if model_id is not None:
        tally += repositories.exchange.store_fills(model_id, rows.fills)
        tally += repositories.exchange.store_funding(model_id, rows.funding)
        tally += repositories.exchange.store_ledger(model_id, rows.ledger)
    repositories.journal.reject(
        [Rejected(each.kind, each.reason, each.original) for each in rows.rejected],
        exchange.url,
        exchange.captured_at,
        exchange.observed_at,
    )
    return StoredAnswer(rows, tally)
