"""Legs and equities out of the stored record of an account."""

from collections.abc import Sequence
from datetime import datetime

from nof1_tracker.clock import utc_now
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.database.write.accounts import AccountRow
from nof1_tracker.history.hyperliquid.exchange_equity import exchange_equity
from nof1_tracker.history.hyperliquid.legs_from_fills import (
    LegsOfFills,
    legs_from_fills,
)
from nof1_tracker.records.history.backfills import BackfillSummary, Wallet
from nof1_tracker.records.history.hyperliquid import Fill


def store_legs(engine: Engine, wallet: Wallet, summary: BackfillSummary) -> None:
    """Stores an account's reconstructed legs, and what follows from its fills.

    No event is made of them: they are of the past.
    """
    with UnitOfWork(engine, writes=True) as unit:
        repositories = unit.repositories
        before = repositories.changes.reached()
        found = legs_of(repositories, wallet.model_id)
        legs = repositories.reconstructed_legs.store(wallet.model_id, found.legs)
        _refresh(repositories, wallet, found)
        repositories.events.skip(before, repositories.changes.reached())
        unit.commit()
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
    engine: Engine, wallet: Wallet, interval: str, summary: BackfillSummary
) -> None:
    """Stores an account's equity at the closes of candles, up to the same end."""
    with UnitOfWork(engine, writes=True) as unit:
        exchange = unit.repositories.exchange
        fills = exchange.fills(wallet.model_id)
        if not fills:
            return
        end = _end(unit.repositories, wallet.model_id, fills[0].filled_at)
        until = end or utc_now()
        points = exchange_equity(
            [fill for fill in fills if fill.filled_at <= until],
            exchange.funding(wallet.model_id),
            exchange.ledger(wallet.model_id),
            exchange.candles({fill.symbol for fill in fills}, interval, until),
        )
        tally = exchange.store_equities(wallet.model_id, interval, points)
        unit.commit()
    summary.add("equities", tally)
    if not points:
        summary.note(
            f"{wallet.account_id}: its equity cannot be computed, as the record does not"
            " begin with the account."
        )


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
