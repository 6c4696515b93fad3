"""Stores snapshots of accounts and the positions observed with them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from nof1_tracker.database import models
from nof1_tracker.database.engine.column_types import (
    JsonText,
    percent_of,
)
from nof1_tracker.database.engine.written_json import canonical_json
from nof1_tracker.database.hours.refresh_hours import refresh_hours
from nof1_tracker.database.partitions.new_months import ensure_months
from nof1_tracker.database.write.accounts import AccountRow
from nof1_tracker.database.write.ranks import (
    newest_equities,
    ranks_among,
    refresh_hourly_ranks,
    refresh_instant_ranks,
)
from nof1_tracker.database.write.seasons import SeasonRepository
from nof1_tracker.database.write.upsert import in_chunks
from nof1_tracker.database.write.versions.store_versions import (
    Stored,
    assign_season,
    store_versions,
)
from nof1_tracker.database.write.versions.versioned_table import Row, VersionedTable
from nof1_tracker.records.enums import EquitySource
from nof1_tracker.records.live.feed_entries import FeedKind
from nof1_tracker.records.parsed import Position, Served, Snapshot
from nof1_tracker.records.stored import Tally

SNAPSHOTS = VersionedTable(
    table=cast("Table", models.LeaderboardSnapshot.__table__),
    key=("model_id", "timestamp", "source"),
    span="timestamp",
    group=("total_assets", "unrealized_pnl"),
    optional=(
        "win_rate",
        "total_trades",
        "fees",
        "sharpe_ratio",
        "hourly_marker",
        "open_positions",
    ),
    computed=("pnl", "pnl_percent", "roi", "realized_pnl"),
    announced_as=(FeedKind.SNAPSHOTS, "model_id"),
)
POSITIONS = VersionedTable(
    table=cast("Table", models.Position.__table__),
    key=("model_id", "timestamp", "symbol", "entry_oid", "source"),
    span="timestamp",
    group=("side", "quantity", "entry_price", "unrealized_pnl", "margin"),
    optional=(
        "mark_price",
        "liquidation_price",
        "leverage",
        "confidence",
        "risk_usd",
        "profit_target",
        "stop_loss",
        "invalidation_condition",
        "opened_at",
    ),
    announced_as=(FeedKind.POSITIONS, "model_id"),
)


@dataclass(frozen=True)
class StoredSnapshots:
    """What storing did.

    Attributes:
        accounts: Accounts with a new observation of their open positions.
        entries: (model_id, entry_oid) of positions with a new observation.
    """

    snapshots: Mapping[EquitySource, Tally]
    positions: Mapping[EquitySource, Tally]
    accounts: set[int]
    entries: set[tuple[int, int]]


class SnapshotRepository:
    """Stores snapshots with their positions, and keeps the ranks correct."""

    def __init__(self, session: Session, seasons: SeasonRepository) -> None:
        self._session = session
        self._seasons = seasons

    def store(
        self,
        snapshots: Sequence[Snapshot],
        accounts: Mapping[str, AccountRow],
        served: Served,
        season_id: int | None = None,
    ) -> StoredSnapshots:
        """Stores snapshots; `season_id` overrides the season of their time."""
        tallies: dict[EquitySource, Tally] = defaultdict(Tally)
        position_tallies: dict[EquitySource, Tally] = defaultdict(Tally)
        concerned: set[int] = set()
        entries: set[tuple[int, int]] = set()
        for source, group in _by_source(snapshots).items():
            stored, moved = self._store_snapshots(group, accounts, served, season_id)
            tallies[source] += stored.tally
            positions = [p for s in group for p in s.positions or ()]
            if any(s.positions is not None for s in group):
                concerned |= {row["model_id"] for row in (*stored.changed, *moved)}
                held = self.store_positions(positions, accounts, served)
                position_tallies[source] += held.tally
                entries |= {(row["model_id"], row["entry_oid"]) for row in held.changed}
        return StoredSnapshots(tallies, position_tallies, concerned, entries)

    def _store_snapshots(
        self,
        snapshots: Sequence[Snapshot],
        accounts: Mapping[str, AccountRow],
        served: Served,
        season_id: int | None,
    ) -> tuple[Stored, Sequence[Row]]:
        """Stores them; the second are the rows that moved to the season asked for."""
        rows = [
            self._row(s, accounts[s.account_id], served, season_id) for s in snapshots
        ]
        known_hours = self._known_hours(rows)
        _rank_new_rows(rows, {a.id for a in accounts.values() if a.is_benchmark})
        self._make_room(SNAPSHOTS, rows)
        stored = store_versions(self._session, SNAPSHOTS, rows)
        moved = assign_season(self._session, SNAPSHOTS, rows, season_id)
        self._refresh_ranks([*stored.changed, *moved], known_hours)
        refresh_hours(self._session, (*stored.changed, *moved))
        return stored, moved

    def _row(
        self,
        snapshot: Snapshot,
        account: AccountRow,
        served: Served,
        season_id: int | None,
    ) -> dict[str, Any]:
        season = self._seasons.at(snapshot.observed_at)
        pnl = snapshot.equity - season.initial_equity
        percent = percent_of(pnl, season.initial_equity)
        positions = snapshot.positions if snapshot.positions_complete else None
        text = canonical_json(snapshot.raw)
        row = {
            "season_id": season_id or season.id,
            "model_id": account.id,
            "timestamp": snapshot.observed_at,
            "rank": None,
            "total_assets": snapshot.equity,
            "pnl": pnl,
            "pnl_percent": percent,
            "roi": percent,
            "win_rate": None if snapshot.win_rate is None else snapshot.win_rate * 100,
            "total_trades": snapshot.total_trades,
            "realized_pnl": _realized(snapshot, pnl),
            "unrealized_pnl": snapshot.unrealized_pnl,
            "fees": snapshot.fees,
            "sharpe_ratio": snapshot.sharpe_ratio,
            "source": snapshot.source,
            "hourly_marker": snapshot.hourly_marker,
            "open_positions": (
                snapshot.open_positions if positions is None else len(positions)
            ),
            "raw_data": JsonText(text),
        }
        return row | SNAPSHOTS.version_columns(row, _digested(row, text), served)

    def _known_hours(self, rows: Iterable[Mapping[str, Any]]) -> set[tuple[int, int]]:
        """(season, hour) pairs that had rows before; new ones are ranked on insert."""
        hours: dict[int, set[int]] = defaultdict(set)
        for row in rows:
            if row["hourly_marker"] is not None:
                hours[row["season_id"]].add(row["hourly_marker"])
        table = models.LeaderboardSnapshot
        known = set()
        for season_id, markers in hours.items():
            for chunk in in_chunks(sorted(markers), 500):
                found = self._session.scalars(
                    select(table.hourly_marker)
                    .where(table.season_id == season_id, table.hourly_marker.in_(chunk))
                    .distinct()
                )
                known |= {(season_id, marker) for marker in found if marker is not None}
        return known

    def _refresh_ranks(
        self,
        affected: Iterable[Mapping[str, Any]],
        known_hours: set[tuple[int, int]],
    ) -> None:
        hours: dict[int, set[int]] = defaultdict(set)
        instants: dict[int, dict[int, list[datetime]]] = defaultdict(dict)
        for row in affected:
            season_id, marker = row["season_id"], row["hourly_marker"]
            if (season_id, marker) in known_hours:
                hours[season_id].add(marker)
            if EquitySource(row["source"]).trusted:
                times = instants[season_id].setdefault(row["model_id"], [])
                times.append(row["timestamp"])
        for season_id, markers in hours.items():
            refresh_hourly_ranks(self._session, season_id, markers)
        for season_id, changed in instants.items():
            refresh_instant_ranks(self._session, season_id, changed)

    def store_positions(
        self,
        positions: Sequence[Position],
        accounts: Mapping[str, AccountRow],
        served: Served,
    ) -> Stored:
        """Stores positions by themselves."""
        rows = [_position_row(p, accounts[p.account_id].id, served) for p in positions]
        self._make_room(POSITIONS, rows)
        return store_versions(self._session, POSITIONS, rows)

    def _make_room(self, kind: VersionedTable, rows: Iterable[Row]) -> None:
        """Makes the partitions of the rows' months, where the table has partitions."""
        times = {row["timestamp"] for row in rows}
        ensure_months(self._session, kind.table.name, times)


