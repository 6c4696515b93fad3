"""`status --check`: silent while all is recorded, a line per kind that is not."""

import json
from datetime import timedelta
from typing import Any

import pytest

from nof1_tracker.clock import utc_now
from nof1_tracker.database import models
from nof1_tracker.demo import DemoSite
from nof1_tracker.records.enums import Kind, RunStatus
from tests.integration.reading.boards import Board, Run
from tests.worlds import arena_of, midday


def run_ended(board: Board, minutes: float, *kinds: str) -> None:
    """A run that ended so many minutes before now, having stored these kinds."""
    ended = utc_now() - timedelta(minutes=minutes)
    counts: list[dict[str, Any]] = [
        {"kind": kind, "source": "account_totals", "inserted": 1} for kind in kinds
    ]
    board.add(
        models.ScrapeRun(
            started_at=ended,
            finished_at=ended,
            transport="browser",
            origin="https://nof1.ai",
            status=RunStatus.PARTIAL,
            counts=counts,
        )
    )


def test_it_is_silent_while_every_kind_is_recorded(run: Run, board: Board) -> None:
    run_ended(board, 44, *Kind)
    assert run("status", "--check") == ""


def test_it_prints_a_line_per_stale_kind_and_exits_with_1(
    run: Run, board: Board
) -> None:
    run_ended(board, 130, "trades")
    run_ended(board, 1, "leaderboard")
    lines = run("status", "--check", code=1).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("trades: last success 2 h ago, at 20")
    assert lines[0].endswith(" UTC; 45 min is allowed")
    assert lines[1] == "model_chat: no success is known; 45 min is allowed"


@pytest.mark.parametrize(("age", "code"), [("129m", 1), ("131m", 0), ("20d", 0)])
def test_the_age_that_is_allowed_may_be_said(
    run: Run, board: Board, age: str, code: int
) -> None:
    run_ended(board, 130, *Kind)
    run("status", "--check", "--max-age", age, code=code)


def test_by_default_three_intervals_are_allowed(
    run: Run, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_ended(board, 130, *Kind)
    monkeypatch.setenv("REFRESH_INTERVAL", "50")
    run("status", "--check")
    monkeypatch.setenv("REFRESH_INTERVAL", "40")
    assert "2 h is allowed" in run("status", "--check", code=1)


def test_a_success_further_back_than_a_week_is_found_where_it_is_allowed(
    run: Run, board: Board
) -> None:
    run_ended(board, 10 * 1440, *Kind)
    run("status", "--check", "--max-age", "11d")
    assert "no success is known" in run("status", "--check", code=1)


def test_only_the_kinds_that_are_named_are_checked(run: Run, board: Board) -> None:
    run_ended(board, 1, "model_chat")
    run("status", "--check", "--kinds", "model-chat")
    told = run("status", "--check", "--kinds", "trades, Model_Chat", code=1)
    assert told.startswith("trades: ")


def test_programs_get_all_of_it(run: Run, board: Board) -> None:
    run_ended(board, 10, "trades")
    told = json.loads(run("status", "--check", "--format", "json", code=1))
    assert told["stale"] == ["leaderboard", "model_chat"]
    assert told["kinds"]["trades"]["age_seconds"] == pytest.approx(600, abs=60)


@pytest.mark.parametrize(
    "words",
    [
        ("--max-age", "45m"),
        ("--kinds", "trades"),
        ("--check", "--max-age", "45"),
        ("--check", "--max-age", "0m"),
        ("--check", "--max-age", "9" * 400 + "d"),
        ("--check", "--kinds", ""),
        ("--check", "--kinds", "trade"),
    ],
)
def test_wrong_usage_is_told(run: Run, words: tuple[str, ...]) -> None:
    assert "Error:" in run("status", *words, code=2)


def test_a_scrape_from_the_command_line_is_a_success(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    arena = arena_of()
    with DemoSite(arena, speed=0, at=midday(arena)) as site:
        monkeypatch.setenv("NOF1_BASE_URL", site.url)
        run("scrape", "--transport", "http", "--trades")
        told = run("status", "--check", code=1)
    assert told.count("\n") == 1
    assert told.startswith("model_chat: ")
