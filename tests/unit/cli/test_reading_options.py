"""How the values of shared options are read."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import typer

from nof1_tracker.cli.options import (
    encodable,
)
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.asking.written_values import (
    parse_kinds,
    parse_season,
    parse_symbols,
    parse_time,
    parse_window,
)
from nof1_tracker.records.enums import Kind

NOW = datetime(2025, 10, 28, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2025-10-28", datetime(2025, 10, 28, tzinfo=UTC)),
        ("2025-10-28T06:51", datetime(2025, 10, 28, 6, 51, tzinfo=UTC)),
        ("2025-10-28 06:51:03", datetime(2025, 10, 28, 6, 51, 3, tzinfo=UTC)),
        ("2025-10-28T06:51Z", datetime(2025, 10, 28, 6, 51, tzinfo=UTC)),
        ("2025-10-28T06:51+02:00", datetime(2025, 10, 28, 4, 51, tzinfo=UTC)),
        ("30m", NOW - timedelta(minutes=30)),
        ("2h", NOW - timedelta(hours=2)),
        (" 1.5 H ago", NOW - timedelta(minutes=90)),
        ("3d", NOW - timedelta(days=3)),
        ("1w", NOW - timedelta(days=7)),
        ("2 days", NOW - timedelta(days=2)),
        ("24hrs", NOW - timedelta(days=1)),
        ("10 minutes ago", NOW - timedelta(minutes=10)),
        ("today", datetime(2025, 10, 28, tzinfo=UTC)),
        (" Yesterday", datetime(2025, 10, 27, tzinfo=UTC)),
    ],
)
def test_times_are_iso_8601_dates_or_ages(text: str, time: datetime) -> None:
    assert parse_time(text, NOW) == time


def test_no_time_is_none() -> None:
    assert parse_time(None, NOW) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2025-13-01",
        "2x",
        "2 months",
        "99999999999d",
        "9999-12-31T23:59-14:00",
    ],
)
def test_what_is_no_time_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_time(text, NOW)

    assert repr(text) in caught.value.message
    assert "2h" in caught.value.remedy


def test_season_numbers_need_not_be_whole() -> None:
    assert parse_season("1.5") == Decimal("1.5")
    assert parse_season(None) is None


@pytest.mark.parametrize("text", ["one", "nan", "inf", ""])
def test_what_is_no_season_number_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="not a valid season number"):
        parse_season(text)


def test_text_that_no_database_can_hold_is_refused() -> None:
    with pytest.raises(typer.BadParameter):
        encodable("caf\udce9")
    assert encodable("café") == "café"
    assert encodable(None) is None


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (None, tuple(Kind)),
        ("model_chat", (Kind.MODEL_CHAT,)),
        ("Model-Chat, leaderboard", (Kind.LEADERBOARD, Kind.MODEL_CHAT)),
        ("trades,trades", (Kind.TRADES,)),
    ],
)
def test_kinds_are_named_in_any_order_with_either_dash(
    text: str | None, kinds: tuple[Kind, ...]
) -> None:
    assert parse_kinds(text) == kinds


@pytest.mark.parametrize("text", ["", "trades,", "model chat", "positions"])
def test_a_word_that_is_no_kind_is_told(text: str) -> None:
    with pytest.raises(ConfigurationError, match="leaderboard, trades, model_chat"):
        parse_kinds(text)


def test_a_window_has_a_length() -> None:
    assert parse_window("2d", "today", NOW) == (
        NOW - timedelta(days=2),
        datetime(2025, 10, 28, tzinfo=UTC),
    )
    assert parse_window(None, None, NOW) == (None, None)
    for since, until in (("today", "yesterday"), ("today", "today")):
        with pytest.raises(ConfigurationError, match="Nothing lies between"):
            parse_window(since, until, NOW)


def test_symbols_are_a_list_with_commas() -> None:
    assert parse_symbols("BTC, xyz:NVDA,") == ("BTC", "xyz:NVDA")
    assert parse_symbols(None) == ()
