"""Two sources that observed one instant: it counts once, as the better one has it."""

import csv
import io
import json
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.records.changes import Memory, Watermark
from nof1_tracker.services.report import read_report
from nof1_tracker.services.standings import read_standings
from tests.integration.reading.boards import CHAT, NOW, TOTALS, Board, Run, ago


@pytest.fixture(params=["better first", "better last"])
def twice(request: pytest.FixtureRequest, board: Board) -> Board:
    """Account totals and a prompt that observed the same instants."""
    both = [("11000", TOTALS, 1), ("12000", CHAT, 2)]
    if request.param == "better last":
        both.reverse()
    for hours in (3, 2, 1):
        for equity, source, held in both:
            board.snapshot(
                "alpha", equity, ago(hours=hours), source, open_positions=held
            )
    for _, source, held in both:
        for oid in range(held):
            board.position("alpha", ago(hours=1), entry_oid=oid, source=source)
    return board


def test_the_leaderboard_shows_the_better_source(engine: Engine, twice: Board) -> None:
    (row,) = read_standings(engine, NOW).rows

    assert (row.equity, row.source) == (Decimal(11_000), TOTALS)


def test_a_report_counts_an_instant_once(engine: Engine, twice: Board) -> None:
    (model,) = read_report(engine, NOW).models

    assert model.equity is not None
    assert (model.equity.observations, model.equity.final_equity) == (3, 11_000)
    assert model.equity.max_gross_leverage == pytest.approx(220 / 11_000)


def test_events_are_detected_from_the_better_source(
    engine: Engine, twice: Board
) -> None:
    with UnitOfWork(engine) as unit:
        changes = unit.repositories.changes
        season = changes.read(None).season
        assert season is not None
        first = Memory(ago(hours=9), ago(hours=9), Watermark(), Watermark(), season.id)
        seen = changes.read(first)

    assert [row.equity for row in seen.snapshots] == [11_000] * 3
    assert [row.source for row in seen.standing] == [TOTALS]


def test_an_export_has_every_row_with_its_source(twice: Board, run: Run) -> None:
    snapshots = list(csv.DictReader(io.StringIO(run("export", "snapshots"))))
    text = run("export", "positions", "--format", "jsonl")
    positions = [json.loads(line) for line in text.splitlines()]

    assert sorted(row["source"] for row in snapshots) == [TOTALS] * 3 + [CHAT] * 3
    assert len(positions) == 3
    assert {row["season"] for row in positions} == {1}
