"""Finds conversations that the site no longer served when it was asked."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nof1_tracker.clock import latest_believed
from nof1_tracker.database.models import ModelChat
from nof1_tracker.records.changes import ConversationGap

_Cycle = tuple[int, datetime]
"""A conversation's number within its account, and its time."""


def new_gaps(session: Session, after: int) -> tuple[ConversationGap, ...]:
    """Gaps above the highest conversation of each account at the last look.

    A gap below it was reported then; filling a part of it is not news.
    """
    rows: Iterable[Any] = session.execute(
        select(
            ModelChat.model_id,
            ModelChat.season_id,
            ModelChat.cycle_id,
            ModelChat.timestamp,
        )
        .where(
            ModelChat.id > after,
            ModelChat.cycle_id.is_not(None),
            ModelChat.timestamp <= latest_believed(),
        )
        .order_by(ModelChat.cycle_id)
    )
    new: dict[tuple[int, int | None], list[_Cycle]] = defaultdict(list)
    for model_id, season_id, cycle_id, timestamp in rows:
        new[model_id, season_id].append((cycle_id, timestamp))
    return tuple(
        ConversationGap(model_id, before, cycle, since, until)
        for (model_id, season_id), cycles in sorted(new.items(), key=repr)
        for (before, since), (cycle, until) in pairwise(
            _with_highest(session, model_id, season_id, after, cycles)
        )
        if cycle - before > 1
    )


def _with_highest(
    session: Session, model_id: int, season_id: int | None, upto: int, new: list[_Cycle]
) -> list[_Cycle]:
    """The highest cycle stored up to that id, if any, then the new ones above it."""
    stored: Any = session.execute(
        select(ModelChat.cycle_id, ModelChat.timestamp)
        .where(
            ModelChat.model_id == model_id,
            # Keeps SQLite from using the index of seasons: nearly all rows are of
            # one season, and the index (model_id, cycle_id) has them in order.
            ModelChat.season_id + 0 == season_id,
            ModelChat.cycle_id.is_not(None),
            ModelChat.id <= upto,
            ModelChat.timestamp <= latest_believed(),
        )
        .order_by(ModelChat.cycle_id.desc())
        .limit(1)
    ).first()
    if stored is None:
        return new
    return [tuple(stored), *(each for each in new if each[0] > stored[0])]
