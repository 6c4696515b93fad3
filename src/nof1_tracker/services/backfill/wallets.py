"""Whose record the exchange is asked for: the accounts with a known wallet.

Which account has which wallet is recorded before the exchange is asked, so that its
answers can be stored from the archive alone.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.history.hyperliquid.season1_wallets import SEASON_1_WALLETS
from nof1_tracker.records.archive.exchanges import Exchange
from nof1_tracker.records.enums import BackfillSource
from nof1_tracker.records.history.backfills import BackfillSpan, Wallet
from nof1_tracker.scraper.parsing.account_identity import identify

WALLETS: Final = "wallets"
"""Kind of the record that says which account has which wallet."""


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
        store_wallets(unit.repositories, SEASON_1_WALLETS)
        unit.commit()


def store_wallets(repositories: Repositories, wallets: Mapping[str, str]) -> None:
    """Adds the accounts that are not stored, and the wallets of those without one.

    Args:
        wallets: Addresses by the site's id of the account.
    """
    accounts = repositories.accounts
    rows = accounts.ensure([identify(model_id=name) for name in wallets], None)
    for name, wallet in wallets.items():
        accounts.give_wallet(rows[name].id, wallet)


def exchange_of_wallets(wallets: Sequence[Wallet], at: datetime) -> Exchange:
    """The wallets as a body that the archive can record."""
    addresses = {each.account_id: each.address for each in wallets}
    return Exchange(
        url=f"file:{WALLETS}.json",
        kind=WALLETS,
        body=json.dumps(addresses, sort_keys=True).encode(),
        captured_at=at,
        transport=BackfillSource.HYPERLIQUID.value,
        status=None,
        observed_at=at,
    )


def season_1_wallets_apply(engine: Engine, span: BackfillSpan) -> bool:
    """Whether the span touches season 1."""
    with UnitOfWork(engine) as unit:
        first = unit.repositories.seasons.by_number(Decimal(1))
    if first is None or first.start is None:
        return False
    begins_in_time = first.until is None or span.since < first.until
    return begins_in_time and span.until >= first.start
