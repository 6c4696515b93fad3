"""Legs cut from fills, which stand where the site's own are missing.

A leg is known by its entry and exit orders. The site also serves an order that was half
filled, and again when it was filled: the sizes tell its rows apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from nof1_tracker.database.engine.column_types import (
    JsonText,
    canonical_json,
    percent_of,
)
from nof1_tracker.database.models import Trade
from nof1_tracker.database.write.accounts import AccountRow
from nof1_tracker.database.write.seasons import SeasonRepository
from nof1_tracker.database.write.upsert import Target, in_chunks, upsert
from nof1_tracker.records.enums import TradeSource, TradeStatus
from nof1_tracker.records.history.hyperliquid import SIZE_NOISE, ReconstructedLeg
from nof1_tracker.records.parsed import Leg
from nof1_tracker.records.stored import Tally

_CHUNK = 500
_STATES = (
    *("season_id", "symbol", "side", "entry_price", "exit_price", "size", "pnl"),
    *("pnl_percent", "gross_pnl", "fees", "status", "opened_at", "closed_at"),
    "raw_data",
)
_LEGS = Target(cast("Table", Trade.__table__), ("trade_id",), _STATES)
Orders = tuple[int, int]


class ReconstructedLegs:
    """Stores and replaces legs cut from fills."""

    def __init__(self, session: Session, seasons: SeasonRepository) -> None:
        self._session = session
        self._seasons = seasons

    def store(self, model_id: int, legs: Sequence[ReconstructedLeg]) -> Tally:
        """Adds the legs that the site did not serve; corrects those added before."""
        served = self._served(model_id)
        missing = [leg for leg in legs if not _is_among(served, leg)]
        rows = [self._row(model_id, leg) for leg in missing]
        return upsert(self._session, _LEGS, rows).tally

    def _served(self, model_id: int) -> Mapping[Orders, Sequence[Decimal]]:
        """Sizes of the site's legs of an account, by entry and exit order."""
        rows = self._session.execute(
            select(Trade.entry_oid, Trade.size, Trade.raw_data).where(
                Trade.model_id == model_id,
                Trade.source == TradeSource.SITE,
                Trade.exit_price.is_not(None),
                Trade.entry_oid.is_not(None),
            )
        )
        found: dict[Orders, list[Decimal]] = {}
        for entry_oid, size, raw in rows:
            exit_oid = (raw or {}).get("exit_oid")
            if exit_oid is not None:
                found.setdefault((entry_oid, exit_oid), []).append(size)
        return found

    def _row(self, model_id: int, leg: ReconstructedLeg) -> dict[str, Any]:
        oids = {
            "entry_oid": leg.entry_oid,
            "entry_tid": leg.entry_tid,
            "exit_oid": leg.exit_oid,
            "exit_tid": leg.exit_tid,
        }
        liquidated = TradeStatus.LIQUIDATED if leg.is_liquidated else TradeStatus.CLOSED
        return {
            "model_id": model_id,
            "season_id": self._seasons.id_at(leg.opened_at),
            "trade_id": _name(leg.entry_oid, leg.exit_oid),
            "symbol": leg.symbol,
            "side": leg.side,
            "entry_price": leg.entry_price,
            "exit_price": leg.exit_price,
            "size": leg.quantity,
            "pnl": leg.net_pnl,
            "pnl_percent": percent_of(leg.net_pnl, leg.entry_price * leg.quantity),
            "gross_pnl": leg.gross_pnl,
            "fees": leg.fees,
            "status": liquidated,
            "entry_oid": leg.entry_oid,
            "opened_at": leg.opened_at,
            "closed_at": leg.closed_at,
            "source": TradeSource.HYPERLIQUID,
            "raw_data": JsonText(canonical_json(oids)),
        }

    def replace(self, legs: Iterable[Leg], accounts: Mapping[str, AccountRow]) -> int:
        """Deletes what the site's own legs stand for from now on; returns how many."""
        by_name = _by_name(legs, accounts)
        gone: list[int] = []
        for chunk in in_chunks(sorted(by_name), _CHUNK):
            for row in self._session.execute(
                select(Trade.id, Trade.trade_id, Trade.model_id, Trade.size).where(
                    Trade.trade_id.in_(chunk), Trade.source == TradeSource.HYPERLIQUID
                )
            ):
                sizes = by_name[str(row.trade_id)].get(row.model_id, ())
                if any(_is_alike(size, row.size) for size in sizes):
                    gone.append(row.id)
        if gone:
            self._session.execute(
                delete(Trade)
                .where(Trade.id.in_(gone))
                .execution_options(synchronize_session=False)
            )
        return len(gone)


def _name(entry_oid: int, exit_oid: object) -> str:
    return f"{TradeSource.HYPERLIQUID}_{entry_oid}_{exit_oid}"


def _by_name(
    legs: Iterable[Leg], accounts: Mapping[str, AccountRow]
) -> Mapping[str, Mapping[int, Sequence[Decimal]]]:
    """Sizes of the site's legs by the name of their reconstruction, then by account."""
    found: dict[str, dict[int, list[Decimal]]] = {}
    for leg in legs:
        exit_oid = leg.raw.get("exit_oid")
        if leg.entry_oid is not None and exit_oid is not None:
            of_name = found.setdefault(_name(leg.entry_oid, exit_oid), {})
            of_name.setdefault(accounts[leg.account_id].id, []).append(leg.quantity)
    return found


def _is_among(
    served: Mapping[Orders, Sequence[Decimal]], leg: ReconstructedLeg
) -> bool:
    sizes = served.get((leg.entry_oid, leg.exit_oid), ())
    return any(_is_alike(size, leg.quantity) for size in sizes)


def _is_alike(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= SIZE_NOISE * other
