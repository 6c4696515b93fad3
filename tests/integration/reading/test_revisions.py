"""Which changes of stored values the revisions command lists."""

import csv
import io
import json
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from nof1_tracker.database import models
from nof1_tracker.database.version_models import RevisionRow
from nof1_tracker.records.enums import RevisedTable, RevisionCause
from nof1_tracker.rendering.programs.revisions import COLUMNS
from tests.integration.reading.boards import NOW, Board, Run, ago


def revise(
    board: Board, table: Any, at: datetime = NOW, row: int | None = None, **changes: Any
) -> None:
    """Revises the newest row of the table, or that one."""
    with Session(board.engine) as session:
        newest = session.scalars(select(table.id).order_by(table.id.desc())).first()
    fields: dict[str, Any] = {
        "table_name": table.__tablename__,
        "row_id": row or newest,
        "field": "pnl",
        "old": "95.000000000000",
        "new": "-300.000000000000",
        "observed_before": ago(hours=9),
        "observed_after": at,
        "cause": RevisionCause.NEWER,
    }
    board.add(RevisionRow(**(fields | changes)))


@pytest.fixture
def revised(board: Board) -> Board:
    """A revision in each table, of three models; the prices' was observed last."""
    board.snapshot("alpha", "10000", ago(hours=8))
    revise(board, models.LeaderboardSnapshot, ago(hours=7), field="total_assets")
    board.position("alpha", ago(hours=8))
    revise(board, models.Position, ago(hours=6), field="margin")
    board.trade("alpha", "leg-1")
    revise(board, models.Trade, ago(hours=5))
    chat = board.chat("beta", "talk-1")
    text: dict[str, Any] = {"old": "I hold.", "new": "I buy."}
    revise(board, models.ModelChat, ago(hours=4), field="content", **text)
    decision = models.ChatDecisionRow(model_chat_id=chat, symbol="BTC", signal="hold")
    board.add(decision)
    revise(board, models.ChatDecisionRow, ago(hours=3), field="stop_loss", new=None)
    statistics = {"observed_at": ago(hours=8), "total_trades": 3, "raw_data": {}}
    gamma = board.model("gamma", name="Gamma")
    board.add(models.ReportedStatistics(model_id=gamma, **statistics))
    counts: dict[str, Any] = {"field": "total_trades", "old": 2, "new": 3}
    revise(board, models.ReportedStatistics, ago(hours=2), **counts)
    board.add(models.Price(symbol="BTC", observed_at=ago(hours=8), price=1))
    revise(board, models.Price, ago(hours=1), field="price")
    return board


def rows(run: Run, *options: str) -> list[dict[str, Any]]:
    found = json.loads(run("revisions", "--format", "json", *options))
    assert isinstance(found, list)
    return found


def test_each_table_names_its_row_and_its_model_newest_first(
    revised: Board, run: Run
) -> None:
    told = [(row["table"], row["row"], row["model_id"]) for row in rows(run)]
    at = "2025-10-27T23:00:00Z"
    assert told == [
        ("prices", f"{at} BTC", None),
        ("reported_statistics", at, "gamma"),
        ("chat_decisions", "talk-1 BTC", "beta"),
        ("model_chats", "talk-1", "beta"),
        ("trades", "leg-1", "alpha"),
        ("positions", f"{at} account_totals BTC 7", "alpha"),
        ("leaderboard_snapshots", f"{at} account_totals", "alpha"),
    ]


def test_a_revision_tells_both_values_both_times_and_the_cause(
    revised: Board, run: Run
) -> None:
    revise(
        revised, models.Trade, cause=RevisionCause.FULLER, archive_entry="a.warc.gz:7"
    )
    row, _ = rows(run, "--table", "trades")
    assert tuple(row) == COLUMNS
    assert (row["from"], row["to"], row["cause"]) == (95, -300, "fuller")
    assert row["observed_before"] == "2025-10-27T22:00:00Z"
    assert row["observed_after"] == "2025-10-28T07:00:00Z"
    assert row["archive_entry"] == "a.warc.gz:7"


