"""Measures the rate of ModelChat and finds conversations that were missed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from nof1_tracker.clock import latest_believed
from nof1_tracker.database.models import LLMModel, ModelChat

RECENT = timedelta(hours=2)
"""Period before the newest conversation over which the rate is measured."""
_MOST_MISSED = 4
"""Most missed conversations per stored one: cycle ids may start over."""


@dataclass(frozen=True, slots=True)
class MissedChats:
    """Conversations of an account that are missing before newly stored ones.

    Attributes:
        since, until: Times of the stored conversations before and after the gap.
    """

    name: str
    missing: int
    since: datetime
    until: datetime


class ChatRateQueries:
    """Queries of the monitor, over the newest conversations only.

    Conversations dated more than a day ahead of our clock are left out.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def rates(self) -> Mapping[str, float]:
        """Conversations per minute by competition; "" is the key without one.

        Counted by cycle ids where there are any, so that missed ones count too.
        """
        cycle, time = ModelChat.cycle_id, ModelChat.timestamp
        latest = latest_believed()
        newest = self._session.scalar(select(func.max(time)).where(time <= latest))
        if newest is None:
            return {}
        rows = self._session.execute(
            select(
                LLMModel.variant,
                func.count(),
                func.max(cycle) - func.min(cycle),
                func.min(time),
                func.max(time),
            )
            .join(LLMModel, LLMModel.id == ModelChat.model_id)
            .where(time > newest - RECENT, time <= newest)
            .group_by(ModelChat.model_id, LLMModel.variant)
        )
        rates: dict[str, float] = defaultdict(float)
        for variant, stored, cycles, first, last in rows:
            rates[variant or ""] += _rate(stored, cycles, last - first)
        return dict(rates)

    def newest_id(self) -> int:
        """The highest id of all conversations; 0 if there are none."""
        return self._session.scalar(select(func.max(ModelChat.id))) or 0

    def missed_after(self, newest_id: int) -> Sequence[MissedChats]:
        """The gaps right before conversations stored after the one with that id."""
        before = aliased(ModelChat)
        predecessor = (
            select(before.id)
            .where(
                before.model_id == ModelChat.model_id,
                before.cycle_id < ModelChat.cycle_id,
                before.timestamp <= latest_believed(),
            )
            .order_by(before.cycle_id.desc())
            .limit(1)
            .correlate(ModelChat)
            .scalar_subquery()
        )
        rows = self._session.execute(
            select(
                LLMModel.name,
                ModelChat.cycle_id - before.cycle_id - 1,
                before.timestamp,
                ModelChat.timestamp,
            )
            .join(LLMModel, LLMModel.id == ModelChat.model_id)
            .join(before, before.id == predecessor)
            .where(
                ModelChat.id > newest_id,
                ModelChat.timestamp <= latest_believed(),
                ModelChat.cycle_id - before.cycle_id > 1,
            )
            .order_by(LLMModel.name, ModelChat.timestamp)
        )
        return [
            MissedChats(name, int(missing or 0), since, until)
            for name, missing, since, until in rows
        ]


def _rate(stored: int, cycles: int | None, span: timedelta) -> float:
    """Conversations of one account per minute; 0 if fewer than two are known."""
    minutes = span / timedelta(minutes=1)
    if stored < 2 or minutes <= 0:
        return 0.0
    counted = stored - 1
    if cycles is not None:
        counted = min(max(counted, cycles), _MOST_MISSED * counted)
    return counted / minutes
