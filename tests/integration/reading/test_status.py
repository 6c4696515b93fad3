"""What the status command tells of the database."""

import json

import pytest
from sqlalchemy import Engine

from nof1_tracker.database import models
from nof1_tracker.records.enums import RunStatus
from nof1_tracker.services.read import read_condition
from tests.integration.reading.boards import BOARD, NOW, Board, Run, ago


def test_missing_cycles_are_counted_with_the_largest_gap_and_its_times(
    engine: Engine, board: Board
) -> None:
    cycles = {1: 60, 2: 57, 5: 48, 6: 45, 10: 33, 11: 30}
    for cycle, minutes in cycles.items():
        board.chat("alpha", f"a{cycle}", cycle_id=cycle, timestamp=ago(minutes=minutes))
    board.chat("alpha", "uncounted", cycle_id=None)
    board.chat("beta", "b7", cycle_id=7)
    board.chat("beta", "b8", cycle_id=8)

    alpha, beta = read_condition(engine, NOW).gaps

    assert (alpha.stored, alpha.missing, alpha.largest) == (6, 5, 3)
    assert (alpha.largest_from, alpha.largest_to) == (ago(minutes=45), ago(minutes=33))
    assert (beta.stored, beta.missing, beta.largest) == (2, 0, 0)
    assert beta.largest_from is None


def test_coverage_compares_stored_legs_with_the_newest_count_of_nof1(
    engine: Engine, board: Board
) -> None:
    board.trade("alpha", "one")
    board.trade("alpha", "open", exit_price=None, closed_at=None)
    for hours, total in ((1, None), (2, 4), (9, 3)):
        board.add(
            models.ReportedStatistics(
                model_id=board.model("alpha"),
                observed_at=ago(hours=hours),
                total_trades=total,
                raw_data={},
            )
        )

    (row,) = read_condition(engine, NOW).coverage

    assert (row.stored, row.reported, row.reported_at) == (1, 4, ago(hours=2))


def test_the_newest_observation_of_each_kind_is_told(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "10000", ago(hours=2))
    board.snapshot("alpha", "10001", ago(hours=1), BOARD)
    board.trade("alpha", "t", closed_at=ago(hours=3))
    board.model("beta")

    alpha, beta = read_condition(engine, NOW).newest

    assert (alpha.snapshot_at, alpha.trade_at) == (ago(hours=1), ago(hours=3))
    assert (alpha.chat_at, beta.snapshot_at) == (None, None)


def test_status_tells_runs_and_rejected_rows(run: Run, board: Board) -> None:
    for hours in range(7):
        board.add(
            models.ScrapeRun(
                started_at=ago(hours=hours),
                finished_at=None if hours == 0 else ago(hours=hours),
                transport="http",
                origin="https://nof1.ai",
                status=RunStatus.RUNNING if hours == 0 else RunStatus.COMPLETE,
                counts=None if hours == 0 else [{"inserted": 1234, "rejected": 2}],
            )
        )
    for number in range(7):
        board.add(
            models.RejectedPayload(
                digest=f"d{number}",
                endpoint="trades",
                reason="no exit price" if number < 2 else f"reason {number}",
                payload="{}",
                origin="x",
                first_seen_at=ago(hours=9),
                last_seen_at=ago(hours=number),
                occurrences=5,
            )
        )

    report = json.loads(run("status", "--format", "json"))
    table = run("status")

    assert len(report["runs"]) == 5
    assert report["runs"][0]["status"] == "running"
    assert report["rejected"][0] == {
        "endpoint": "trades",
        "reason": "no exit price",
        "occurrences": 10,
        "last_seen_at": "2025-10-28T07:00:00Z",
    }
    assert len(report["rejected"]) == 5
    assert report["rows"]["rejected_payloads"] == 7
    assert "interrupted or running" in table
    assert "1,234" in table


def test_status_never_shows_the_password(
    run: Run, migrated_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("a file has no password")
    # Where the server asks for a password, only the right one gets an answer.
    password = engine.url.password or "s3cret!"
    secret = engine.url.set(password=password)
    monkeypatch.setenv(
        "NOF1_DATABASE_URL", secret.render_as_string(hide_password=False)
    )

    shown = run("status") + run("status", "--format", "json")

    assert str(engine.url.database) in shown
    assert password not in shown
