"""Whose record the exchange is asked for: the accounts with a known wallet."""

from collections.abc import Sequence
from decimal import Decimal

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.history.hyperliquid.season1_wallets import SEASON_1_WALLETS
from nof1_tracker.records.history.backfills import BackfillSpan, Wallet
from nof1_tracker.scraper.parsing.account_identity import identify


def known_wallets(engine: Engine) -> Sequence[Wallet]:
    """The accounts whose wallet is stored."""
    with UnitOfWork(engine) as unit:
        return unit.repositories.accounts.wallets()


def store_season_1_wallets(engine: Engine, span: BackfillSpan) -> None:
    """Stores the wallets that are shipped, where the span touches season 1.

    An account that is not stored is added: the site serves season 1 no longer. A
    wallet that is stored stays.
    """
    if not season_1_wallets_apply(engine, span):
        return
    with UnitOfWork(engine, writes=True) as unit:
        accounts = unit.repositories.accounts
        rows = accounts.ensure(
            [identify(model_id=name) for name in SEASON_1_WALLETS], None
        )
        for name, wallet in SEASON_1_WALLETS.items():
            accounts.give_wallet(rows[name].id, wallet)
        unit.commit()


def season_1_wallets_apply(engine: Engine, span: BackfillSpan) -> bool:
    """Whether the span touches season 1."""
    with UnitOfWork(engine) as unit:
        first = unit.repositories.seasons.by_number(Decimal(1))
    if first is None or first.start is None:
        return False
    begins_in_time = first.until is None or span.since < first.until
    return begins_in_time and span.until >= first.start
