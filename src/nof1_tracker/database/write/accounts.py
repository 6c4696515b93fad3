"""Stores competing accounts: one row each, found by the site's id."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import String, cast, literal, select, update
from sqlalchemy.orm import Session

from nof1_tracker.clock import latest_believed
from nof1_tracker.database.models import LeaderboardSnapshot, LLMModel, Trade
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.enums import EquitySource
from nof1_tracker.records.parsed import Account, Inception

CLOCK_SLACK = timedelta(hours=1)
"""By how much the times of two answers to one run may differ."""


@dataclass(frozen=True)
class AccountRow:
    """The stored row of an account."""

    id: int
    account_id: str
    is_benchmark: bool


class AccountRepository:
    """Adds accounts as they appear and follows their renames."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def ensure(
        self,
        accounts: Iterable[Account],
        observed_at: datetime,
        *,
        by_name: bool = False,
    ) -> Mapping[str, AccountRow]:
        """The stored rows by account id; unknown accounts are added first.

        When the site spells a name differently than before, the new name replaces the
        stored one, unless it was observed earlier; a corrected name stays until then.
        With `by_name`, for sources that know only display names, an unknown id is
        first looked up by its name.
        """
        wanted = {account.account_id: account for account in accounts}
        stored = {
            str(row.model_id): row
            for row in self._session.scalars(
                select(LLMModel).where(LLMModel.model_id.in_(wanted))
            )
        }
        for account_id, account in wanted.items():
            if account_id not in stored:
                known = self._named(account.name) if by_name else self._twin(account)
                stored[account_id] = known or self._add(account, observed_at)
            elif _renamed(stored[account_id], account, observed_at):
                self._rename(stored[account_id], account, observed_at)
        self._session.flush()
        return {
            account_id: AccountRow(row.id, account_id, row.is_benchmark)
            for account_id, row in stored.items()
        }

    def _named(self, name: str) -> LLMModel | None:
        return self._session.scalars(
            select(LLMModel).where(LLMModel.name == name)
        ).first()

    def _add(self, account: Account, observed_at: datetime) -> LLMModel:
        row = LLMModel(
            name=self._free_name(account),
            provider=account.provider,
            model_id=account.account_id,
            base_model=account.base_model,
            variant=account.variant,
            served_name=account.served_name,
            name_observed_at=observed_at if account.served_name else None,
            is_benchmark=account.is_benchmark,
        )
        self._session.add(row)
        self._session.flush()
        return row

    def _twin(self, account: Account) -> LLMModel | None:
        """The account of the same model in the same competition.

        A row without a run id identifies the account by model and competition
        (grok-4@3). Whichever of the two ids is seen first, it is one account.
        """
        if account.variant is None:
            return None
        rows = self._session.scalars(
            select(LLMModel).where(
                LLMModel.base_model == account.base_model,
                LLMModel.variant == account.variant,
            )
        ).all()
        by_run = not _is_of_competition(account.account_id)
        if len(rows) != 1 or _is_of_competition(str(rows[0].model_id)) is not by_run:
            return None
        if by_run:
            self._identify(rows[0], account.account_id)
        return rows[0]

    def _identify(self, row: LLMModel, account_id: str) -> None:
        """Gives an account its run id, now that it is known."""
        row.model_id = account_id
        self._session.execute(
            update(Trade)
            .where(
                Trade.model_id == row.id,
                Trade.exit_price.is_(None),
                Trade.entry_oid.is_not(None),
            )
            .values(trade_id=literal(f"{account_id}_") + cast(Trade.entry_oid, String))
            .execution_options(synchronize_session=False)
        )

    def _rename(self, row: LLMModel, account: Account, observed_at: datetime) -> None:
        if row.served_name != account.served_name:
            row.name = self._free_name(account)
            row.base_model = account.base_model
            if row.provider == "Unknown":
                row.provider = account.provider
        row.served_name = account.served_name
        row.name_observed_at = observed_at

    def _free_name(self, account: Account) -> str:
        """The account's name, made unique if another account already has it."""
        holder = self._session.scalars(
            select(LLMModel.model_id).where(LLMModel.name == account.name)
        ).first()
        if holder is None or holder == account.account_id:
            return account.name
        return f"{account.name} ({account.account_id})"[:255]

    def note_inceptions(
        self, inceptions: Iterable[Inception], rows: Mapping[str, AccountRow]
    ) -> int:
        """Stores when accounts started; returns how many changed."""
        changed = 0
        for inception in inceptions:
            row = self._session.get_one(LLMModel, rows[inception.account_id].id)
            if row.started_at != inception.started_at:
                row.started_at = inception.started_at
                changed += 1
        self._session.flush()
        return changed

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
        trusted = [source for source in EquitySource if source.trusted]
        newest = self._session.scalar(
            select(LeaderboardSnapshot.timestamp)
            .where(
                LeaderboardSnapshot.source.in_(trusted),
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

    def correct(
        self, account_id: str, *, name: str | None, provider: str | None
    ) -> None:
        """Corrects the name or the provider of an account.

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
        self._session.flush()


def _is_of_competition(account_id: str) -> bool:
    """True for a substitute id, made of model and competition."""
    return re.fullmatch(r".+@[a-z0-9]+", account_id) is not None


def _renamed(row: LLMModel, account: Account, observed_at: datetime) -> bool:
    """True if the site was observed to use another name, later than the stored one."""
    if account.served_name is None:
        return False
    if row.name_observed_at is None:
        return True
    if account.served_name == row.served_name:
        return False
    return observed_at >= row.name_observed_at
