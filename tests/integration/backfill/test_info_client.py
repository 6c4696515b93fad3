"""The exchange is asked politely: within its weight, and after the pauses it asks for."""

import json
from datetime import timedelta
from email.utils import format_datetime

import pytest

from nof1_tracker.demo.exchange.exchange_rows import fills_of as true_fills
from nof1_tracker.demo.exchange.exchange_rows import wallet_of
from nof1_tracker.demo.exchange.exchange_server import DemoExchange, Limits
from nof1_tracker.errors import SourceBusyError, SourceError, SourceUnreachableError
from nof1_tracker.history.hyperliquid.info_queries import (
    InfoQuery,
    candles_of,
    fills_of,
)
from nof1_tracker.services.backfill.configured_exchange import exchange_at as client
from tests.fakes import FakeClock
from tests.loopback import unused_url
from tests.worlds import arena_of

ARENA = arena_of(days=0.5)
WHO = ARENA.talkers()[0]


def all_fills() -> InfoQuery:
    return fills_of(wallet_of(WHO.key), ARENA.start, ARENA.end + timedelta(hours=2))


def test_pages_hold_every_row_and_what_was_asked() -> None:
    with DemoExchange(ARENA, limits=Limits(fills=2_000)) as exchange:
        with client(exchange.url, FakeClock()) as asking:
            (query, answer), (rest, _) = asking.pages(all_fills())
        assert exchange.asked == [json.loads(answer.request_body), rest.body]
    assert json.loads(answer.body) == list(true_fills(ARENA, WHO))
    assert (answer.method, answer.transport, answer.kind) == (
        "POST",
        "hyperliquid",
        "userFillsByTime",
    )
    assert query == all_fills()


def test_a_pause_that_is_asked_for_is_kept() -> None:
    clock = FakeClock()
    with DemoExchange(ARENA) as exchange, client(exchange.url, clock) as asking:
        exchange.refuse("17", "")
        asking.fetch(all_fills())
        assert exchange.refused == 2
    assert clock.slept == [17, 60]  # a minute where none is asked for: the limit's


def test_a_pause_until_a_time_is_kept() -> None:
    clock = FakeClock()
    until = format_datetime(clock.now() + timedelta(seconds=90), usegmt=True)
    with DemoExchange(ARENA) as exchange, client(exchange.url, clock) as asking:
        exchange.refuse(until)
        asking.fetch(all_fills())
    assert clock.slept == [90]


def test_a_pause_that_is_too_long_ends_the_request() -> None:
    clock = FakeClock()
    with DemoExchange(ARENA) as exchange, client(exchange.url, clock) as asking:
        exchange.refuse("3600")
        with pytest.raises(SourceBusyError):
            asking.fetch(all_fills())
    assert clock.slept == []


def test_no_minute_has_more_than_its_weight() -> None:
    clock = FakeClock()
    with DemoExchange(ARENA) as exchange, client(exchange.url, clock) as asking:
        for _ in range(61):
            asking.fetch(all_fills())
    assert sum(clock.slept) == pytest.approx(60)


def test_candles_end_where_the_exchange_keeps_none() -> None:
    query = candles_of("BTC", "1h", ARENA.start, ARENA.end)
    few = Limits(candles=4)
    with (
        DemoExchange(ARENA, limits=few) as exchange,
        client(exchange.url, FakeClock()) as asking,
    ):
        answer = asking.fetch(query)
    assert len(json.loads(answer.body)) == 4


def test_what_is_refused_or_unreachable_is_told_apart() -> None:
    query = candles_of("BTC", "7m", ARENA.start, ARENA.end)
    told = pytest.raises(SourceError, match="422")
    with (
        DemoExchange(ARENA) as exchange,
        client(exchange.url, FakeClock()) as asking,
        told,
    ):
        asking.fetch(query)
    told = pytest.raises(SourceUnreachableError, match="NOF1_HYPERLIQUID_URL")
    with client(unused_url(), FakeClock()) as asking, told:
        asking.fetch(query)
