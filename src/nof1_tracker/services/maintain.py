"""Use cases that show and correct seasons and accounts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from nof1_tracker.clock import utc_now
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.enums import SeasonStatus
from nof1_tracker.records.parsed import INITIAL_EQUITY
from nof1_tracker.records.stored import SeasonSpan

_ADDRESS = re.compile("0x[0-9a-fA-F]{40}")


@dataclass(frozen=True)
class SeasonChange:
    """New values for a season; None leaves a value as it is.

    Attributes:
        end: Official close of the competition.
        without_end: True removes its close.
    """

    number: Decimal
    start: datetime | None = None
    end: datetime | None = None
    without_end: bool = False
    name: str | None = None
    renumber: Decimal | None = None
    status: SeasonStatus | None = None


def season_overview(
    engine: Engine,
) -> Sequence[tuple[SeasonSpan, tuple[int, int, int]]]:
    """Seasons by start, each with its number of snapshots, trades and chats."""
    with UnitOfWork(engine) as unit:
        seasons = unit.repositories.seasons
        return [(span, seasons.row_counts(span.id)) for span in seasons.spans]


def last_observations(engine: Engine) -> Mapping[Decimal, datetime]:
    """When the source last dated a row of each season, by its number."""
    with UnitOfWork(engine) as unit:
        seasons = unit.repositories.seasons
        found = {span.number: seasons.last_observed(span.id) for span in seasons.spans}
    return {number: time for number, time in found.items() if time is not None}


def change_season(engine: Engine, change: SeasonChange) -> SeasonSpan:
    """Adds or corrects a season and moves the affected rows, in one transaction.

    Raises:
        ConfigurationError: It would overlap another season, or close before it starts.
    """
    _check_text("name", change.name, 100)
    with UnitOfWork(engine, writes=True) as unit:
        repositories = unit.repositories
        stored = repositories.seasons.by_number(change.number)
        span = _changed(stored or _new(change.number), change)
        repositories.reassigned(repositories.seasons.save(span))
        unit.commit()
    return span


def _check_text(option: str, text: str | None, longest: int) -> None:
    if text is not None and not 0 < len(text.strip()) <= longest:
        raise ConfigurationError(
            f"The {option} must have 1 to {longest} characters.",
            f"Correct --{option}.",
        )


def _new(number: Decimal) -> SeasonSpan:
    return SeasonSpan(
        id=0,
        number=number,
        name=f"Season {number}",
        start=None,
        end=None,
        initial_equity=INITIAL_EQUITY,
        status=SeasonStatus.ACTIVE,
        is_provisional=False,
    )


def _changed(span: SeasonSpan, change: SeasonChange) -> SeasonSpan:
    """The season with the change applied; it is no longer provisional."""
    end = None if change.without_end else change.end or span.end
    ended = end is not None and end <= utc_now()
    status = SeasonStatus.COMPLETED if ended else SeasonStatus.ACTIVE
    if span.status is SeasonStatus.CANCELLED:
        status = span.status
    return replace(
        span,
        number=span.number if change.renumber is None else change.renumber,
        name=change.name or span.name,
        start=change.start or span.start,
        end=end,
        status=change.status or status,
        is_provisional=False,
    )


def model_overview(engine: Engine) -> Sequence[tuple[str, ...]]:
    """Accounts by name: id, name, provider, base model, variant, whether active."""
    with UnitOfWork(engine) as unit:
        return unit.repositories.accounts.overview()


def correct_model(
    engine: Engine,
    model_id: str,
    *,
    name: str | None,
    provider: str | None,
    wallet: str | None = None,
) -> None:
    """Corrects the display name, the provider or the wallet of an account.

    Raises:
        ConfigurationError: There is no such account, or the name is taken.
    """
    _check_text("name", name, 255)
    _check_text("provider", provider, 100)
    with UnitOfWork(engine, writes=True) as unit:
        unit.repositories.accounts.correct(
            model_id, name=name, provider=provider, wallet=_address(wallet)
        )
        unit.commit()


def rebuild_hours(engine: Engine) -> int:
    """Makes the equity by hour again from the snapshots; returns how many accounts."""
    with UnitOfWork(engine, writes=True) as unit:
        accounts = unit.repositories.rebuild_hours()
        unit.commit(is_bookkeeping=True)
    return accounts


def _address(wallet: str | None) -> str | None:
    """The wallet in lower case.

    Raises:
        ConfigurationError: It is not an address.
    """
    if wallet is None:
        return None
    if not _ADDRESS.fullmatch(wallet):
        raise ConfigurationError(
            f"{wallet!r} is not the address of a wallet.",
            "An address is 0x and 40 hexadecimal digits.",
        )
    return wallet.lower()
