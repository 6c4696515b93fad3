"""Holes of a recorded season are filled in from the exchange, on both databases."""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from nof1_tracker.database.exchange_models import (
    CandleRow,
    ExchangeEquity,
    FillRow,
    FundingPaymentRow,
    LedgerUpdateRow,
    PortfolioValue,
)
from nof1_tracker.database.models import LeaderboardSnapshot, LLMModel, Trade
from nof1_tracker.demo.exchange.exchange_rows import fills_of
from nof1_tracker.demo.exchange.exchange_server import DemoExchange, Limits
from nof1_tracker.records.enums import TradeSource
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.scraper.parse import parse_payload
from tests.integration.backfill.exchange_worlds import (
    end_season,
    fill_in,
    give_wallets,
)
from tests.parsed_payloads import store
from tests.worlds import arena_of, write_captures

ARENA = arena_of(days=0.5)
SMALL = Limits(fills=7, payments=9)


LegTold = tuple[str | None, str, str, str, Decimal]


class KilledError(Exception):
    """Stands for the end of the process."""


def record(engine: Engine, folder: Path, at: datetime) -> None:
    """Stores what the site served at a time."""
    capture = write_captures(ARENA, folder, at, ("account-totals", "trades"))
    for path in sorted(capture.iterdir()):
        body = RawPayload(path.read_bytes(), path.name, at, "capture")
        store(engine, parse_payload(body))


def legs_in(engine: Engine) -> list[LegTold]:
    """Account, symbol, size, price of the exit and net, of every completed leg."""
    query = (
        select(LLMModel.model_id, Trade)
        .join(LLMModel, LLMModel.id == Trade.model_id)
        .where(Trade.exit_price.is_not(None))
    )
    with Session(engine) as session:
        return sorted(
            (
                account,
                leg.symbol,
                f"{leg.size:.6f}",
                f"{leg.exit_price:.6f}",
                leg.pnl or Decimal(0),
            )
            for account, leg in session.execute(query)
        )


def true_legs(until: datetime) -> list[LegTold]:
    return sorted(
        (
            account,
            leg.symbol,
            f"{abs(leg.quantity):.6f}",
            f"{leg.price:.6f}",
            Decimal(leg.net_pnl),
        )
        for account, legs in ARENA.legs_until(until).items()
        for leg in legs
    )


def assert_all_legs(engine: Engine) -> None:
    """Every leg of the arena is stored once, and no other."""
    found, true = legs_in(engine), true_legs(ARENA.end)
    assert [each[:-1] for each in found] == [each[:-1] for each in true]
    for one, other in zip(found, true, strict=True):
        assert abs(one[-1] - other[-1]) < Decimal("1e-5")


def number_of(engine: Engine, table: type, *conditions: object) -> int:
    with Session(engine) as session:
        query = select(func.count()).select_from(table).where(*conditions)  # type: ignore[arg-type]
        return session.scalars(query).one()


def test_all_legs_come_out_of_the_fills_alone(engine: Engine) -> None:
    end_season(engine, ARENA)
    with DemoExchange(ARENA) as exchange:
        summary = fill_in(engine, ARENA, exchange)
    assert_all_legs(engine)
    assert summary.rows["legs"].inserted == len(true_legs(ARENA.end))


def test_legs_of_the_site_stand_and_holes_are_filled(
    engine: Engine, tmp_path: Path
) -> None:
    record(engine, tmp_path, ARENA.start + timedelta(hours=4))
    served = number_of(engine, Trade, Trade.exit_price.is_not(None))
    end_season(engine, ARENA)
    with DemoExchange(ARENA) as exchange:
        fill_in(engine, ARENA, exchange)
    assert_all_legs(engine)
    own = Trade.source == TradeSource.SITE
    assert number_of(engine, Trade, own, Trade.exit_price.is_not(None)) == served > 0


def test_a_leg_that_the_site_serves_later_replaces_its_reconstruction(
    engine: Engine, tmp_path: Path
) -> None:
    end_season(engine, ARENA)
    with DemoExchange(ARENA) as exchange:
        fill_in(engine, ARENA, exchange)
    record(engine, tmp_path, ARENA.end)
    assert_all_legs(engine)
    assert number_of(engine, Trade, Trade.source == TradeSource.HYPERLIQUID) == 0


def test_equities_are_those_of_the_arena_at_each_close(engine: Engine) -> None:
    end_season(engine, ARENA)
    with DemoExchange(ARENA) as exchange:
        fill_in(engine, ARENA, exchange)
    query = select(LLMModel.model_id, ExchangeEquity).join(
        LLMModel, LLMModel.id == ExchangeEquity.model_id
    )
    with Session(engine) as session:
        found = session.execute(query).all()
    assert len(found) == 4 * 12 * len(ARENA.talkers())
    for account, point in found:
        assert account is not None
        assert point.interval == "15m"
        true = ARENA.equity(account, point.observed_at)
        # In the millisecond to the close a price may move by half a tick.
        assert abs(float(point.equity) - true) < 0.5
    assert number_of(engine, LeaderboardSnapshot) == 0


