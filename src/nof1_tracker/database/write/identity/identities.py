"""The ids under which the site has served accounts.

The id that stands is the account's run, where it has one, else the id that the site
used first: it does not change when a model is renamed. The others are aliases.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property

from sqlalchemy import String, cast, literal, select, update
from sqlalchemy.orm import Session

from nof1_tracker.database.event_models import EventRow
from nof1_tracker.database.models import AccountAlias, LLMModel, Trade

_UNKNOWN = datetime.max.replace(tzinfo=UTC)
JUST_BEFORE = timedelta(microseconds=1)
"""A former id was used before the row that calls it former."""


class Identities:
    """All ids of all accounts, within one unit of work."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def _accounts(self) -> dict[int, LLMModel]:
        return {row.id: row for row in self._session.scalars(select(LLMModel))}

    @cached_property
    def _aliases(self) -> dict[str, AccountAlias]:
        return {row.alias: row for row in self._session.scalars(select(AccountAlias))}

    @cached_property
    def _holders(self) -> dict[str, int]:
        held = {alias: row.model_id for alias, row in self._aliases.items()}
        return held | {
            row.model_id: row.id for row in self._accounts.values() if row.model_id
        }

    def holder(self, identity: str) -> LLMModel | None:
        """The account that was served under that id."""
        held = self._holders.get(identity)
        return None if held is None else self._accounts[held]

    def of(self, row: LLMModel) -> set[str]:
        """All ids of an account."""
        return {each for each, held in self._holders.items() if held == row.id}

    def runs(self, row: LLMModel) -> set[str]:
        """The runs among the ids of an account in a competition: at most one."""
        if row.variant is None:
            return set()
        return {each for each in self.of(row) if not is_substitute(each)}

    def add(self, row: LLMModel) -> None:
        """Makes an account known that was just stored."""
        self._accounts[row.id] = row
        if row.model_id is not None:
            self._holders[row.model_id] = row.id

    def note(self, row: LLMModel, identity: str, at: datetime | None) -> None:
        """Notes that the site used an id of the account, unless another has that id."""
        if self._holders.setdefault(identity, row.id) != row.id:
            return
        if identity == row.model_id:
            row.id_observed_at = _earlier(row.id_observed_at, at)
        elif (alias := self._aliases.get(identity)) is not None:
            alias.observed_at = _earlier(alias.observed_at, at)
        else:
            alias = AccountAlias(alias=identity, model_id=row.id, observed_at=at)
            self._session.add(alias)
            self._aliases[identity] = alias

    def settle(self, row: LLMModel) -> None:
        """Gives an account the id that stands among those known."""
        times = dict(self._times(row))
        standing = min(times, key=lambda each: _place(each, times[each]))
        if standing == row.model_id:
            return
        before, row.model_id = str(row.model_id), standing
        row.id_observed_at = times[standing]
        self._forget([standing])
        self.note(row, before, times[before])
        self._follow(row, before)

    def give(self, kept: LLMModel, gone: LLMModel) -> None:
        """Gives the ids of one account to another, and forgets the one."""
        times = dict(self._times(gone))
        before = str(gone.model_id)
        self._forget(times)
        for identity in times:
            del self._holders[identity]
        self._session.delete(gone)
        self._session.flush()
        del self._accounts[gone.id]
        for identity, at in times.items():
            self.note(kept, identity, at)
        self._follow(kept, before)

    def _forget(self, identities: Iterable[str]) -> None:
        """Deletes aliases, at once: their ids are about to be used otherwise."""
        self._session.flush()
        for identity in identities:
            if alias := self._aliases.pop(identity, None):
                self._session.delete(alias)
        self._session.flush()

    def _times(self, row: LLMModel) -> Iterator[tuple[str, datetime | None]]:
        """The ids of an account, and since when the site is known to use them."""
        if row.model_id is not None:
            yield row.model_id, row.id_observed_at
        for alias in self._aliases.values():
            if alias.model_id == row.id:
                yield alias.alias, alias.observed_at

    def _follow(self, row: LLMModel, before: str) -> None:
        """Renames what is named by the account: open positions, and events."""
        self._session.execute(
            update(Trade)
            .where(
                Trade.model_id == row.id,
                Trade.exit_price.is_(None),
                Trade.entry_oid.is_not(None),
            )
            .values(
                trade_id=literal(f"{row.model_id}_") + cast(Trade.entry_oid, String)
            )
            .execution_options(synchronize_session=False)
        )
        self._session.execute(
            update(EventRow)
            .where(EventRow.account_id == before)
            .values(account_id=row.model_id)
            .execution_options(synchronize_session=False)
        )


def is_substitute(identity: str) -> bool:
    """True for an id made of model and competition, used where no run is served."""
    return re.fullmatch(r".+@[a-z0-9]+", identity) is not None


def _place(identity: str, at: datetime | None) -> tuple[bool, datetime, str]:
    return is_substitute(identity), at or _UNKNOWN, identity


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    known = [each for each in (one, other) if each is not None]
    return min(known, default=None)
