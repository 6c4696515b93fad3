"""Stores completed legs, and the open positions that stand for legs to come.

The row of an open position in `trades` depends only on the stored positions, legs and
snapshots, so the order in which payloads arrive does not matter. The last observed
size of an entry, minus the legs that closed since, is open if the account's newest
observation still shows the entry. Otherwise it closed unobserved, unless its legs have
arrived, including those of orders stacked into it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Row, Table, delete, or_, select, update
from sqlalchemy.orm import Session

from nof1_tracker.clock import latest_believed
from nof1_tracker.database.engine.column_types import (
    JsonText,
    percent_of,
)
from nof1_tracker.database.engine.written_json import canonical_json
from nof1_tracker.database.feed.write_feed import note_changes
from nof1_tracker.database.models import LeaderboardSnapshot, LLMModel, Position, Trade
from nof1_tracker.database.write.accounts import AccountRow
from nof1_tracker.database.write.openings import (
    refresh_opening_bounds,
    stated_openings,
)
from nof1_tracker.database.write.position_entries import Entry, first_observed, ids_of
from nof1_tracker.database.write.seasons import SeasonRepository
from nof1_tracker.database.write.stacked_orders import Exit, exits_of, unsettled_entries
from nof1_tracker.database.write.upsert import Target, in_chunks, upsert
from nof1_tracker.database.write.versions.store_versions import (
    assign_season,
    store_versions,
)
from nof1_tracker.database.write.versions.versioned_table import VersionedTable
from nof1_tracker.records.enums import TradeStatus
from nof1_tracker.records.live.feed_entries import FeedKind
from nof1_tracker.records.parsed import Leg, Served
from nof1_tracker.records.stored import Tally

LAST_LOOK = timedelta(minutes=10)
"""How long a payload may still show a position after it closed (prompts are minutes
old): legs that closed this shortly before the last observation count against it."""
_DUST = Decimal("1e-6")
"""Fraction of a position that is float noise, not a remainder."""
_CHUNK = 200

_UPDATES = [
    "symbol",
    "side",
    "entry_price",
    "exit_price",
    "size",
    "pnl",
    "pnl_percent",
    "gross_pnl",
    "fees",
    "status",
    "entry_oid",
    "opened_at",
    "opened_at_known",
    "closed_at",
    "raw_data",
]
LEGS = VersionedTable(
    table=cast("Table", Trade.__table__),
    key=("trade_id",),
    span=None,
    group=(
        "symbol",
        "side",
        "size",
        "entry_price",
        "exit_price",
        "pnl",
        "gross_pnl",
        "fees",
        "opened_at",
        "closed_at",
    ),
    optional=("entry_oid",),
    computed=("pnl_percent", "status", "oddity"),
    announced_as=(FeedKind.TRADES, "trade_id"),
)
OPEN_TRADES = Target(
    table=cast("Table", Trade.__table__),
    key=("trade_id",),
    update=(*_UPDATES, "leverage", "confidence"),
    returning=("trade_id",),
)


_OBSERVED = (
    Position.id,
    Position.model_id,
    Position.entry_oid,
    Position.timestamp,
    Position.symbol,
    Position.side,
    Position.quantity,
    Position.entry_price,
    Position.leverage,
    Position.confidence,
    Position.opened_at,
)
"""Only columns: loading ORM objects of every position ever held takes much longer."""


@dataclass(frozen=True)
class _Seen:
    """Observations of an entry: the first, the last, the last in account_totals."""

    first: Row[Any]
    last: Row[Any]
    exact: Row[Any]
    """The last observation with exact prices: prompts round them to cents."""
    opened_at: datetime | None
    """When it was opened, as a source states it; None where none does."""


class TradeRepository:
    """Stores legs and keeps the rows of open positions up to date."""

    def __init__(self, session: Session, seasons: SeasonRepository) -> None:
        self._session = session
        self._seasons = seasons

    def store_legs(
        self,
        legs: Sequence[Leg],
        accounts: Mapping[str, AccountRow],
        served: Served,
        season_id: int | None = None,
    ) -> tuple[Tally, set[Entry]]:
        """Stores them; returns the tally and the entries that changed."""
        rows = [
            self._row(leg, accounts[leg.account_id].id, served, season_id)
            for leg in legs
        ]
        stored = store_versions(self._session, LEGS, rows)
        assign_season(self._session, LEGS, rows, season_id)
        self.follow_openings(stored.updated, season_id)
        changed = [(row["model_id"], row["entry_oid"]) for row in stored.changed]
        return stored.tally, {(m, oid) for m, oid in changed if oid is not None}

    def follow_openings(
        self, updated: Mapping[int, Any], season_id: int | None = None
    ) -> None:
        """Lets legs whose opening was restated move to the season that holds it."""
        for row_id, row in updated.items():
            season = season_id or self._seasons.id_at(row["opened_at"])
            if row["season_id"] != season:
                self._session.execute(
                    update(Trade).where(Trade.id == row_id).values(season_id=season)
                )

    def _row(
        self, leg: Leg, model_id: int, served: Served, season_id: int | None
    ) -> dict[str, Any]:
        text = canonical_json(leg.raw)
        row = {
            "season_id": season_id or self._seasons.id_at(leg.opened_at),
            "model_id": model_id,
            "trade_id": leg.trade_id,
            "symbol": leg.symbol,
            "side": leg.side,
            "entry_price": leg.entry_price,
            "exit_price": leg.exit_price,
            "size": leg.quantity,
            "pnl": leg.net_pnl,
            "pnl_percent": percent_of(leg.net_pnl, leg.entry_price * leg.quantity),
            "gross_pnl": leg.gross_pnl,
            "fees": leg.fees,
            "status": leg.status,
            "entry_oid": leg.entry_oid,
            "opened_at": leg.opened_at,
            "closed_at": leg.closed_at,
            "oddity": leg.oddity,
            "raw_data": JsonText(text),
        }
        return row | LEGS.version_columns(row, text, served)

    def refresh(
        self,
        entries: Iterable[Entry],
        accounts: Mapping[str, AccountRow],
        season_id: int | None = None,
    ) -> Tally:
        """Updates the rows of these entries and of the accounts' unsettled ones.

        Returns:
            The tally of rows of open positions; a row whose legs arrived counts as
            updated.
        """
        concerned = {row.id for row in accounts.values()}
        pairs = sorted({*entries, *unsettled_entries(self._session, concerned)})
        names = self._names()
        self._join_positions(pairs)
        tally = Tally()
        for chunk in in_chunks(pairs, _CHUNK):
            tally += self._refresh_chunk(chunk, names, season_id)
        refresh_opening_bounds(self._session, concerned, pairs)
        return tally

    def _names(self) -> dict[int, str | None]:
        """The site's ids of all accounts, by our id."""
        rows = self._session.execute(select(LLMModel.id, LLMModel.model_id))
        return {row.id: row.model_id for row in rows}

    def _join_positions(self, pairs: Sequence[Entry]) -> None:
        """Gives legs the first observed leverage and confidence of their position."""
        for chunk in in_chunks(pairs, _CHUNK):
            first = {name: first_observed(name) for name in ("leverage", "confidence")}
            self._session.execute(
                update(Trade)
                .where(
                    Trade.entry_oid.in_([oid for _, oid in chunk]),
                    Trade.exit_price.is_not(None),
                    or_(
                        *(
                            getattr(Trade, name).is_distinct_from(value)
                            for name, value in first.items()
                        )
                    ),
                )
                .values(first)
                .execution_options(synchronize_session=False)
            )

    def _refresh_chunk(
        self,
        pairs: Sequence[Entry],
        names: Mapping[int, str | None],
        season_id: int | None,
    ) -> Tally:
        seen = self._observations(pairs)
        closed = exits_of(self._session, pairs)
        newest = self._newest_looks({m for m, _ in pairs})
        wanted = {}
        for (model_id, oid), entry in seen.items():
            exits = closed.get((model_id, oid), ())
            rest = _remainder(entry.last, exits, newest[model_id])
            if rest is not None:
                row = self._open_row(entry, names[model_id], *rest)
                row["season_id"] = season_id or row["season_id"]
                wanted[row["trade_id"]] = row
        gone = self._delete_replaced([f"{names[m]}_{oid}" for m, oid in seen], wanted)
        target = OPEN_TRADES.and_season(season_id)
        stored = upsert(self._session, target, list(wanted.values()))
        changed = [*gone, *(row[0] for row in stored.affected)]
        note_changes(self._session, FeedKind.TRADES, changed)
        return stored.tally + Tally(updated=len(gone))

    def _observations(self, pairs: Sequence[Entry]) -> dict[Entry, _Seen]:
        found = [row for row in ids_of(self._session, pairs) if row[2] is not None]
        wanted = {i for row in found for i in row[2:] if i is not None}
        rows = self._session.execute(select(*_OBSERVED).where(Position.id.in_(wanted)))
        by_id: dict[int, Any] = {row.id: row for row in rows}
        in_legs = stated_openings(self._session, pairs)
        seen = {}
        for model_id, oid, first, last, exact, dated in found:
            stated = by_id[dated].opened_at if dated else in_legs.get((model_id, oid))
            seen[model_id, oid] = _Seen(
                by_id[first], by_id[last], by_id[exact or last], stated
            )
        return seen

    def _newest_looks(self, model_ids: Iterable[int]) -> dict[int, datetime | None]:
        """When all positions of each account were last observed."""
        table = LeaderboardSnapshot
        newest = (
            select(table.timestamp)
            .where(
                table.model_id == LLMModel.id,
                table.open_positions.is_not(None),
                # One dated ahead of our clock would close all positions for ever.
                table.timestamp <= latest_believed(),
            )
            .order_by(table.timestamp.desc())
            .limit(1)
            .scalar_subquery()
            .label("newest")
        )
        rows = self._session.execute(
            select(LLMModel.id, newest).where(LLMModel.id.in_(model_ids))
        )
        return {row.id: row.newest for row in rows}

    def _open_row(
        self, entry: _Seen, name: str | None, size: Decimal, is_open: bool
    ) -> dict[str, Any]:
        opened_at = entry.opened_at or entry.first.timestamp
        notes = {}
        if entry.opened_at is None:
            notes["opened_at"] = "first observed"
        if not is_open:
            notes["exit"] = "unobserved"
            notes["last_observed_at"] = entry.last.timestamp.isoformat()
        return {
            "season_id": self._seasons.id_at(opened_at),
            "model_id": entry.last.model_id,
            "trade_id": f"{name}_{entry.last.entry_oid}",
            "symbol": entry.last.symbol,
            "side": entry.last.side,
            "entry_price": entry.exact.entry_price,
            "exit_price": None,
            "size": size,
            "leverage": entry.first.leverage,
            "confidence": entry.first.confidence,
            "pnl": None,
            "status": TradeStatus.OPEN if is_open else TradeStatus.CLOSED,
            "entry_oid": entry.last.entry_oid,
            "opened_at": opened_at,
            "opened_at_known": entry.opened_at is not None,
            "closed_at": None,
            "raw_data": notes or None,
        }

    def _delete_replaced(
        self, names: Iterable[str], wanted: Iterable[str]
    ) -> Sequence[str]:
        """Deletes rows that legs have replaced; returns their names."""
        unwanted = sorted(set(names) - set(wanted))
        deleted = self._session.scalars(
            delete(Trade)
            .where(Trade.trade_id.in_(unwanted), Trade.exit_price.is_(None))
            .returning(Trade.trade_id)
            .execution_options(synchronize_session=False)
        )
        return [name for name in deleted if name is not None]


def _remainder(
    last: Row[Any],
    exits: Iterable[Exit],
    newest_look: datetime | None,
) -> tuple[Decimal, bool] | None:
    """Remaining size of a position, and if it is open; None if legs replaced it."""
    is_open = newest_look is None or last.timestamp >= newest_look
    since = last.timestamp if is_open else last.timestamp - LAST_LOOK
    closed = sum((size for at, size in exits if at > since), start=Decimal(0))
    rest = last.quantity - closed
    return (rest, is_open) if rest > last.quantity * _DUST else None
