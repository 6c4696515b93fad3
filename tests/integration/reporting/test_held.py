"""What a report says is held of each account is what `verify` counts."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.database.models import LLMModel
from nof1_tracker.records.history.verification import CoverageRow
from nof1_tracker.services.report import read_report
from nof1_tracker.services.verify.season_verification import verify
from tests.integration.backfill.exchange_worlds import end_season
from tests.integration.verify.verified import NOW, imported
from tests.worlds import arena_of, captures_of

ARENA = arena_of(days=0.2)


@pytest.fixture
def recorded(engine: Engine, tmp_path: Path) -> Engine:
    """The season's last part, recorded with holes."""
    captures_of(ARENA, tmp_path, timedelta(minutes=50), 3)
    imported(engine, tmp_path)
    end_season(engine, ARENA)
    return engine


def counted(rows: tuple[CoverageRow, ...]) -> set[CoverageRow]:
    """The rows without their sources, which a report does not ask for."""
    return {replace(row, sources=()) for row in rows}


def counted_by_verify(engine: Engine) -> set[CoverageRow]:
    return counted(verify(engine, NOW, season=Decimal(1)).coverage)


def in_report(engine: Engine, since: timedelta | None = None) -> set[CoverageRow]:
    begin = None if since is None else ARENA.start + since
    report = read_report(engine, NOW, season=Decimal(1), since=begin)
    return {row for model in report.models for row in counted(model.held)}


def test_a_report_counts_what_verify_counts(recorded: Engine) -> None:
    found = in_report(recorded)
    assert found == counted_by_verify(recorded)
    assert any(row.missing for row in found)
    assert any(row.held for row in found)


def test_it_counts_the_whole_season_also_where_it_begins_later(
    recorded: Engine,
) -> None:
    found = in_report(recorded, since=timedelta(hours=3))
    assert found == counted_by_verify(recorded)


def test_it_counts_where_the_start_of_an_account_is_not_known(
    recorded: Engine,
) -> None:
    with UnitOfWork(recorded, writes=True) as unit:
        unit.session.execute(update(LLMModel).values(started_at=None))
        unit.commit()
    assert in_report(recorded) == counted_by_verify(recorded)
