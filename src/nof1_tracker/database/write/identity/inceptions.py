"""Stores when accounts started."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from nof1_tracker.database.models import LLMModel
from nof1_tracker.database.write.accounts import AccountRow
from nof1_tracker.records.parsed import Inception

_NAMED = 3
"""Accounts that a note names; of more, it states the number."""


@dataclass(frozen=True)
class NotedInceptions:
    """What noting inceptions did.

    Attributes:
        changed: How many accounts have another start now.
        notes: One line for a person on each kind of contradiction.
    """

    changed: int
    notes: Sequence[str]


class InceptionRepository:
    """Keeps the start of each account: the latest that the site stated.

    An account that begins a new season starts again, so a later start replaces the
    stored one. An earlier one is kept out. Neither happens without a note.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def note(
        self, inceptions: Iterable[Inception], accounts: Mapping[str, AccountRow]
    ) -> NotedInceptions:
        """Stores the starts; of several of one account, the latest."""
        served: dict[int, datetime] = {}
        for each in inceptions:
            row_id = accounts[each.account_id].id
            served[row_id] = max(each.started_at, served.get(row_id, each.started_at))
        later: list[str] = []
        earlier: list[str] = []
        changed = 0
        for row_id, started_at in served.items():
            row = self._session.get_one(LLMModel, row_id)
            known = row.started_at
            if known is None or known < started_at:
                row.started_at = started_at
                changed += 1
            if known is not None and known != started_at:
                told = f"{row.name} {_minute(known)} -> {_minute(started_at)}"
                (later if known < started_at else earlier).append(told)
        self._session.flush()
        return NotedInceptions(changed, list(_notes(later, earlier)))


def _notes(later: Sequence[str], earlier: Sequence[str]) -> Iterable[str]:
    if later:
        yield f"accounts started again (UTC): {_first_of(later)}"
    if earlier:
        yield f"earlier inceptions (UTC) were kept out: {_first_of(earlier)}"


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"


def _first_of(told: Sequence[str]) -> str:
    more = len(told) - _NAMED
    return ", ".join(told[:_NAMED]) + (f" and {more} more" if more > 0 else "")
