"""Legs and equities out of the stored record of an account."""

from collections.abc import Sequence
from datetime import datetime

from nof1_tracker.clock import utc_now
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.database.write.accounts import AccountRow
from nof1_tracker.database.write.versions.accounted_rows import AccountedRows
from nof1_tracker.history.hyperliquid.exchange_equity import exchange_equity
from nof1_tracker.history.hyperliquid.legs_from_fills import (
    LegsOfFills,
    legs_from_fills,
)
from nof1_tracker.records.history.backfills import BackfillSummary, Wallet
from nof1_tracker.records.history.hyperliquid import Fill
from nof1_tracker.records.stored import Tally


def store_what_follows(
    engine: Engine, summary: BackfillSummary, accounted: AccountedRows | None = None
) -> None:
    """Stores the legs and equities of each account with a wallet, one by one.

    Args:
        accounted: Notes the legs, as rows that the archives account for.
    """
    with UnitOfWork(engine) as unit:
        wallets = unit.repositories.accounts.wallets()
    for wallet in wallets:
        with UnitOfWork(engine, writes=True) as unit:
            if accounted is not None:
                unit.repositories.note_rows(accounted)
            store_legs(unit.repositories, wallet, summary)
            store_equities(unit.repositories, wallet, summary)
            unit.commit()


def store_legs(
    repositories: Repositories, wallet: Wallet, summary: BackfillSummary
) -> None:
    """Stores an account's reconstructed legs, and what follows from its fills.

    No event is made of them: they are of the past.
    """
    before = repositories.changes.reached()
    found = legs_of(repositories, wallet.model_id)
    legs = repositories.reconstructed_legs.store(wallet.model_id, found.legs)
    _refresh(repositories, wallet, found)
    repositories.events.skip(before, repositories.changes.reached())
    summary.add("legs", legs)
    for symbol, units in found.unknown.items():
        summary.note(
            f"{wallet.account_id}: {units:f} {symbol} were closed of entries that are"
            " not among the fills; they make no leg."
        )


def legs_of(repositories: Repositories, model_id: int) -> LegsOfFills:
    """The legs of an account up to the last observation of its season."""
    return legs_from_fills(competition_fills(repositories, model_id))


def competition_fills(repositories: Repositories, model_id: int) -> Sequence[Fill]:
    """The fills of an account up to the last observation of its season.

    What it did afterwards does not belong to the competition.
    """
    fills = repositories.exchange.fills(model_id)
    end = _end(repositories, model_id, fills[0].filled_at) if fills else None
    return [fill for fill in fills if end is None or fill.filled_at <= end]


def store_equities(
    repositories: Repositories, wallet: Wallet, summary: BackfillSummary
) -> None:
    """Stores an account's equity at the closes of candles, up to the same end.

    Candles of each length that is stored make a curve.
    """
    fills = repositories.exchange.fills(wallet.model_id)
    if not fills:
        return
    end = _end(repositories, wallet.model_id, fills[0].filled_at)
    until = end or utc_now()
    within = [fill for fill in fills if fill.filled_at <= until]
    tallies = [
        _store_curve(repositories, wallet.model_id, within, interval, until)
        for interval in repositories.exchange.intervals()
    ]
    tally = sum(tallies, Tally())
    summary.add("equities", tally)
    if not tally.total:
        summary.note(
            f"{wallet.account_id}: its equity cannot be computed, as the record does not"
            " begin with the account."
        )


def _store_curve(
    repositories: Repositories,
    model_id: int,
    fills: Sequence[Fill],
    interval: str,
    until: datetime,
) -> Tally:
    exchange = repositories.exchange
    symbols = {fill.symbol for fill in fills}
    points = exchange_equity(
        fills,
        exchange.funding(model_id),
        exchange.ledger(model_id),
        exchange.candles(symbols, interval, until),
    )
    return exchange.store_equities(model_id, interval, points)


def _end(repositories: Repositories, model_id: int, first: datetime) -> datetime | None:
    """The last observation, or the official close if that is later; None: it runs."""
    seen = repositories.exchange.last_observed(model_id)
    season = repositories.seasons.at(seen or first)
    if season.end is None:
        return None
    return max(season.end, seen or season.end)


def _refresh(repositories: Repositories, wallet: Wallet, found: LegsOfFills) -> None:
    """Open positions whose legs or openings are known now."""
    entries = {(wallet.model_id, leg.entry_oid) for leg in found.legs}
    account = AccountRow(wallet.model_id, wallet.account_id, is_benchmark=False)
    repositories.trades.refresh(entries, {wallet.account_id: account})
