"""Which season is meant, and where its figures end."""

import csv
import io
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.enums import Cut
from nof1_tracker.services.report import read_report
from nof1_tracker.services.standings import read_standings
from tests.integration.reading.boards import (
    BOARD,
    CHAT,
    NOW,
    PAGE,
    TOTALS,
    Board,
    Run,
    ago,
)

CLOSE = ago(hours=2)


def season_of(engine: Engine, at: Any = NOW) -> float | None:
    found = read_standings(engine, at).season
    return None if found is None else float(found.number)


def test_it_is_the_newest_season_with_a_row_of_any_kind(
    engine: Engine, board: Board
) -> None:
    assert season_of(engine) is None
    board.snapshot("alpha", "9000", ago(hours=1), season=0)
    assert season_of(engine) == 0
    board.chat("alpha", "c", timestamp=ago(hours=7))
    assert season_of(engine) == 1
    later = board.season_ids[1.5]
    board.trade("beta", "t", season_id=later, opened_at=ago(hours=6))
    assert season_of(engine) == 1.5
    assert season_of(engine, ago(hours=6.5)) == 1


def test_trades_alone_make_a_report_of_the_newest_season(
    board: Board, run: Run
) -> None:
    board.snapshot("alpha", "9000", ago(hours=1), season=0)
    board.trade("alpha", "t")

    assert "No equity in season 1" in run("leaderboard")
    report = json.loads(run("report", "--format", "json"))
    assert report["season"]["number"] == 1
    assert report["models"][0]["trades"]["net_pnl"] == 10


@pytest.fixture
def went_on(board: Board) -> Board:
    """A season that was observed for an hour after it closed."""
    board.close(1, CLOSE)
    for name, before, after in (("alpha", "12000", "11000"), ("beta", "11500", None)):
        board.snapshot(name, before, CLOSE - timedelta(hours=1))
        if after:
            board.snapshot(name, after, CLOSE + timedelta(hours=1))
    board.trade("alpha", "early", closed_at=CLOSE - timedelta(minutes=30))
    board.trade("alpha", "late", closed_at=CLOSE + timedelta(minutes=30))
    return board


def test_the_last_observation_is_the_default_and_the_close_is_shown_beside_it(
    went_on: Board, engine: Engine
) -> None:
    beta, alpha = read_standings(engine, NOW).rows

    assert (alpha.equity, alpha.rank, alpha.trades) == (Decimal(11_000), 2, 2)
    assert alpha.at_close is not None
    assert (alpha.at_close.equity, alpha.at_close.rank) == (Decimal(12_000), 1)
    assert alpha.at_close.total_return == Decimal("0.2")
    assert alpha.at_last == alpha.level
    assert beta.at_close is not None
    assert (beta.equity, beta.at_close.equity, beta.at_close.rank) == (
        Decimal(11_500),
        Decimal(11_500),
        2,
    )


def test_at_close_ranks_by_what_was_observed_up_to_the_close(
    went_on: Board, engine: Engine
) -> None:
    standings = read_standings(engine, NOW, cut=Cut.CLOSE)

    alpha, _ = standings.rows
    assert (alpha.equity, alpha.rank, alpha.trades) == (Decimal(12_000), 1, 1)
    assert alpha.at_last is not None
    assert alpha.at_last.equity == 11_000
    assert standings.at == CLOSE


def test_an_observation_at_the_very_close_is_in_it(
    engine: Engine, board: Board
) -> None:
    board.close(1, CLOSE)
    board.snapshot("alpha", "12000", CLOSE)

    (row,) = read_standings(engine, NOW, cut=Cut.CLOSE).rows
    report = read_report(engine, NOW, cut=Cut.CLOSE)

    assert (row.equity, row.at_close, row.at_last) == (Decimal(12_000), None, None)
    assert report.end == CLOSE


