"""Which source is shown where several observed the same account at the same instant."""

from typing import Any

from sqlalchemy import ColumnElement, case, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from nof1_tracker.database.models import LeaderboardSnapshot
from nof1_tracker.records.enums import EquitySource

TRUSTED = tuple(source for source in EquitySource if source.trusted)
UNTRUSTED = tuple(source for source in EquitySource if not source.trusted)


def trust(source: InstrumentedAttribute[EquitySource]) -> ColumnElement[int]:
    """The place of a source among all sources; 0 is the most trustworthy."""
    places = enumerate(EquitySource)
    return case(*((source == each, place) for place, each in places), else_=-1)


def newest_first(table: Any) -> tuple[Any, ...]:
    """Sorts snapshots or positions by time; of one instant the best source is first."""
    return table.timestamp.desc(), trust(table.source)


def oldest_first(table: Any) -> tuple[Any, ...]:
    """Sorts snapshots or positions by time; of one instant the best source is first."""
    return table.timestamp, trust(table.source)


def is_best_source() -> ColumnElement[bool]:
    """True for a snapshot unless a more trustworthy source has one of its instant."""
    this, other = LeaderboardSnapshot, aliased(LeaderboardSnapshot)
    better = (
        select(other.id)
        .where(
            other.model_id == this.model_id,
            other.timestamp == this.timestamp,
            trust(other.source) < trust(this.source),
        )
        .correlate(this)
        .exists()
    )
    return or_(this.source == next(iter(EquitySource)), ~better)
