"""Stores competing accounts: one row each, whichever ids the site serves them under."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from nof1_tracker.clock import latest_believed
from nof1_tracker.database.feed.write_feed import note_correction
from nof1_tracker.database.models import LeaderboardSnapshot, LLMModel
from nof1_tracker.database.read.best_source import TRUSTED
from nof1_tracker.database.write.identity.identities import (
    JUST_BEFORE,
    Identities,
    is_substitute,
)
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.history.backfills import Wallet
from nof1_tracker.records.parsed import Account

CLOCK_SLACK = timedelta(hours=1)
"""By how much the times of two answers to one run may differ."""
_NEVER = datetime.min.replace(tzinfo=UTC)
_NAMING = (
    "name",
    "provider",
    "base_model",
    "variant",
    "served_name",
    "name_observed_at",
)

Naming = tuple[bool, bool, datetime, str]


@dataclass(frozen=True)
class AccountRow:
    """The stored row of an account."""

    id: int
    account_id: str
    is_benchmark: bool


@dataclass(frozen=True)
class BroughtAccount:
    """An account as another database knows it.

    Attributes:
        named_at: When the site was observed to use its name.
        ids: All of its ids, and since when each is known.
        started_at: When it started, as the site stated it.
    """

    account: Account
    named_at: datetime | None
    ids: Mapping[str, datetime | None]
    started_at: datetime | None
    is_active: bool


@dataclass(frozen=True)
class Brought:
    """The stored rows of accounts that were brought, by the id given; how many are new."""

    accounts: Mapping[str, AccountRow]
    new: int


Merge = Callable[[AccountRow, int], None]
"""Moves to an account the rows of the one with that `llm_models.id`."""


class AccountRepository:
    """Adds accounts as they appear and follows their renames.

    Attributes:
        notes: What was decided about accounts, one line each for a person.
    """

    def __init__(self, session: Session, merge: Merge) -> None:
        self._session = session
        self._merge = merge
        self._joined: list[tuple[int, int]] = []
        self.notes: list[str] = []

    @property
    def have_joined(self) -> bool:
        """Whether accounts turned out to be one in this unit of work."""
        return bool(self._joined)

    @cached_property
    def _identities(self) -> Identities:
        return Identities(self._session)

    def ensure(
        self,
        accounts: Iterable[Account],
        observed_at: datetime | None,
        *,
        by_name: bool = False,
    ) -> Mapping[str, AccountRow]:
        """The stored rows by the accounts' keys; unknown accounts are added first.

        Two accounts that were opened before a row stated that they are one become one.
        The name that stands is the one that the site was observed to use last; a
        corrected name stays until the site uses another.

        Args:
            observed_at: When they were served so, by the source's clock; None if no
                time is known: then no known name gives way.
            by_name: For sources that know only display names: an unknown id is first
                looked up by its name.
        """
        found: dict[str, int] = {}
        for account in accounts:
            joined = len(self._joined)
            row = self._row_of(account, observed_at, by_name=by_name)
            self._name(row, account, observed_at)
            found = self._followed(found, joined)
            found[account.key] = row.id
        self._session.flush()
        return {key: self._account_row(row_id) for key, row_id in found.items()}

    def bring(self, known: Iterable[BroughtAccount]) -> Brought:
        """Stores accounts as another database knows them, by the rules of `ensure`.

        The later of two starts is kept. Whether an account is active is taken over
        only for new accounts.
        """
        found: dict[str, int] = {}
        new = 0
        for each in known:
            joined = len(self._joined)
            is_new = not any(self._identities.holder(one) for one in each.ids)
            row = self._row_of(each.account, None, by_name=False)
            for identity, at in each.ids.items():
                self._identities.note(row, identity, at)
            self._identities.settle(row)
            self._name(row, each.account, each.named_at)
            starts = [at for at in (row.started_at, each.started_at) if at]
            row.started_at = max(starts, default=None)
            if is_new:
                row.is_active = each.is_active
                new += 1
            found = self._followed(found, joined)
            found[each.account.account_id] = row.id
        self._session.flush()
        return Brought(
            {key: self._account_row(row_id) for key, row_id in found.items()}, new
        )

    def _followed(self, found: dict[str, int], joined: int) -> dict[str, int]:
        """The ids of rows after every join but the first `joined` ones.

        At once, as SQLite may give the id that is free now to the next account.
        """
        for gone, kept in self._joined[joined:]:
            found = {key: kept if i == gone else i for key, i in found.items()}
        return found

    def _account_row(self, row_id: int) -> AccountRow:
        row = self._session.get_one(LLMModel, row_id)
        return AccountRow(row.id, str(row.model_id), row.is_benchmark)

    def _row_of(
        self, account: Account, observed_at: datetime | None, *, by_name: bool
    ) -> LLMModel:
        known = self._identities
        if account.run_id and (row := known.holder(account.run_id)):
            return row
        row = None
        for identity in (account.account_id, *account.aliases, *account.former):
            other = known.holder(identity)
            if other is None or other is row or not self._is_one(account, row, other):
                continue
            row = other if row is None else self._join(row, other)
        if row is None and by_name and (row := self._named(account.name)):
            return row
        row = row or self._add(account)
        for identity in (account.account_id, *account.aliases):
            known.note(row, identity, observed_at)
        for identity in account.former:
            known.note(row, identity, observed_at and observed_at - JUST_BEFORE)
        known.settle(row)
        return row

    def _is_one(self, account: Account, row: LLMModel | None, other: LLMModel) -> bool:
        """False if the ids are of different runs: each run is an account of its own."""
        runs = set(self._identities.runs(other))
        if row is not None:
            runs |= self._identities.runs(row)
        if account.variant is not None and not is_substitute(account.account_id):
            runs.add(account.account_id)
        return len(runs) <= 1

    def _named(self, name: str) -> LLMModel | None:
        return self._session.scalars(
            select(LLMModel).where(LLMModel.name == name)
        ).first()

    def _add(self, account: Account) -> LLMModel:
        row = LLMModel(
            name=self._free_name(account, None),
            provider=account.provider,
            model_id=account.account_id,
            base_model=account.base_model,
            variant=account.variant,
            is_benchmark=account.is_benchmark,
        )
        self._session.add(row)
        self._session.flush()
        self._identities.add(row)
        return row

    def _join(self, one: LLMModel, other: LLMModel) -> LLMModel:
        """Makes one account of two, with all rows of both."""
        kept, gone = sorted((one, other), key=lambda row: row.id)
        self.notes.append(
            f"{kept.name} ({kept.model_id}) and {gone.name} ({gone.model_id}) are one"
            " account: their rows were joined"
        )
        newest = max(kept, gone, key=_naming_of)
        naming = {name: getattr(newest, name) for name in _NAMING}
        if newest.provider == "Unknown":
            naming["provider"] = (gone if newest is kept else kept).provider
        started = [each for each in (kept.started_at, gone.started_at) if each]
        kept.started_at = max(started, default=None)
        kept.is_active = kept.is_active or gone.is_active
        self._session.flush()
        self._merge(AccountRow(kept.id, str(kept.model_id), kept.is_benchmark), gone.id)
        self._joined.append((gone.id, kept.id))
        self._identities.give(kept, gone)
        for name, value in naming.items():
            setattr(kept, name, value)
        return kept

    def _name(
        self, row: LLMModel, account: Account, observed_at: datetime | None
    ) -> None:
        """Gives the account the name of a row, unless it has a later one."""
        naming = _naming(
            account.variant, account.served_name, observed_at, account.base_model
        )
        if naming <= _naming_of(row):
            return
        spelled = row.served_name or row.base_model
        is_other = spelled != (account.served_name or account.base_model)
        if is_other or row.variant != account.variant:
            row.name = self._free_name(account, row.id)
            is_known = account.provider != "Unknown"
            if is_known and account.base_model != row.base_model:
                row.provider = account.provider
            row.base_model = account.base_model
            row.variant = account.variant
        row.served_name = account.served_name
        row.name_observed_at = observed_at

    def _free_name(self, account: Account, row_id: int | None) -> str:
        """The account's name, made unique if another account already has it."""
        holder = self._named(account.name)
        if holder is None or holder.id == row_id:
            return account.name
        return f"{account.name} ({account.account_id})"[:255]

    def note_listed(
        self, rows: Iterable[AccountRow], observed_at: datetime
    ) -> Mapping[str, bool]:
        """Marks the accounts on the site's list as active and all others as inactive.

        A list that is older than the stored equities, or that names no competitor (as
        between two seasons), changes nothing.

        Returns:
            Whether each account that changed is active now, by name.
        """
        listed = {row.id: row for row in rows}
        if all(row.is_benchmark for row in listed.values()):
            return {}
        if self._newest_equity_at() > observed_at + CLOCK_SLACK:
            return {}
        changed = {}
        for account in self._session.scalars(select(LLMModel)):
            is_listed = account.id in listed
            if account.is_active is not is_listed:
                account.is_active = changed[account.name] = is_listed
        self._session.flush()
        return changed

    def _newest_equity_at(self) -> datetime:
        """Time of the newest equity that the source itself dates.

        One dated ahead of our clock is a fault that must not hide all later lists.
        """
        newest = self._session.scalar(
            select(LeaderboardSnapshot.timestamp)
            .where(
                LeaderboardSnapshot.source.in_(TRUSTED),
                LeaderboardSnapshot.timestamp <= latest_believed(),
            )
            .order_by(LeaderboardSnapshot.timestamp.desc())
            .limit(1)
        )
        return newest or datetime.min.replace(tzinfo=UTC)

    def overview(self) -> list[tuple[str, ...]]:
        """Id, name, provider, base model, variant, active or not; ordered by name."""
        rows = self._session.scalars(select(LLMModel).order_by(LLMModel.name))
        return [
            (
                row.model_id or "-",
                row.name,
                row.provider,
                row.base_model or "-",
                row.variant or "-",
                "yes" if row.is_active else "no",
            )
            for row in rows
        ]

    def wallets(self) -> list[Wallet]:
        """The accounts whose wallet is known, by id."""
        rows = self._session.scalars(
            select(LLMModel).where(LLMModel.wallet.is_not(None)).order_by(LLMModel.id)
        )
        return [
            Wallet(row.id, row.model_id or row.name, row.wallet)
            for row in rows
            if row.wallet is not None
        ]

    def of_wallet(self, wallet: str) -> int | None:
        """The id of the account with this wallet; None where none has it."""
        return self._session.scalars(
            select(LLMModel.id).where(LLMModel.wallet == wallet).order_by(LLMModel.id)
        ).first()

    def give_wallet(self, model_id: int, wallet: str) -> None:
        """Stores the wallet of an account that has none."""
        row = self._session.get_one(LLMModel, model_id)
        row.wallet = row.wallet or wallet
        self._session.flush()

    def correct(
        self,
        account_id: str,
        *,
        name: str | None,
        provider: str | None,
        wallet: str | None = None,
    ) -> None:
        """Corrects the name, the provider or the wallet of an account.

        Raises:
            ConfigurationError: There is no such account, or the name is taken.
        """
        row = self._session.scalars(
            select(LLMModel).where(LLMModel.model_id == account_id)
        ).first()
        if row is None:
            raise ConfigurationError(
                f"There is no account {account_id!r}.",
                "See `nof1-tracker models list`.",
            )
        taken = self._session.scalars(
            select(LLMModel.model_id).where(
                LLMModel.name == name, LLMModel.id != row.id
            )
        ).first()
        if taken is not None:
            raise ConfigurationError(
                f"The account {taken!r} already has the name {name!r}.",
                "Choose another name.",
            )
        row.name = name or row.name
        row.provider = provider or row.provider
        row.wallet = wallet or row.wallet
        self._session.flush()
        note_correction(self._session)


def _naming_of(row: LLMModel) -> Naming:
    return _naming(
        row.variant, row.served_name, row.name_observed_at, row.base_model or ""
    )


def _naming(
    variant: str | None, served_name: str | None, at: datetime | None, base: str
) -> Naming:
    """What a name is weighed by; of an account's, the greatest stands."""
    return (
        variant is not None,
        served_name is not None,
        at or _NEVER,
        served_name or base,
    )