def test_the_leaderboard_says_where_it_ends(went_on: Board, run: Run) -> None:
    last, closed = run("leaderboard"), run("leaderboard", "--at", "close")
    rows = json.loads(run("leaderboard", "--format", "json"))
    of_alpha, _ = csv.DictReader(
        io.StringIO(run("leaderboard", "--at", "close", "--format", "csv"))
    )

    assert "Season 1 · last observation 2025-10-28 06:00 UTC" in last
    assert "Season 1 · at its close, 2025-10-28 05:00 UTC" in closed
    assert "The season closed 2025-10-28 05:00 UTC and was observed until" in last
    alpha = next(row for row in rows if row["model_id"] == "alpha")
    assert (alpha["cut"], alpha["equity"]) == ("last", 11_000)
    assert (alpha["equity_at_close"], alpha["return_at_close"]) == (12_000, 0.2)
    assert (of_alpha["cut"], of_alpha["equity"]) == ("close", "12000")
    assert of_alpha["equity_at_last"] == "11000"
    at = json.loads(run("leaderboard", "--at", NOW.isoformat(), "--format", "json"))
    assert {row["cut"] for row in at} == {"time"}


def test_report_and_compare_say_where_they_end(went_on: Board, run: Run) -> None:
    last, closed = run("report"), run("report", "--at", "close")
    alone = json.loads(run("report", "alpha", "--at", "close", "--format", "json"))
    both = json.loads(run("compare", "alpha", "beta", "--format", "json"))

    assert "2025-10-28 06:00 UTC (last observation)" in last
    assert "at the close: Beta $11,500.00 (+15.0 %), Alpha $12,000.00" in " ".join(
        last.split()
    )
    assert "(the close)" in closed
    assert "last: Alpha $11,000.00 (+10.0 %)" in " ".join(closed.split())
    (model,) = alone["models"]
    assert (alone["cut"], model["standing"]["equity"]) == ("close", 12_000)
    assert model["at_last"]["equity"] == 11_000
    assert model["trades"]["total_trades"] == 1
    assert model["equity"]["final_equity"] == 12_000
    assert (both["cut"], both["first"]["at_close"]["equity"]) == ("last", 12_000)
    assert "(the close)" in run("compare", "alpha", "beta", "--at", "close")
    assert "the close" in run("report", "--at", "close", "--format", "markdown")


def test_undated_figures_after_the_close_extend_nothing(
    engine: Engine, board: Board
) -> None:
    board.close(1, CLOSE)
    board.snapshot("alpha", "12000", CLOSE - timedelta(hours=1))
    board.snapshot("beta", "9000", CLOSE - timedelta(minutes=5), BOARD)
    for source in (BOARD, PAGE):
        board.snapshot("alpha", "12000", CLOSE + timedelta(hours=1), source)
        board.snapshot("beta", "9100", CLOSE + timedelta(hours=1), source)

    standings = read_standings(engine, NOW)
    alpha, beta = standings.rows
    report = read_report(engine, NOW)

    assert (alpha.source, beta.equity, beta.source) == (TOTALS, Decimal(9000), BOARD)
    assert standings.observed_at == report.end == CLOSE - timedelta(hours=1)
    assert not standings.went_on


def test_an_undated_figure_is_better_than_none(engine: Engine, board: Board) -> None:
    board.close(1, CLOSE)
    board.snapshot("alpha", "9100", CLOSE + timedelta(hours=1), PAGE)

    (row,) = read_standings(engine, NOW).rows

    assert (row.equity, row.source) == (Decimal(9100), PAGE)


def test_a_season_that_has_not_closed_cannot_be_cut_there(
    engine: Engine, board: Board, run: Run
) -> None:
    board.close(1, NOW + timedelta(days=6))
    board.snapshot("alpha", "9000", ago(hours=1), CHAT)

    with pytest.raises(ConfigurationError, match="has not closed yet"):
        read_standings(engine, NOW, cut=Cut.CLOSE)
    with pytest.raises(ConfigurationError, match="has not closed yet"):
        read_report(engine, NOW, cut=Cut.CLOSE)
    board.close(1, None)
    assert "has not closed yet" in run("leaderboard", "--at", "close", code=2)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("report", "--at", "noon"), "cannot be cut at 'noon'"),
        (("report", "--at", "close", "--until", "1d"), "both end the report"),
        (("leaderboard", "--at", "noon"), "'noon' is not a valid time"),
    ],
)
def test_what_is_no_cut_is_refused_in_a_line(
    went_on: Board, run: Run, words: tuple[str, ...], told: str
) -> None:
    assert told in " ".join(run(*words, code=2).split())
