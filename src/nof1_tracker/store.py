"""Stores everything that one payload says, within the transaction of the caller."""

import gc
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from nof1_tracker.database.accounts import AccountRow
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.records import Endpoint, Harvest, Tally
from nof1_tracker.summary import StoredRows

log = logging.getLogger(__name__)

Accounts = Mapping[str, AccountRow]


@contextmanager
def collection_paused() -> Iterator[None]:
    """Lets Python's search for cycles wait, where a payload's many rows are made.

    They are in no cycle; searching them again and again takes a third of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@collection_paused()
def store_harvest(
    repositories: Repositories, harvest: Harvest, season_id: int | None = None
) -> list[StoredRows]:
    """Stores the harvest; `season_id` overrides the season that holds a row's time."""
    accounts = repositories.accounts.ensure(
        harvest.accounts,
        harvest.observed_at,
        by_name=harvest.endpoint is Endpoint.RENDERED_LEADERBOARD,
    )
    stored = [
        *_store_inceptions(repositories, harvest, accounts),
        *_store_trading(repositories, harvest, accounts, season_id),
        *_store_conversations(repositories, harvest, accounts, season_id),
        *_store_references(repositories, harvest, accounts),
    ]
    _keep_journal(repositories, harvest)
    return stored


def _store_inceptions(
    repositories: Repositories, harvest: Harvest, accounts: Accounts
) -> list[StoredRows]:
    """When accounts started, and the season that this may open."""
    if not harvest.inceptions:
        return []
    news = repositories.accounts.note_inceptions(harvest.inceptions, accounts)
    repositories.open_season(
        inception.started_at
        for inception in harvest.inceptions
        if not accounts[inception.account_id].is_benchmark
    )
    if not harvest.rejected:
        listed = [accounts[each.account_id] for each in harvest.inceptions]
        _tell(repositories.accounts.note_listed(listed, harvest.observed_at))
    count = len(harvest.inceptions)
    tally = Tally(updated=news, unchanged=count - news)
    return [StoredRows("inceptions", _source(harvest), count, tally)]


def _tell(changed: Mapping[str, bool]) -> None:
    for name, is_active in changed.items():
        log.info("%s %s.", name, "competes again" if is_active else "has left")


def _store_trading(
    repositories: Repositories,
    harvest: Harvest,
    accounts: Accounts,
    season_id: int | None,
) -> list[StoredRows]:
    """Snapshots, positions, legs, and the open trades that follow from them."""
    held = repositories.snapshots.store(harvest.snapshots, accounts, season_id)
    stored = [
        StoredRows("leaderboard", source.value, tally.total, tally)
        for source, tally in held.snapshots.items()
    ]
    stored += [
        StoredRows("positions", source.value, tally.total, tally)
        for source, tally in held.positions.items()
    ]
    legs, entries = repositories.trades.store_legs(harvest.legs, accounts, season_id)
    if harvest.endpoint is Endpoint.TRADES:
        stored.append(StoredRows("trades", _source(harvest), harvest.fetched, legs))
    if held.accounts or held.entries or entries:
        tally = repositories.trades.refresh(held.entries | entries, accounts, season_id)
        if tally.total:
            stored.append(StoredRows("open trades", _source(harvest), 0, tally))
    return stored


def _store_conversations(
    repositories: Repositories,
    harvest: Harvest,
    accounts: Accounts,
    season_id: int | None,
) -> list[StoredRows]:
    if harvest.endpoint is not Endpoint.CONVERSATIONS:
        return []
    chats, decisions = repositories.chats.store(
        harvest.conversations, accounts, season_id
    )
    source = _source(harvest)
    return [
        StoredRows("model_chat", source, harvest.fetched, chats),
        StoredRows("decisions", source, decisions.total, decisions),
    ]


def _store_references(
    repositories: Repositories, harvest: Harvest, accounts: Accounts
) -> list[StoredRows]:
    """What the site states beside the accounts."""
    source = _source(harvest)
    if harvest.endpoint is Endpoint.ANALYTICS:
        tally = repositories.references.store_statistics(harvest.statistics, accounts)
        return [StoredRows("statistics", source, harvest.fetched, tally)]
    if harvest.endpoint is Endpoint.PRICES:
        tally = repositories.references.store_prices(harvest.prices)
        return [StoredRows("prices", source, harvest.fetched, tally)]
    return []


def _keep_journal(repositories: Repositories, harvest: Harvest) -> None:
    repositories.journal.reject(harvest.rejected, harvest.origin, harvest.captured_at)
    if harvest.endpoint is not None:
        repositories.traits.note(harvest.endpoint, harvest.traits, harvest.captured_at)
    # The leaderboard has no time of its own: each look at it is an observation.
    is_dated = harvest.endpoint is not Endpoint.LEADERBOARD
    if harvest.etag is None or harvest.rejected or not is_dated:
        # What an older body said may have been overwritten by this one.
        repositories.journal.forget_validator(harvest.origin)
    else:
        repositories.journal.note_validator(
            harvest.origin, harvest.etag, harvest.captured_at
        )


def _source(harvest: Harvest) -> str:
    return harvest.endpoint.value if harvest.endpoint else "-"