def test_times_counts_texts_and_nothing_are_told_as_such(
    revised: Board, run: Run
) -> None:
    times: dict[str, Any] = {
        "old": ago(hours=2).isoformat(),
        "new": ago(hours=1).isoformat(),
    }
    revise(revised, models.Trade, field="closed_at", **times)
    found = {(row["table"], row["field"]): row for row in rows(run)}
    closed = found["trades", "closed_at"]
    assert closed["from"] == "2025-10-28T05:00:00Z"
    assert found["reported_statistics", "total_trades"]["to"] == 3
    assert found["model_chats", "content"]["to"] == "I buy."
    assert found["chat_decisions", "stop_loss"]["to"] is None
    assert "none" in run("revisions", "--table", "chat_decisions")


def test_they_are_narrowed_by_model_and_table_and_limited(
    revised: Board, run: Run
) -> None:
    assert {row["table"] for row in rows(run, "--model", "beta")} == {
        "model_chats",
        "chat_decisions",
    }
    assert len(rows(run, "--model", "alpha", "--table", "POSITIONS")) == 1
    assert [row["table"] for row in rows(run, "--limit", "1")] == ["prices"]
    assert "1 of 7 (all with --limit 0)" in run("revisions", "--limit", "1")
    assert len(rows(run, "--limit", "0")) == 7


def test_a_season_has_the_revisions_of_its_rows_and_of_its_time(
    revised: Board, run: Run
) -> None:
    second = revised.season_ids[1.5]
    revised.trade("alpha", "leg-2", season_id=second)
    revise(revised, models.Trade)
    later = datetime.fromisoformat("2025-11-25T00:00Z")
    revised.add(models.Price(symbol="BTC", observed_at=later, price=1))
    revise(revised, models.Price, field="price")
    assert len(rows(run, "--season", "1")) == 7
    assert {row["row"] for row in rows(run, "--season", "1.5")} == {
        "leg-2",
        "2025-11-25T00:00:00Z BTC",
    }
    assert "There is no season 7" in run("revisions", "--season", "7", code=2)


def test_one_without_a_time_is_told_last_and_one_without_its_row_by_number(
    revised: Board, run: Run
) -> None:
    revise(revised, models.Trade, row=99, observed_after=None, observed_before=None)
    assert (rows(run)[-1]["row"], rows(run)[-1]["row_id"]) == ("", 99)
    assert "#99" in run("revisions")


def test_every_table_of_which_versions_are_kept_can_be_asked_for() -> None:
    versioned = {
        str(mapper.local_table)
        for mapper in models.Base.registry.mappers
        if issubclass(mapper.class_, models.Versioned)
    }
    assert versioned == set(RevisedTable)


def test_without_one_the_command_says_so(board: Board, run: Run) -> None:
    assert "no stored value was served differently later" in run("revisions")
    assert rows(run) == []
    (header,) = csv.reader(io.StringIO(run("revisions", "--format", "csv")))
    assert tuple(header) == COLUMNS


def test_the_site_cannot_colour_the_terminal(board: Board, run: Run) -> None:
    board.chat("beta", "talk-1")
    evil: dict[str, Any] = {"old": "\x1b[31mred", "new": "[bold]x[/bold]" * 9}
    revise(board, models.ModelChat, field="content", **evil)
    told = run("revisions")
    assert "\x1b" not in told
    assert "[bold]x[/bold]" in told


def test_status_counts_them_and_says_where_they_are_told(
    revised: Board, run: Run
) -> None:
    told = run("status")
    assert "Revisions: 7 stored values served differently later" in told
    assert "See `nof1-tracker revisions`." in told
    as_json = json.loads(run("status", "--format", "json"))["revisions"]
    assert as_json == {"count": 7, "newest_observed_at": "2025-10-28T06:00:00Z"}


def test_status_is_silent_about_none(engine: Engine, board: Board, run: Run) -> None:
    assert "Revisions:" not in run("status")
    as_json = json.loads(run("status", "--format", "json"))["revisions"]
    assert as_json == {"count": 0, "newest_observed_at": None}
