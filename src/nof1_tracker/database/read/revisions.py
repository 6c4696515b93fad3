"""Finds revisions, with what a person knows their rows by."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from nof1_tracker.database.engine.column_types import ExactNumeric, UtcDateTime
from nof1_tracker.database.models import (
    ChatDecisionRow,
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    Position,
    Price,
    ReportedStatistics,
    Trade,
)
from nof1_tracker.database.read.filters import ACCOUNT_ID, limited
from nof1_tracker.database.version_models import RevisionRow
from nof1_tracker.records.enums import RevisedTable
from nof1_tracker.records.reading.emptiness import Stored
from nof1_tracker.records.stored import (
    RevisedRow,
    RevisionFilter,
    StoredRevision,
)

_Deciding = aliased(ModelChat)
"""The conversation of a decision."""
_MODELS: Mapping[RevisedTable, Any] = {
    RevisedTable.LEADERBOARD_SNAPSHOTS: LeaderboardSnapshot,
    RevisedTable.POSITIONS: Position,
    RevisedTable.TRADES: Trade,
    RevisedTable.MODEL_CHATS: ModelChat,
    RevisedTable.CHAT_DECISIONS: ChatDecisionRow,
    RevisedTable.REPORTED_STATISTICS: ReportedStatistics,
    RevisedTable.PRICES: Price,
}
_model_id = func.coalesce(
    LeaderboardSnapshot.model_id,
    Position.model_id,
    Trade.model_id,
    ModelChat.model_id,
    _Deciding.model_id,
    ReportedStatistics.model_id,
)
_season_id = func.coalesce(
    LeaderboardSnapshot.season_id,
    Trade.season_id,
    ModelChat.season_id,
    _Deciding.season_id,
)
_observed_at = func.coalesce(
    LeaderboardSnapshot.timestamp,
    Position.timestamp,
    ReportedStatistics.observed_at,
    Price.observed_at,
)
"""The time of rows that are known by it; NULL for the others."""
_NAMED = (
    func.coalesce(Trade.trade_id, ModelChat.conversation_id, _Deciding.conversation_id),
    func.coalesce(Position.symbol, ChatDecisionRow.symbol, Price.symbol),
    Position.entry_oid,
    _observed_at,
    func.coalesce(LeaderboardSnapshot.source, Position.source),
)
_WHEN = (
    RevisionRow.observed_before,
    RevisionRow.observed_after,
    RevisionRow.cause,
    RevisionRow.archive_entry,
    RevisionRow.noted_at,
)


class RevisionQueries:
    """Queries of `revisions`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, wanted: RevisionFilter) -> tuple[Sequence[StoredRevision], int]:
        """The wanted revisions, the one observed last first, and their total number."""
        query = revision_query(wanted)
        observed = RevisionRow.observed_after
        newest_first = query.order_by(
            observed.is_(None), observed.desc(), RevisionRow.id.desc()
        )
        found = self._session.execute(limited(newest_first, wanted.limit))
        rows = [stored_revision(row) for row in found]
        is_cut = wanted.limit and len(rows) >= wanted.limit
        return rows, self.count(wanted) if is_cut else len(rows)

    def count(self, wanted: RevisionFilter) -> int:
        """The number of wanted revisions, ignoring the limit."""
        query = _joined(select(func.count(RevisionRow.id))).where(*_conditions(wanted))
        return int(self._session.scalars(query).one())

    def stored(self) -> Stored:
        """All revisions, and when the first and the last new value was observed."""
        time = RevisionRow.observed_after
        spanned = select(func.count(RevisionRow.id), func.min(time), func.max(time))
        return Stored(*self._session.execute(spanned).one())

    def summary(self) -> tuple[int, datetime | None]:
        """How many there are, and when the newest was observed."""
        newest = func.max(RevisionRow.observed_after)
        count, at = self._session.execute(
            select(func.count(RevisionRow.id), newest)
        ).one()
        return count, at


def revision_query(wanted: RevisionFilter) -> Select[Any]:
    """The wanted revisions, for `stored_revision`, in any order and without a limit."""
    return _joined(
        select(
            RevisionRow.table_name,
            RevisionRow.row_id,
            ACCOUNT_ID,
            LLMModel.name,
            RevisionRow.field,
            RevisionRow.old,
            RevisionRow.new,
            *_WHEN,
            *_NAMED,
        )
    ).where(*_conditions(wanted))


def _joined(query: Select[Any]) -> Select[Any]:
    """With the row of each revision, from whichever table it is in."""
    query = query.select_from(RevisionRow)
    for table, model in _MODELS.items():
        is_its_row = and_(
            RevisionRow.table_name == table.value, RevisionRow.row_id == model.id
        )
        query = query.outerjoin(model, is_its_row)
    query = query.outerjoin(_Deciding, _Deciding.id == ChatDecisionRow.model_chat_id)
    return query.outerjoin(LLMModel, LLMModel.id == _model_id)


def _conditions(wanted: RevisionFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.table is not None:
        conditions.append(RevisionRow.table_name == wanted.table.value)
    if wanted.account_ids is not None:
        conditions.append(ACCOUNT_ID.in_(wanted.account_ids))
    if wanted.season is not None:
        in_time = _is_between(wanted.season.start, wanted.season_until)
        conditions.append(or_(_season_id == wanted.season.id, in_time))
    if wanted.since is not None:
        conditions.append(RevisionRow.observed_after >= wanted.since)
    if wanted.until is not None:
        conditions.append(RevisionRow.observed_after < wanted.until)
    return conditions


def _is_between(start: datetime | None, until: datetime | None) -> ColumnElement[bool]:
    """True for rows of no season that were observed in [start, until)."""
    conditions: list[ColumnElement[bool]] = [_season_id.is_(None)]
    if start is not None:
        conditions.append(_observed_at >= start)
    if until is not None:
        conditions.append(_observed_at < until)
    return and_(*conditions)


def stored_revision(row: Sequence[Any]) -> StoredRevision:
    """The revision in a row of `revision_query`."""
    table_name, row_id, account_id, name, field, old, new, *rest = row
    when, named = rest[: len(_WHEN)], rest[len(_WHEN) :]
    table = RevisedTable(table_name)
    model = _MODELS[table]
    return StoredRevision(
        RevisedRow(table, row_id, *named),
        account_id,
        name,
        field,
        revised_value(model, field, old),
        revised_value(model, field, new),
        *when,
    )


def revised_value(model: Any, field: str, stored: Any) -> Any:
    """The value of the model's column that a revision has as JSON."""
    column = model.__table__.c.get(field)
    if isinstance(stored, str) and column is not None:
        if isinstance(column.type, ExactNumeric):
            return Decimal(stored)
        if isinstance(column.type, UtcDateTime):
            return datetime.fromisoformat(stored)
    return stored
