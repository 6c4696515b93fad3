"""What models said and decided in a window, by `model_id`."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nof1_tracker.database.columnar import (
    Columns,
    aware_times,
    known,
    number,
    read_columns,
    where,
)
from nof1_tracker.database.models import ChatDecisionRow, ModelChat
from nof1_tracker.database.windows import Window
from nof1_tracker.history import ENTRY_SIDES, ChatPoint, EntryDecision
from nof1_tracker.records import ChatDecision


def read_answers(
    session: Session, window: Window, ids: Collection[int]
) -> Mapping[int, Sequence[ChatPoint]]:
    """Every conversation, oldest first."""
    failed = func.coalesce(ModelChat.decision, "") == ChatDecision.NONE
    rows = read_columns(
        session,
        select(
            ModelChat.model_id,
            ModelChat.timestamp,
            ModelChat.cycle_id,
            failed.label("failed"),
        )
        .where(*window.inside(ModelChat.season_id, ModelChat.timestamp))
        .order_by(ModelChat.timestamp, ModelChat.id),
    )
    return {each: _answers(where(rows, rows["model_id"] == each)) for each in ids}


def _answers(rows: Columns) -> Sequence[ChatPoint]:
    columns = zip(
        aware_times(rows["timestamp"]),
        known(rows["cycle_id"]),
        (~rows["failed"]).tolist(),
        strict=True,
    )
    return list(map(ChatPoint._make, columns))


def read_signals(session: Session, window: Window) -> Mapping[int, Mapping[str, int]]:
    """How many decisions, by the site's word."""
    rows = session.execute(
        select(ModelChat.model_id, ChatDecisionRow.signal, func.count())
        .join(ChatDecisionRow, ChatDecisionRow.model_chat_id == ModelChat.id)
        .where(*window.inside(ModelChat.season_id, ModelChat.timestamp))
        .group_by(ModelChat.model_id, ChatDecisionRow.signal)
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for model_id, signal, count in rows:
        found[model_id][signal] = count
    return found


def read_decisions(
    session: Session, window: Window, ids: Collection[int]
) -> Mapping[int, Sequence[EntryDecision]]:
    """Those that open a position, oldest first."""
    rows: Any = session.execute(
        select(
            ModelChat.model_id,
            ChatDecisionRow.symbol,
            ChatDecisionRow.signal,
            ModelChat.timestamp,
            number(ChatDecisionRow.confidence),
            number(ChatDecisionRow.stop_loss),
            number(ChatDecisionRow.profit_target),
        )
        .join(ChatDecisionRow, ChatDecisionRow.model_chat_id == ModelChat.id)
        .where(
            *window.inside(ModelChat.season_id, ModelChat.timestamp),
            ModelChat.model_id.in_(ids),
            ChatDecisionRow.signal.in_(ENTRY_SIDES),
        )
        .order_by(ModelChat.timestamp, ChatDecisionRow.id)
    )
    found: dict[int, list[EntryDecision]] = defaultdict(list)
    for model_id, symbol, signal, decided_at, *plan in rows:
        side = ENTRY_SIDES[signal]
        found[model_id].append(EntryDecision(symbol, side, decided_at, *plan))
    return found
