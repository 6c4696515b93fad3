"""An arena whose site was recorded with holes, and the exchange that has it all."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import Engine

from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.demo.arena.arena import Arena
from nof1_tracker.demo.exchange.exchange_rows import wallet_of
from nof1_tracker.demo.exchange.exchange_server import DemoExchange
from nof1_tracker.records.history.backfills import (
    BackfillSpan,
    BackfillSummary,
    Wallet,
)
from nof1_tracker.scraper.parsing.account_identity import identify
from nof1_tracker.services.backfill.answer_store import AnswerStore
from nof1_tracker.services.backfill.configured_exchange import exchange_at
from nof1_tracker.services.backfill.exchange_backfill import ExchangeBackfill
from nof1_tracker.services.recorded.recording import Recording
from tests.fakes import FakeClock


def end_season(engine: Engine, arena: Arena) -> None:
    """Closes season 1 where the arena ends."""
    with UnitOfWork(engine, writes=True) as unit:
        seasons = unit.repositories.seasons
        first = seasons.by_number(Decimal(1))
        assert first is not None
        seasons.save(replace(first, end=arena.end))
        unit.commit()


def give_wallets(engine: Engine, arena: Arena) -> Sequence[Wallet]:
    """Stores the arena's accounts with their wallets."""
    names = [each.key for each in arena.talkers()]
    with UnitOfWork(engine, writes=True) as unit:
        accounts = unit.repositories.accounts
        rows = accounts.ensure([identify(model_id=name) for name in names], None)
        for name in names:
            accounts.give_wallet(rows[name].id, wallet_of(name))
        wallets = accounts.wallets()
        unit.commit()
    return wallets


def fill_in(
    engine: Engine,
    arena: Arena,
    exchange: DemoExchange,
    report: Callable[[str], None] = lambda _: None,
    recording: Recording | None = None,
    clock: FakeClock | None = None,
) -> BackfillSummary:
    """Runs the backfill over the whole arena and two hours more."""
    until = arena.end + timedelta(hours=2)
    clock = clock or FakeClock(until + timedelta(minutes=5))
    span = BackfillSpan(arena.start - timedelta(hours=1), until)
    with exchange_at(exchange.url, clock) as client:
        store = AnswerStore(engine, clock, recording)
        filling = ExchangeBackfill(store, client, span, report=report)
        return filling.run(give_wallets(engine, arena))
