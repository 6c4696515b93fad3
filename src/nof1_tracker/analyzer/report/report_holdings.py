"""What is held of each account, out of the history that a report has read already."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from nof1_tracker.records.account_columns import TimeArray
from nof1_tracker.records.history.verification import (
    AccountHoldings,
    HeldConversation,
    HeldEquity,
    HeldLeg,
    StatedCount,
)
from nof1_tracker.records.season_history import AccountHistory, SeasonHistory

_HOUR = np.timedelta64(1, "h")


def holdings_of(history: SeasonHistory) -> Sequence[AccountHoldings] | None:
    """The holdings, without their sources, and with one equity for each hour.

    None where the history does not tell: it begins within the season, or lacks the start
    of an account, from which hours are counted.
    """
    starts = [each.started_at for each in history.accounts]
    is_told = all(at is not None and history.season.holds(at) for at in starts)
    if history.since is not None or not is_told:
        return None
    return [_of_account(each) for each in history.accounts]


def _of_account(account: AccountHistory) -> AccountHoldings:
    return AccountHoldings(
        account=account.account,
        started_at=account.started_at,
        equities=list(_equities(account)),
        conversations=[
            HeldConversation(each.answered_at, each.cycle_id)
            for each in account.answers
        ],
        legs=[HeldLeg(at, "") for at in _times(np.sort(account.legs.closed_at))],
        counts=[
            StatedCount(*each)
            for each in zip(
                _times(account.counts.observed_at),
                account.counts.total.tolist(),
                strict=True,
            )
        ],
    )


def _equities(account: AccountHistory) -> Iterator[HeldEquity]:
    """The first equity of each hour since the start."""
    times = account.snapshots.observed_at
    if account.started_at is None or not len(times):
        return
    start = np.datetime64(account.started_at.astimezone(UTC).replace(tzinfo=None), "us")
    hours = np.maximum((times - start) // _HOUR, 0)
    kinds, first = np.unique(hours, return_index=True)
    for hour, at in zip(kinds.tolist(), _times(times[first]), strict=True):
        yield HeldEquity(at, "", hour)
    yield HeldEquity(_times(times[-1:])[0], "", int(hours[-1]))


def _times(times: TimeArray) -> list[datetime]:
    """As aware times, without those that are not known."""
    known: list[Any] = times[~np.isnat(times)].tolist()
    return [each.replace(tzinfo=UTC) for each in known]
