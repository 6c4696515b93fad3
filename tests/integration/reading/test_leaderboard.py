"""Who is ahead, as the leaderboard command answers."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from nof1_tracker.analyzer.metrics import split_outcomes
from nof1_tracker.database import models
from nof1_tracker.rendering.text import UNKNOWN
from nof1_tracker.services.reading.best_traders import read_best_chances
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

HOUR = timedelta(hours=1)


def equities(engine: Engine, at: datetime = NOW, **options: Any) -> dict[str, Any]:
    report = read_standings(engine, at, **options)
    return {row.account.account_id: (row.equity, row.source) for row in report.rows}


def test_the_newest_trusted_equity_counts_whichever_source_it_has(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "11000", ago(hours=1), TOTALS)
    board.snapshot("alpha", "11500", ago(minutes=5), CHAT)
    board.snapshot("alpha", "9000", ago(minutes=1), BOARD)
    board.snapshot("beta", "8000", ago(minutes=9), CHAT)
    board.snapshot("beta", "8100", ago(minutes=2), TOTALS)

    assert equities(engine) == {
        "alpha": (Decimal(11500), CHAT),
        "beta": (Decimal(8100), TOTALS),
    }


def test_an_untrusted_equity_counts_only_where_there_is_no_other(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "11000", ago(days=9))
    board.snapshot("alpha", "9000", ago(minutes=1), BOARD)
    board.snapshot("beta", "8000", ago(minutes=9), BOARD)
    board.snapshot("beta", "8100", ago(minutes=2), PAGE)

    assert equities(engine) == {
        "alpha": (Decimal(11000), TOTALS),
        "beta": (Decimal(8100), PAGE),
    }


def test_nothing_that_was_observed_later_is_in_the_standings(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "10500", ago(hours=5))
    board.snapshot("alpha", "11000", ago(hours=1))
    board.snapshot("late", "12000", ago(hours=1))
    board.trade("alpha", "early", closed_at=ago(hours=6))
    board.trade("alpha", "after", closed_at=ago(hours=2))

    report = read_standings(engine, ago(hours=5))

    (row,) = report.rows
    assert (row.account.account_id, row.trades) == ("alpha", 1)
    assert row.equity == 10500


def test_legs_of_the_season_are_counted_and_open_positions_are_not(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "10500", ago(hours=1))
    board.trade("alpha", "win", pnl=Decimal("0.000000001"))
    board.trade("alpha", "even", pnl=Decimal(0))
    board.trade("alpha", "open", exit_price=None, pnl=None, closed_at=None)
    board.trade("alpha", "cancelled", exit_price=None, pnl=None)
    board.trade("alpha", "other season", season_id=None)

    (row,) = read_standings(engine, NOW).rows

    assert (row.trades, row.win_rate) == (2, Decimal("0.5"))


def test_legs_are_won_and_lost_as_the_definition_of_outcomes_says(
    engine: Engine, board: Board
) -> None:
    nets = [Decimal("0.00000001"), Decimal(7), Decimal("-0.5"), Decimal(0), None]
    for place, net in enumerate(nets):
        board.trade("alpha", f"leg {place}", pnl=net)
    board.trade("beta", "another", pnl=Decimal(-1))
    board.snapshot("alpha", "10000", NOW)
    board.snapshot("beta", "9000", NOW)
    board.snapshot("gamma", "8000", NOW)

    rows = read_standings(engine, NOW).rows

    known = split_outcomes(nets)
    assert [(row.trades, row.win_rate) for row in rows] == [
        (known.legs, known.win_rate),
        (1, Decimal(0)),
        (0, None),
    ]


def test_the_best_is_found_among_those_with_enough_trades(
    engine: Engine, board: Board
) -> None:
    for place in range(11):
        at = ago(hours=20 - place)
        for name, net in (("alpha", 10 + place), ("beta", place - 5)):
            times = {"opened_at": at - HOUR, "closed_at": at, "created_at": at}
            board.trade(name, f"{name} {place}", pnl=Decimal(net), **times)
    board.trade("gamma", "only one", pnl=Decimal(900))

    chances = read_best_chances(engine, NOW)
    earlier = read_best_chances(engine, ago(hours=15))

    assert chances["alpha"] == pytest.approx(1, abs=0.01)
    assert chances["beta"] == pytest.approx(0, abs=0.01)
    assert chances["gamma"] is None
    assert set(earlier.values()) == {None}


def test_the_table_shows_no_number_of_trades_where_none_of_the_season_is_stored(
    run: Run, board: Board
) -> None:
    board.snapshot("alpha", "11000", ago(minutes=5))
    row = next(line for line in run("leaderboard").splitlines() if "11,000" in line)
    unrealized, trades, wins = row.partition("%")[2].split()[:3]
    assert {unrealized, trades, wins} == {UNKNOWN}


def test_a_model_that_was_added_by_hand_stands_under_its_name(
    engine: Engine, board: Board
) -> None:
    with Session(engine) as session:
        model = models.LLMModel(name="By Hand", provider="Me")
        session.add(model)
        session.commit()
        board._models["by hand"] = model.id
    board.snapshot("by hand", "10500", ago(hours=1))

    assert set(equities(engine)) == {"By Hand"}


def test_an_unknown_season_is_refused_with_the_known_ones(run: Run) -> None:
    output = run("leaderboard", "--season", "7", code=2)

    assert "There is no season 7" in output
    assert "0, 1, 1.5" in output


def test_leaderboard_json_is_exact_and_names_the_stale_endpoint(
    run: Run, board: Board
) -> None:
    board.snapshot("alpha", "21510.45", ago(minutes=5), CHAT)
    board.snapshot("alpha", "10900.67", ago(minutes=2), BOARD)

    output = run("leaderboard", "--at", "2025-10-28T07:00Z", "--format", "json")

    assert '"equity": 21510.45,' in output
    (row,) = json.loads(output)
    assert ",".join(row) == (
        "rank,model_id,name,provider,equity,total_return,unrealized_pnl,trades,"
        "win_rate,source,observed_at,stale_sources,cut,equity_at_close,"
        "return_at_close,equity_at_last,return_at_last"
    )
    assert row["observed_at"] == "2025-10-28T06:55:00Z"
    assert row["win_rate"] is None
    (stale,) = row["stale_sources"]
    assert stale["source"] == "leaderboard"
    assert stale["difference"] == pytest.approx(-0.49324, abs=1e-5)


def test_the_leaderboard_table_says_who_is_wrong_and_loses_no_number_in_a_pipe(
    run: Run, board: Board
) -> None:
    name = "A model with a rather long name - Situational Awareness and more of it"
    board.model("alpha", name=name)
    board.snapshot("alpha", "21510.45", ago(minutes=5), CHAT)
    board.snapshot("alpha", "10900.67", ago(minutes=2), BOARD)

    output = run("leaderboard", "--at", "2025-10-28T07:00Z")

    assert any(
        name in line
        and "21,510.45" in line
        and "model_chat" in line
        and "5 min" in line
        for line in output.splitlines()
    )
    assert f"$10,900.67 for {name}: off by -49.3 %" in output
    assert "\x1b" not in output


def test_a_million_snapshots_are_probed_not_scanned(
    engine: Engine, board: Board
) -> None:
    """Holds the plan, not the time: SQLite says which index it will search."""
    if engine.dialect.name != "sqlite":
        pytest.skip("plans of PostgreSQL depend on the statistics of its tables")
    board.snapshot("alpha", "10500", ago(hours=1))
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, sql: str, parameters: Any, *_rest: Any) -> None:
        if "leaderboard_snapshots" in sql:
            statements.append((sql, parameters))

    event.listen(engine, "before_cursor_execute", note)
    read_standings(engine, NOW)
    event.remove(engine, "before_cursor_execute", note)

    with engine.connect() as connection:
        for sql, parameters in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)
            steps = [row[-1] for row in plan]
            assert not any(
                step.startswith("SCAN leaderboard_snapshots")
                and "ix_leaderboard_timestamp" not in step
                for step in steps
            ), steps
    assert len(statements) >= 4


@pytest.mark.captures
def test_the_captures_of_october_rank_deepseek_first_to_the_cent(
    captures: Path, run: Run
) -> None:
    run("import", str(captures))

    rows = json.loads(run("leaderboard", "--format", "json"))

    assert [(row["rank"], row["model_id"], row["equity"]) for row in rows] == [
        (1, "deepseek-chat-v3.1", 21510.45),
        (2, "qwen3-max", 16753.07),
        (3, "claude-sonnet-4-5", 11247.59),
        (4, "grok-4", 10415.07),
        (5, "gemini-2.5-pro", 3846.07),
        (6, "gpt-5", 3741.88),
    ]
    assert {row["source"] for row in rows} == {"model_chat"}
    assert all(row["stale_sources"] for row in rows)
    assert {row["model_id"]: row["trades"] for row in rows} == {
        "deepseek-chat-v3.1": 17,
        "qwen3-max": 29,
        "claude-sonnet-4-5": 21,
        "grok-4": 20,
        "gemini-2.5-pro": 100,
        "gpt-5": 66,
    }


def test_a_model_is_shown_with_its_rank_among_all(run: Run, board: Board) -> None:
    board.snapshot("alpha", "12000", ago(hours=1))
    board.snapshot("beta", "11000", ago(hours=1))

    (row,) = json.loads(run("leaderboard", "beta", "--format", "json"))

    assert (row["model_id"], row["rank"]) == ("beta", 2)


def test_a_name_means_the_account_that_takes_part_in_the_season(
    run: Run, board: Board
) -> None:
    board.snapshot("gpt-5", "12000", ago(hours=1))
    board.snapshot("gpt-5.1", "11000", ago(hours=1), season=1.5)

    for season, account in (("1", "gpt-5"), ("1.5", "gpt-5.1")):
        words = ("gpt", "--season", season, "--format", "json")
        (row,) = json.loads(run("leaderboard", *words))
        assert row["model_id"] == account
