"""What the API answers, from a simulated season on both databases."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, func, select

from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.database.models import (
    Base,
    ChatDecisionRow,
    LeaderboardSnapshot,
    ModelChat,
    Position,
    Price,
    Season,
    Trade,
)
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.history.hyperliquid import Candle
from nof1_tracker.rendering.programs.output import iso, to_line
from nof1_tracker.rendering.programs.report.comparison_object import comparison_object
from nof1_tracker.rendering.programs.report.report_object import report_object
from nof1_tracker.rendering.programs.verification_object import verification_object
from nof1_tracker.services.listing.two_models import read_comparison
from nof1_tracker.services.report import read_report
from nof1_tracker.services.verify.season_verification import verify
from tests.integration.reading.boards import ago
from tests.integration.web.served import record_of, serving
from tests.parsed_payloads import at, leg, parsed, store
from tests.worlds import arena_of, midday

END = midday(arena_of(days=0.4))
TABLES: dict[str, type[Base]] = {
    "seasons": Season,
    "equity": LeaderboardSnapshot,
    "positions": Position,
    "trades": Trade,
    "chats": ModelChat,
    "decisions": ChatDecisionRow,
    "prices": Price,
}
FIGURES = ("equity", "positions", "trades", "decisions", "prices", "leaderboard")


def rows_of(api: httpx.Client, path: str, **asked: Any) -> list[dict[str, Any]]:
    response = api.get(path, params=asked)
    assert response.status_code == 200, response.text
    rows: list[dict[str, Any]] = response.json()["data"]
    return rows


def walked(api: httpx.Client, path: str, **asked: Any) -> list[dict[str, Any]]:
    """Every row of a list, page by page."""
    rows: list[dict[str, Any]] = []
    while True:
        answer = api.get(path, params=asked).json()
        rows += answer["data"]
        if answer["next"] is None:
            return rows
        asked["cursor"] = answer["next"]


@pytest.mark.parametrize("path", TABLES)
def test_a_list_holds_each_row_of_its_table_once(
    api: httpx.Client, season: Engine, path: str
) -> None:
    with season.connect() as connection:
        stored = connection.execute(
            select(func.count()).select_from(TABLES[path])
        ).scalar_one()

    asked = {} if path == "seasons" else {"limit": 1000}
    rows = walked(api, path, **asked)

    assert len(rows) == stored > 0
    assert len({repr(row) for row in rows}) == stored


@pytest.mark.parametrize("path", FIGURES)
def test_a_figure_has_its_source_and_when_it_was_observed(
    api: httpx.Client, path: str
) -> None:
    for row in rows_of(api, path):
        assert row["source"]
        assert row["observed_at"].endswith("Z")


def test_the_leaderboard_ranks_by_equity_and_names_its_season(
    api: httpx.Client,
) -> None:
    answer = api.get("leaderboard").json()

    assert answer["season"] == "1"
    equities = [Decimal(row["equity"]) for row in answer["data"]]
    assert equities == sorted(equities, reverse=True)
    ranks = [row["rank"] for row in answer["data"] if row["rank"] is not None]
    assert ranks == sorted(ranks)
    assert ranks[0] == 1


def test_the_leaderboard_of_an_earlier_time_knows_nothing_later(
    api: httpx.Client,
) -> None:
    observed = [row["observed_at"] for row in rows_of(api, "leaderboard", at="5h")]
    limit = max(row["observed_at"] for row in rows_of(api, "equity", until="5h"))

    assert observed
    assert max(observed) <= limit


def test_decimals_are_strings_with_every_stored_digit(
    api: httpx.Client, season: Engine
) -> None:
    with season.connect() as connection:
        rows = connection.execute(select(Trade.trade_id, Trade.pnl))
        stored = {tuple(row) for row in rows}

    served = {
        (row["trade_id"], None if row["net_pnl"] is None else Decimal(row["net_pnl"]))
        for row in walked(api, "trades", limit=1000)
    }

    assert served == stored


def test_filters_have_the_names_and_the_meaning_of_the_command_line(
    api: httpx.Client,
) -> None:
    every = walked(api, "trades", limit=1000)
    model, symbol = every[0]["model_id"], every[0]["symbol"]

    asked = {"model": model, "symbol": symbol.lower(), "side": "long", "limit": 1000}
    found = walked(api, "trades", **asked)

    assert found == [
        row
        for row in every
        if (row["model_id"], row["symbol"], row["side"]) == (model, symbol, "long")
    ]


@pytest.mark.parametrize("path", ["trades", "chats", "equity"])
def test_a_season_may_be_named(api: httpx.Client, path: str) -> None:
    every = walked(api, path, limit=1000)

    assert walked(api, path, season="1", limit=1000) == every != []
    assert walked(api, path, season="1.5", limit=1000) == []


def test_revisions_have_a_span_and_a_season(engine: Engine) -> None:
    for hours, equity in ((1, 100), (2, 200), (3, 300)):
        changed = leg("alpha", 1, net_pnl=Decimal(equity), raw={"pnl": equity})
        store(engine, parsed(Endpoint.TRADES, legs=[changed], observed=hours))

    with serving(record_of(engine)) as api:
        found = rows_of(api, "revisions")
        last = rows_of(api, "revisions", since=iso(at(3)))
        first = rows_of(api, "revisions", until=iso(at(3)), season="1")
        other = rows_of(api, "revisions", season="1.5")

    assert [row["to"] for row in found] == ["300", "200"]
    assert (last, first, other) == (found[:1], found[1:], [])


def test_candles_are_those_of_the_symbol_and_interval_newest_first(
    engine: Engine,
) -> None:
    begun = [ago(hours=hours) for hours in (3, 2, 1)]
    candles = [
        Candle(
            symbol,
            interval,
            opened_at=at,
            closed_at=at + timedelta(hours=1),
            open=Decimal(100),
            high=Decimal("104.5"),
            low=Decimal(99),
            close=Decimal(103),
            volume=Decimal("12.5"),
            trades=7,
        )
        for at in begun
        for symbol, interval in (("BTC", "1h"), ("BTC", "4h"), ("ETH", "1h"))
    ]
    with UnitOfWork(engine, writes=True) as unit:
        unit.repositories.exchange.store_candles(candles)
        unit.commit()

    with serving(record_of(engine)) as api:
        found = walked(api, "candles", symbol="BTC", interval="1h", limit=2)

    assert [row["opened_at"] for row in found] == [iso(at) for at in begun[::-1]]
    assert [found[0][each] for each in ("open", "high", "low", "close")] == [
        *("100", "104.5", "99", "103")
    ]


@pytest.mark.parametrize("path", ["trades", "positions", "decisions", "prices"])
def test_several_symbols_may_be_given(api: httpx.Client, path: str) -> None:
    every = walked(api, path, limit=1000)
    symbols = sorted({row["symbol"] for row in every})
    assert len(symbols) > 2

    found = walked(api, path, symbol=",".join(symbols[:2]), limit=1000)

    assert found == [row for row in every if row["symbol"] in symbols[:2]]


def test_a_search_finds_the_conversations_with_the_text(api: httpx.Client) -> None:
    every = walked(api, "chats", full=True, limit=1000)
    word = every[0]["content"].split()[3]

    found = walked(api, "chats", full=True, search=word.upper(), limit=3)

    assert [row["conversation_id"] for row in found] == [
        row["conversation_id"]
        for row in every
        if word.lower() in f"{row['content']}\x1e{row['summary']}".lower()
    ]


def test_a_span_is_half_open(api: httpx.Client) -> None:
    times = sorted({row["observed_at"] for row in walked(api, "equity", limit=1000)})
    start, end = times[1], times[3]

    found = walked(api, "equity", since=start, until=end, limit=1000)

    assert {row["observed_at"] for row in found} == set(times[1:3])


def test_the_report_and_the_comparison_are_those_of_the_use_cases(
    api: httpx.Client, season: Engine
) -> None:
    report = read_report(season, END)
    first, second = (each.account.account_id for each in report.models[:2])
    compared = read_comparison(season, END, (first, second))

    asked = {"first": first, "second": second}
    assert api.get("report").text == to_line(report_object(report))
    assert api.get("comparison", params=asked).text == to_line(
        comparison_object(compared)
    )


def test_coverage_adds_up_and_is_that_of_the_check(
    api: httpx.Client, season: Engine
) -> None:
    answer = api.get("coverage").json()

    checked = verification_object(verify(season, END))
    assert (answer["season"], answer["data"]) == ("1", checked["coverage"])
    known = [row for row in answer["data"] if row["expected"] is not None]
    assert known
    assert all(row["held"] + row["missing"] == row["expected"] for row in known)


def test_health_says_that_every_kind_is_recorded_without_ages(
    api: httpx.Client,
) -> None:
    health = api.get("health").json()

    assert health["healthy"] is True
    assert set(health["kinds"]) == {"leaderboard", "trades", "model_chat"}
    assert "age_seconds" not in health["kinds"]["trades"]
