"""What pages show of the rows that services read."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from nof1_tracker.analyzer.performance import Standing, Standings
from nof1_tracker.records.enums import EquitySource
from nof1_tracker.records.history.hyperliquid import Candle
from nof1_tracker.records.parsed import Account
from nof1_tracker.rendering.text import UNKNOWN
from nof1_tracker.web.views.slider_ticks import PLACES, gap_places, tick_places
from nof1_tracker.web.views.standing_views import (
    COLUMNS,
    a_day_before,
    standings_view,
)
from nof1_tracker.web.views.story_views import drawn_candles

START = datetime(2025, 10, 18, tzinfo=UTC)


def _candles(interval: str, length: timedelta, count: int) -> list[Candle]:
    price = Decimal(100)
    return [
        Candle(
            symbol="BTC",
            interval=interval,
            opened_at=START + number * length,
            closed_at=START + (number + 1) * length,
            open=price,
            high=price,
            low=price,
            close=price,
            volume=price,
            trades=1,
        )
        for number in range(count)
    ]


def test_trades_have_a_tick_where_they_were_and_share_it_at_one_place() -> None:
    bounds = int(START.timestamp()), int(START.timestamp()) + 6000
    seconds = (-60, 0, 3000, 3001, 6000, 6060)

    places = tick_places(bounds, [START + timedelta(seconds=each) for each in seconds])

    assert places == [0, PLACES // 2, PLACES]


def _after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_a_gap_is_hatched_from_its_first_place_to_its_last() -> None:
    bounds = int(START.timestamp()), int(START.timestamp()) + 6000
    gaps = [(-900, 600), (3000, 3003), (4500, 9000), (7000, 8000)]

    places = gap_places(
        bounds,
        [(_after(first), _after(last)) for first, last in gaps],
    )

    assert places == [(0, 60), (450, 150)]


def test_a_season_without_length_has_neither_ticks_nor_gaps() -> None:
    begin = int(START.timestamp())

    assert tick_places((begin, begin), [START]) == []
    assert gap_places((begin, begin), [(START, START + timedelta(days=1))]) == []


def test_a_story_is_drawn_with_the_shortest_candles() -> None:
    hours = _candles("1h", timedelta(hours=1), 12)
    longer = _candles("4h", timedelta(hours=4), 20)

    assert drawn_candles([*longer, *hours]) == hours


def test_a_few_candles_say_less_than_the_prices_between_them() -> None:
    assert drawn_candles(_candles("1h", timedelta(hours=1), 11)) == ()
    assert drawn_candles([]) == ()


def _standings(equity: int, observed_at: datetime) -> Standings:
    row = Standing(
        account=Account("alpha", "Alpha", "Maker", "alpha"),
        rank=1,
        equity=Decimal(equity),
        total_return=Decimal(0),
        unrealized_pnl=None,
        trades=None,
        win_rate=None,
        source=EquitySource.ACCOUNT_TOTALS,
        observed_at=observed_at,
        stale_sources=(),
    )
    return Standings(season=None, at=START + timedelta(days=400), rows=(row,))


@pytest.mark.parametrize(
    ("hours_before", "shown"),
    [
        (24, "+5.0 %"),
        (26, "+5.0 %"),
        (22, "+5.0 %"),
        (26.5, UNKNOWN),
        (0.1, UNKNOWN),
    ],
)
def test_a_days_change_is_known_only_where_a_day_before_was_observed(
    hours_before: float, shown: str
) -> None:
    now = _standings(10_500, START)
    before = _standings(10_000, START - timedelta(hours=hours_before))

    (line,) = standings_view(now, before, {}, {"alpha": 0.71}).lines

    column = [each.title for each in COLUMNS].index("24 h")
    assert line.cells[column].text == shown


def test_the_day_before_is_counted_from_the_observation_not_from_the_clock() -> None:
    assert a_day_before(_standings(10_000, START)) == START - timedelta(days=1)