def test_what_the_exchange_says_an_account_was_worth_stands_apart(
    engine: Engine,
) -> None:
    end_season(engine, ARENA)
    with DemoExchange(ARENA) as exchange:
        fill_in(engine, ARENA, exchange)
    query = select(LLMModel.model_id, PortfolioValue).join(
        LLMModel, LLMModel.id == PortfolioValue.model_id
    )
    with Session(engine) as session:
        found = session.execute(query).all()
    assert len(found) == 13 * len(ARENA.talkers())  # each hour of the day, each once
    for account, point in found:
        assert account is not None
        true = ARENA.equity(account, point.observed_at)
        assert abs(float(point.equity) - true) < 0.1
    assert number_of(engine, LeaderboardSnapshot) == 0


def test_what_follows_the_season_is_in_the_fills_without_legs(engine: Engine) -> None:
    end_season(engine, ARENA)
    with DemoExchange(ARENA) as exchange:
        fill_in(engine, ARENA, exchange)
    assert number_of(engine, FillRow, FillRow.filled_at > ARENA.end) > 0
    assert number_of(engine, Trade, Trade.closed_at > ARENA.end) == 0


def test_all_pages_are_read_and_a_second_run_adds_nothing(engine: Engine) -> None:
    end_season(engine, ARENA)
    with DemoExchange(ARENA, limits=SMALL) as exchange:
        fill_in(engine, ARENA, exchange)
        expected = sum(len(fills_of(ARENA, who)) for who in ARENA.talkers())
        assert number_of(engine, FillRow) == expected
        assert number_of(engine, FundingPaymentRow) > SMALL.payments
        assert number_of(engine, LedgerUpdateRow) == len(ARENA.talkers())
        assert number_of(engine, CandleRow) > 0
        before = legs_in(engine)
        again = fill_in(engine, ARENA, exchange)
    assert all(tally.inserted == 0 for tally in again.rows.values())
    assert all(tally.updated == 0 for tally in again.rows.values())
    assert legs_in(engine) == before


def test_a_killed_backfill_goes_on_where_it_was_50_times(engine: Engine) -> None:
    """Each time, the page that had arrived but was not stored is asked for again."""
    end_season(engine, ARENA)
    with DemoExchange(ARENA, limits=SMALL) as exchange:
        for _ in range(50):
            with suppress(KilledError):
                fill_in(engine, ARENA, exchange, killed_at_step(2))
        summary = fill_in(engine, ARENA, exchange)
        asked = [json.dumps(each, sort_keys=True) for each in exchange.asked]
    assert summary.rows["legs"].inserted == len(true_legs(ARENA.end))
    assert_all_legs(engine)
    assert max(Counter(asked).values()) <= 3


def killed_at_step(number: int) -> Callable[[str], None]:
    """What ends a backfill as it is about to store its answer of this number."""
    steps: list[str] = []

    def report(step: str) -> None:
        steps.append(step)
        if len(steps) == number:
            raise KilledError

    return report


def test_openings_that_nobody_saw_are_known_from_the_fills(
    engine: Engine, tmp_path: Path
) -> None:
    conversations(engine, tmp_path, ARENA.start + timedelta(hours=6))
    unknown = Trade.opened_at_known.is_(False)
    assert number_of(engine, Trade, unknown) > 0
    end_season(engine, ARENA)
    with DemoExchange(ARENA) as exchange:
        fill_in(engine, ARENA, exchange)
    assert number_of(engine, Trade, unknown) == 0


def conversations(engine: Engine, folder: Path, at: datetime) -> None:
    """Stores the site's conversations, whose prompts show positions without a time."""
    (path,) = write_captures(ARENA, folder, at, ("conversations",)).iterdir()
    body = RawPayload(path.read_bytes(), path.name, at, "capture")
    store(engine, parse_payload(body))


def test_legs_whose_entries_are_beyond_reach_are_told(engine: Engine) -> None:
    end_season(engine, ARENA)
    few = Limits(newest_fills=5)
    with DemoExchange(ARENA, limits=few) as exchange:
        summary = fill_in(engine, ARENA, exchange)
    assert any("make no leg" in note for note in summary.notes)
    assert 0 < len(legs_in(engine)) < len(true_legs(ARENA.end))


def test_wallets_that_are_given_stay(engine: Engine) -> None:
    first = give_wallets(engine, ARENA)
    assert give_wallets(engine, ARENA) == first
    assert len(first) == len(ARENA.talkers())
