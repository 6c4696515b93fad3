"""What a backfill from the exchange would ask for."""

from collections.abc import Iterator, Sequence

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.history.hyperliquid.season1_wallets import SEASON_1_WALLETS
from nof1_tracker.records.enums import BackfillSource
from nof1_tracker.records.history.backfills import BackfillSpan, Wallet
from nof1_tracker.services.backfill.exchange_backfill import (
    queries_of,
    rest_of,
    subject_of,
)
from nof1_tracker.services.backfill.wallets import (
    known_wallets,
    season_1_wallets_apply,
)


def exchange_plan(engine: Engine, span: BackfillSpan) -> Iterator[str]:
    """A line for each part: what would be asked, and from when on."""
    for wallet in _wallets(engine, span):
        for query in queries_of(wallet, span):
            part = subject_of(query)
            with UnitOfWork(engine) as unit:
                positions = unit.repositories.backfill_positions
                reached = positions.reached(BackfillSource.HYPERLIQUID.value, part)
            rest = rest_of(query, reached)
            left = f"from {rest.since:%Y-%m-%d %H:%M} on" if rest else "nothing is left"
            yield f"{wallet.account_id}: {query.kind.value}: {left}"
    yield "Candles of each symbol that they traded follow."


def _wallets(engine: Engine, span: BackfillSpan) -> Sequence[Wallet]:
    """The stored wallets, and the shipped ones that would be stored."""
    stored = known_wallets(engine)
    names = {each.account_id for each in stored}
    shipped = SEASON_1_WALLETS if season_1_wallets_apply(engine, span) else {}
    new = [
        Wallet(0, name, address)
        for name, address in shipped.items()
        if name not in names
    ]
    return [*stored, *new]
