"""Stores all records of one payload within the caller's transaction."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from nof1_tracker.database.columns.collector_pause import collector_paused
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.database.write.accounts import AccountRow
from nof1_tracker.records.enums import Endpoint, RowKind
from nof1_tracker.records.parsed import ParsedPayload
from nof1_tracker.records.payloads import WAYBACK
from nof1_tracker.records.run_summary import StoredRows
from nof1_tracker.records.stored import Tally
from nof1_tracker.services.storing.keep_first_account import with_first_accounts

log = logging.getLogger(__name__)

Accounts = Mapping[str, AccountRow]


@dataclass(frozen=True)
class StoredPayload:
    """What storing a payload did.

    Attributes:
        parsed: The payload, with what was rejected or noted only when it was stored.
        rows: The outcome by kind of rows.
        joined: Whether accounts turned out to be one, so that rows that were rejected
            as those of another account may be theirs; see `retry_moved`.
    """

    parsed: ParsedPayload
    rows: list[StoredRows]
    joined: bool


@collector_paused()
def store_records(
    repositories: Repositories,
    parsed: ParsedPayload,
    season_id: int | None = None,
    *,
    in_journal: bool = True,
) -> StoredPayload:
    """Stores the records.

    Args:
        season_id: Overrides the season that holds a row's time.
        in_journal: False for a body that was stored before: its faults, its traits and
            its validator are noted already.
    """
    accounts = repositories.accounts.ensure(
        parsed.accounts,
        _dated(parsed),
        by_name=parsed.endpoint is Endpoint.RENDERED_LEADERBOARD,
    )
    parsed = with_first_accounts(repositories, parsed, accounts)
    inceptions, notes = _store_inceptions(repositories, parsed, accounts)
    stored = [
        *inceptions,
        *_store_trading(repositories, parsed, accounts, season_id),
        *_store_conversations(repositories, parsed, accounts, season_id),
        *_store_references(repositories, parsed, accounts),
    ]
    if in_journal:
        _keep_journal(repositories, parsed)
    return StoredPayload(
        _noted(parsed, [*repositories.accounts.notes, *notes]),
        stored,
        joined=repositories.accounts.have_joined,
    )


def _dated(parsed: ParsedPayload) -> datetime | None:
    """When the payload was served, by the source's clock; None if that is not known.

    A list of conversations has no clock of its own, but its rows have.
    """
    if parsed.served.observed_at is not None:
        return parsed.served.observed_at
    times = (each.observed_at for each in parsed.conversations)
    return max(times, default=None)


def _noted(parsed: ParsedPayload, notes: Sequence[str]) -> ParsedPayload:
    told = [f"{parsed.source}: {note}" for note in notes]
    for text in told:
        log.warning("%s.", text)
    return replace(parsed, warnings=(*parsed.warnings, *told)) if told else parsed


def _store_inceptions(
    repositories: Repositories, parsed: ParsedPayload, accounts: Accounts
) -> tuple[list[StoredRows], Sequence[str]]:
    """Stores when accounts started, and opens a season if most of them announce one."""
    if not parsed.inceptions:
        return [], ()
    noted = repositories.inceptions.note(parsed.inceptions, accounts)
    repositories.open_season(_field(parsed, accounts))
    if not _may_be_understood(parsed):  # else the list may lack an account
        _log_changes(
            repositories.accounts.note_listed(accounts.values(), parsed.observed_at)
        )
    count = len(parsed.inceptions)
    tally = Tally(updated=noted.changed, unchanged=count - noted.changed)
    rows = [StoredRows(RowKind.INCEPTIONS, parsed.source, count, tally)]
    return rows, noted.notes


def _field(parsed: ParsedPayload, accounts: Accounts) -> list[datetime]:
    """The latest start of each competitor on the list."""
    starts: dict[int, datetime] = {}
    for each in parsed.inceptions:
        account = accounts[each.account_id]
        if not account.is_benchmark:
            known = starts.get(account.id, each.started_at)
            starts[account.id] = max(known, each.started_at)
    return list(starts.values())


def _log_changes(changed: Mapping[str, bool]) -> None:
    for name, is_active in changed.items():
        log.info("%s %s.", name, "competes again" if is_active else "has left")


def _store_trading(
    repositories: Repositories,
    parsed: ParsedPayload,
    accounts: Accounts,
    season_id: int | None,
) -> list[StoredRows]:
    """Snapshots, positions, legs, and the open trades that follow from them."""
    held = repositories.snapshots.store(
        parsed.snapshots, accounts, parsed.served, season_id
    )
    stored = [
        StoredRows(RowKind.LEADERBOARD, source.value, tally.total, tally)
        for source, tally in held.snapshots.items()
    ]
    stored += [
        StoredRows(RowKind.POSITIONS, source.value, tally.total, tally)
        for source, tally in held.positions.items()
    ]
    legs, entries = repositories.trades.store_legs(
        parsed.legs, accounts, parsed.served, season_id
    )
    repositories.reconstructed_legs.replace(parsed.legs, accounts)
    if parsed.endpoint is Endpoint.TRADES:
        stored.append(StoredRows(RowKind.TRADES, parsed.source, parsed.fetched, legs))
    if held.accounts or held.entries or entries:
        tally = repositories.trades.refresh(held.entries | entries, accounts, season_id)
        if tally.total:
            stored.append(StoredRows(RowKind.OPEN_TRADES, parsed.source, 0, tally))
    return stored


def _store_conversations(
    repositories: Repositories,
    parsed: ParsedPayload,
    accounts: Accounts,
    season_id: int | None,
) -> list[StoredRows]:
    if parsed.endpoint is not Endpoint.CONVERSATIONS:
        return []
    chats, decisions = repositories.chats.store(
        parsed.conversations, accounts, parsed.served, season_id
    )
    prices = repositories.references.store_prices(parsed.prices, parsed.served)
    source = parsed.source
    return [
        StoredRows(RowKind.MODEL_CHAT, source, parsed.fetched, chats),
        StoredRows(RowKind.DECISIONS, source, decisions.total, decisions),
        StoredRows(RowKind.PRICES, source, prices.total, prices),
    ]


def _store_references(
    repositories: Repositories, parsed: ParsedPayload, accounts: Accounts
) -> list[StoredRows]:
    """What the site states beside the accounts."""
    source = parsed.source
    if parsed.endpoint is Endpoint.ANALYTICS:
        tally = repositories.references.store_statistics(
            parsed.statistics, accounts, parsed.served
        )
        return [StoredRows(RowKind.STATISTICS, source, parsed.fetched, tally)]
    if parsed.endpoint is Endpoint.PRICES:
        tally = repositories.references.store_prices(parsed.prices, parsed.served)
        return [StoredRows(RowKind.PRICES, source, parsed.fetched, tally)]
    return []


def _keep_journal(repositories: Repositories, parsed: ParsedPayload) -> None:
    repositories.journal.reject(
        parsed.rejected, parsed.origin, parsed.captured_at, parsed.served.observed_at
    )
    if parsed.endpoint is not None:
        repositories.schema_drift.note(
            parsed.endpoint, parsed.traits, parsed.captured_at
        )
    if parsed.etag is None or not _is_settled(parsed):
        # This body may have overwritten what an older one stored.
        repositories.journal.forget_validator(parsed.origin)
    else:
        repositories.journal.note_validator(
            parsed.origin, parsed.etag, parsed.captured_at
        )


def _is_settled(parsed: ParsedPayload) -> bool:
    """Whether the same body, fetched again, could say nothing more.

    A web archive's copy never changes, and what was rejected of it is kept. The
    leaderboard has no time of its own, so each fetch of it is an observation.
    """
    if parsed.transport == WAYBACK:
        return True
    is_dated = parsed.endpoint is not Endpoint.LEADERBOARD
    return is_dated and not _may_be_understood(parsed)


def _may_be_understood(parsed: ParsedPayload) -> bool:
    """Whether anything was rejected that newer code, or a whole body, may make good."""
    return any(not each.is_untimely for each in parsed.rejected)