def _digested(row: Mapping[str, Any], raw: str) -> str:
    """What tells a snapshot as served from another.

    Its raw row lacks its positions, and that of a prompt all that has columns.
    """
    names = ("total_assets", "unrealized_pnl", "sharpe_ratio", "open_positions")
    return f"[{raw}, {canonical_json([row[name] for name in names])[1:]}"


def _realized(snapshot: Snapshot, total: Decimal) -> Decimal | None:
    """USD realized since inception, `total` being the total PnL.

    Trusted sources do not state it; it is what is not unrealized, where that is known.
    """
    stated, unrealized = snapshot.realized_pnl, snapshot.unrealized_pnl
    if stated is not None or unrealized is None or not snapshot.source.trusted:
        return stated
    return total - unrealized


def _by_source(snapshots: Iterable[Snapshot]) -> dict[EquitySource, list[Snapshot]]:
    groups: dict[EquitySource, list[Snapshot]] = defaultdict(list)
    for snapshot in snapshots:
        groups[snapshot.source].append(snapshot)
    return groups


def _rank_new_rows(rows: Iterable[dict[str, Any]], benchmarks: set[int]) -> None:
    """Ranks rows among those of their observation, as if nothing were stored yet."""
    observations: dict[object, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["model_id"] in benchmarks:
            continue
        if row["hourly_marker"] is not None:
            observations[row["season_id"], row["hourly_marker"]].append(row)
        elif not EquitySource(row["source"]).trusted:
            observations[row["timestamp"]].append(row)
    for group in observations.values():
        newest = newest_equities(
            (r["model_id"], r["timestamp"], r["total_assets"]) for r in group
        )
        equities = ((row["model_id"], row["total_assets"]) for row in group)
        for row, rank in zip(group, ranks_among(newest, equities), strict=True):
            row["rank"] = rank


def _position_row(position: Position, model_id: int, served: Served) -> dict[str, Any]:
    text = canonical_json(position.raw)
    row = {
        "model_id": model_id,
        "timestamp": position.observed_at,
        "symbol": position.symbol,
        "side": position.side,
        "quantity": position.quantity,
        "entry_price": position.entry_price,
        "mark_price": position.mark_price,
        "liquidation_price": position.liquidation_price,
        "leverage": position.leverage,
        "margin": position.margin,
        "unrealized_pnl": position.unrealized_pnl,
        "confidence": position.confidence,
        "risk_usd": position.risk_usd,
        "profit_target": position.profit_target,
        "stop_loss": position.stop_loss,
        "invalidation_condition": position.invalidation_condition,
        "entry_oid": position.entry_oid,
        "opened_at": position.opened_at,
        "source": position.source,
        "raw_data": JsonText(text),
    }
    return row | POSITIONS.version_columns(row, text, served)
