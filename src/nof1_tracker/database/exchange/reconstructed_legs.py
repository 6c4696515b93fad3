"""Legs cut from fills, which stand where the site's own are missing.

A leg is known by its entry and exit orders. The site also serves an order that was half
filled, and again when it was filled: the sizes tell its rows apart.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from nof1_tracker.database.engine.column_types import (
    JsonText,
    percent_of,
)
from nof1_tracker.database.engine.written_json import canonical_json
from nof1_tracker.database.feed.write_feed import note_changes
from nof1_tracker.database.models import Trade
from nof1_tracker.database.write.accounts import AccountRow
from nof1_tracker.database.write.seasons import SeasonRepository
from nof1_tracker.database.write.upsert import Target, in_chunks, upsert
from nof1_tracker.database.write.versions.accounted_rows import note_rows
from nof1_tracker.records.enums import TradeSource, TradeStatus
from nof1_tracker.records.history.hyperliquid import SIZE_NOISE, ReconstructedLeg
from nof1_tracker.records.live.feed_entries import FeedKind
from nof1_tracker.records.parsed import Leg
from nof1_tracker.records.stored import Tally

_CHUNK = 500
_STATES = (
    *("season_id", "symbol", "side", "entry_price", "exit_price", "size", "pnl"),
    *("pnl_percent", "gross_pnl", "fees", "status", "opened_at", "closed_at"),
    "raw_data",
)
_LEGS = Target(
    cast("Table", Trade.__table__), ("trade_id",), _STATES, returning=("trade_id",)
)
_SOON = timedelta(seconds=1)
"""How far the site's time of an exit, in seconds, is from that of the last fill."""


@dataclass(frozen=True, slots=True)
class _Exit:
    """What tells a leg from the others of its entry order.

    Attributes:
        oid: Of the exit order; None in a row of figures alone.
        size: Units, > 0.
    """

    oid: int | None
    closed_at: datetime | None
    size: Decimal

    def is_of(self, other: "_Exit") -> bool:
        """Whether the reconstruction `other` is the same leg."""
        if not _is_alike(self.size, other.size):
            return False
        if self.oid is not None:
            return self.oid == other.oid
        if self.closed_at is None or other.closed_at is None:
            return False
        return abs(self.closed_at - other.closed_at) <= _SOON


class ReconstructedLegs:
    """Stores and replaces legs cut from fills."""

    def __init__(self, session: Session, seasons: SeasonRepository) -> None:
        self._session = session
        self._seasons = seasons

    def store(self, model_id: int, legs: Sequence[ReconstructedLeg]) -> Tally:
        """Adds the legs that the site did not serve; corrects those added before."""
        served = self._served(model_id)
        missing = [
            leg
            for leg in legs
            if not _is_among(
                served,
                leg.entry_oid,
                _Exit(leg.exit_oid, leg.closed_at, leg.quantity),
            )
        ]
        rows = [self._row(model_id, leg) for leg in missing]
        note_rows(self._session, _LEGS.table, (row["trade_id"] for row in rows))
        stored = upsert(self._session, _LEGS, rows)
        note_changes(
            self._session, FeedKind.TRADES, (row[0] for row in stored.affected)
        )
        return stored.tally

    def drop_served(self, model_id: int) -> None:
        """Deletes the legs of an account that the site's own stand for.

        For rows that came past `store` and `replace`, such as those of a dataset.
        """
        served = self._served(model_id)
        made = self._legs(model_id, TradeSource.HYPERLIQUID)
        self._delete([id_ for id_, oid, out in made if _is_among(served, oid, out)])

    def _served(self, model_id: int) -> Mapping[int, Sequence[_Exit]]:
        """The site's legs of an account, by entry order."""
        found: dict[int, list[_Exit]] = {}
        for _, entry_oid, out in self._legs(model_id, TradeSource.SITE):
            found.setdefault(entry_oid, []).append(out)
        return found

    def _legs(
        self, model_id: int, source: TradeSource
    ) -> Iterator[tuple[int, int, _Exit]]:
        """Id, entry order and exit of an account's completed legs from one source."""
        rows = self._session.execute(
            select(
                *(Trade.id, Trade.entry_oid, Trade.raw_data),
                *(Trade.closed_at, Trade.size),
            ).where(
                Trade.model_id == model_id,
                Trade.source == source,
                Trade.exit_price.is_not(None),
                Trade.entry_oid.is_not(None),
            )
        )
        for id_, entry_oid, raw, closed_at, size in rows:
            yield id_, entry_oid, _Exit((raw or {}).get("exit_oid"), closed_at, size)

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
        self._delete(gone)
        return len(gone)

    def _delete(self, ids: Sequence[int]) -> None:
        for chunk in in_chunks(ids, _CHUNK):
            deleted = self._session.scalars(
                delete(Trade)
                .where(Trade.id.in_(chunk))
                .returning(Trade.trade_id)
                .execution_options(synchronize_session=False)
            )
            note_changes(self._session, FeedKind.TRADES, deleted)


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
    served: Mapping[int, Sequence[_Exit]], entry_oid: int, made: _Exit
) -> bool:
    return any(each.is_of(made) for each in served.get(entry_oid, ()))


def _is_alike(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= SIZE_NOISE * other
