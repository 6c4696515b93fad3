"""Reads rows as they were served, to be parsed again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from nof1_tracker.database.models import (
    LeaderboardSnapshot,
    ModelChat,
    Position,
    ReportedStatistics,
    Trade,
)
from nof1_tracker.database.version_models import RowVersion
from nof1_tracker.records.enums import Endpoint, EquitySource, TradeSource
from nof1_tracker.records.parsed import JsonObject


@dataclass(frozen=True, slots=True)
class ServedRows:
    """Rows of one table, from one endpoint.

    Attributes:
        dated: The column with the time of a row.
        condition: Selects them; None selects all rows of the table.
        are_versions: Whether the versions kept beside the rows are meant.
        at_once: How many are read at once; a conversation takes 30 kB.
    """

    endpoint: Endpoint
    model: Any
    dated: Any
    condition: Any = None
    are_versions: bool = False
    at_once: int = 500

    @property
    def are_positions(self) -> bool:
        """Whether each is a single position, which means nothing without its row."""
        return self.model is Position


@dataclass(frozen=True, slots=True)
class ServedRow:
    """A row as it was served.

    Attributes:
        id: Of the row, or of its version.
        raw: Of a position, the row that it was part of, without the others.
        dated_at: The time of the row; it stands for the time of capture.
        observed_at: When it was last served so; None where no time is known.
        open_positions: How many positions were open; they are not in `raw`. None
            where that is not known.
        content: The text of a conversation as stored; None for other rows.
    """

    id: int
    raw: JsonObject
    dated_at: datetime
    observed_at: datetime | None
    open_positions: int | None = None
    content: str | None = None


def _of_snapshots(endpoint: Endpoint, source: EquitySource) -> ServedRows:
    table = LeaderboardSnapshot
    return ServedRows(endpoint, table, table.timestamp, table.source == source)


_ROWS = (
    ServedRows(Endpoint.CONVERSATIONS, ModelChat, ModelChat.timestamp, at_once=100),
    _of_snapshots(Endpoint.ACCOUNT_TOTALS, EquitySource.ACCOUNT_TOTALS),
    ServedRows(
        Endpoint.ACCOUNT_TOTALS,
        Position,
        Position.timestamp,
        Position.source == EquitySource.ACCOUNT_TOTALS,
    ),
    _of_snapshots(Endpoint.LEADERBOARD, EquitySource.LEADERBOARD),
    _of_snapshots(Endpoint.RENDERED_LEADERBOARD, EquitySource.PAGE),
    ServedRows(
        Endpoint.TRADES,
        Trade,
        Trade.closed_at,
        and_(Trade.exit_price.is_not(None), Trade.source == TradeSource.SITE),
    ),
    ServedRows(Endpoint.ANALYTICS, ReportedStatistics, ReportedStatistics.observed_at),
)
SERVED_ROWS: Sequence[ServedRows] = (
    *_ROWS,
    *(replace(rows, are_versions=True) for rows in _ROWS),
)
"""All that is kept as it was served: rows, and then their other versions.

What conversations state (decisions, equities, positions) is in them. Prices are not
kept as they were served.
"""


class ServedRowQueries:
    """The rows that were read by older code."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count(self, rows: ServedRows, parser: int) -> int:
        """How many were read by code before this version of the parser."""
        query = _selected(rows, parser, func.count())
        return int(self._session.scalars(query).one())

    def chunk(self, rows: ServedRows, parser: int, after: int) -> Sequence[ServedRow]:
        """The next of them by id, at most `at_once`."""
        holder = RowVersion if rows.are_versions else rows.model
        columns = [holder.id, holder.raw_data, rows.dated, holder.last_observed_at]
        if rows.are_positions:
            columns.append(LeaderboardSnapshot.raw_data)
        elif rows.model is LeaderboardSnapshot:
            shown = LeaderboardSnapshot.open_positions
            columns.append(RowVersion.fields if rows.are_versions else shown)
        elif rows.model is ModelChat:
            content = ModelChat.content
            columns.append(RowVersion.fields if rows.are_versions else content)
        query = _selected(rows, parser, *columns)
        query = query.where(holder.id > after).order_by(holder.id).limit(rows.at_once)
        return [_served_row(rows, *row) for row in self._session.execute(query)]


def _selected(rows: ServedRows, parser: int, *columns: Any) -> Select[Any]:
    query = select(*columns).select_from(rows.model)
    holder = rows.model
    if rows.are_versions:
        holder = RowVersion
        is_of_row = and_(
            RowVersion.table_name == rows.model.__tablename__,
            RowVersion.row_id == rows.model.id,
        )
        query = query.join(RowVersion, is_of_row)
    if rows.are_positions:
        query = query.join(LeaderboardSnapshot, _is_snapshot_of_position)
    query = query.where(
        holder.parser.between(0, parser - 1), holder.raw_data.is_not(None)
    )
    return query if rows.condition is None else query.where(rows.condition)


_is_snapshot_of_position = and_(
    LeaderboardSnapshot.model_id == Position.model_id,
    LeaderboardSnapshot.timestamp == Position.timestamp,
    LeaderboardSnapshot.source == Position.source,
)


def _served_row(
    rows: ServedRows,
    row_id: int,
    raw: Any,
    dated_at: datetime,
    observed_at: datetime | None,
    extra: Any = None,
) -> ServedRow:
    if rows.are_positions:
        whole = {**(extra or {}), "positions": [raw]}
        return ServedRow(row_id, whole, dated_at, observed_at)
    is_chat = rows.model is ModelChat
    if isinstance(extra, dict):
        extra = extra.get("content" if is_chat else "open_positions")
    apart = {"content" if is_chat else "open_positions": extra}
    return ServedRow(row_id, raw, dated_at, observed_at, **apart)
