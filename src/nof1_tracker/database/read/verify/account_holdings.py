"""Reads what is held of a season's accounts, to be counted."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Executable, select
from sqlalchemy.orm import Session

from nof1_tracker.database.models import (
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    Trade,
)
from nof1_tracker.database.read.queries import account_of
from nof1_tracker.database.read.verify.stated_counts import stated_counts
from nof1_tracker.database.read.windows import Window
from nof1_tracker.records.history.verification import (
    AccountHoldings,
    HeldConversation,
    HeldEquity,
    HeldLeg,
    StatedCount,
)


class HoldingsQueries:
    """Queries of `verify`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_season(
        self, window: Window, account_ids: Collection[str] | None = None
    ) -> Sequence[AccountHoldings]:
        """What is held of each account of a season up to the window's end, by name.

        Args:
            account_ids: None for all accounts.
        """
        equities = self._by_account(_equities(window))
        chats = self._by_account(_conversations(window))
        legs = self._by_account(_legs(window))
        counts = self._by_account(stated_counts(window))
        found = equities.keys() | chats.keys() | legs.keys()
        rows = self._session.scalars(
            select(LLMModel).where(LLMModel.id.in_(found)).order_by(LLMModel.name)
        )
        return [
            AccountHoldings(
                account_of(row),
                row.started_at,
                [HeldEquity(*each) for each in equities[row.id] if each[1].trusted],
                [HeldConversation(*each) for each in chats[row.id]],
                [HeldLeg(*each) for each in legs[row.id]],
                [StatedCount(*each) for each in counts[row.id]],
            )
            for row in rows
            if account_ids is None or account_of(row).account_id in account_ids
        ]

    def _by_account(self, query: Executable) -> Mapping[int, list[tuple[Any, ...]]]:
        """The columns after the first, in their order, by the account in the first."""
        rows: Iterable[Any] = self._session.execute(query)
        found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for model_id, *rest in rows:
            found[model_id].append(tuple(rest))
        return found


def _equities(window: Window) -> Executable:
    """Those of untrusted sources too: they tell that an account took part."""
    table = LeaderboardSnapshot
    return (
        select(table.model_id, table.timestamp, table.source, table.hourly_marker)
        .where(*window.up_to_end(table.season_id, table.timestamp))
        .order_by(table.timestamp)
    )


def _conversations(window: Window) -> Executable:
    table = ModelChat
    return (
        select(table.model_id, table.timestamp, table.cycle_id)
        .where(*window.up_to_end(table.season_id, table.timestamp))
        .order_by(table.timestamp)
    )


def _legs(window: Window) -> Executable:
    table = Trade
    return (
        select(table.model_id, table.closed_at, table.source)
        .where(
            *window.up_to_end(table.season_id, table.closed_at),
            table.exit_price.is_not(None),
        )
        .order_by(table.closed_at)
    )
