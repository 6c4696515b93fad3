"""What models said and decided in a window, keyed by `model_id`."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nof1_tracker.database.columns.numpy_columns import (
    Columns,
    aware_times,
    known,
    place_among,
    read_columns,
    where,
)
from nof1_tracker.database.models import ChatDecisionRow, ModelChat
from nof1_tracker.database.read.windows import Window
from nof1_tracker.records.enums import ChatDecision
from nof1_tracker.records.season_history import ENTRY_SIDES, ChatPoint, EntryDecision

_OPENS = ChatDecisionRow.signal.in_(ENTRY_SIDES)


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
    """The number of decisions by signal, in the site's own words."""
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
    """The decisions that open a position, oldest first."""
    symbols = session.scalars(
        select(ChatDecisionRow.symbol).where(_OPENS).distinct()
    ).all()
    rows = read_columns(
        session,
        select(
            ModelChat.model_id,
            ModelChat.timestamp,
            place_among(symbols, ChatDecisionRow.symbol).label("symbol"),
            place_among(list(ENTRY_SIDES), ChatDecisionRow.signal).label("signal"),
            ChatDecisionRow.confidence,
            ChatDecisionRow.stop_loss,
            ChatDecisionRow.profit_target,
        )
        .join(ChatDecisionRow, ChatDecisionRow.model_chat_id == ModelChat.id)
        .where(*window.inside(ModelChat.season_id, ModelChat.timestamp), _OPENS)
        .order_by(ModelChat.timestamp, ChatDecisionRow.id),
    )
    return {
        each: _decisions(where(rows, rows["model_id"] == each), symbols) for each in ids
    }


def _decisions(rows: Columns, symbols: Sequence[str]) -> Sequence[EntryDecision]:
    sides = list(ENTRY_SIDES.values())
    columns = zip(
        [symbols[place] for place in rows["symbol"]],
        [sides[place] for place in rows["signal"]],
        aware_times(rows["timestamp"]),
        known(rows["confidence"]),
        known(rows["stop_loss"]),
        known(rows["profit_target"]),
        strict=True,
    )
    return list(map(EntryDecision._make, columns))
