"""`verify` says truthfully what is held of a season and what is missing."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nof1_tracker.demo import DemoWebArchive
from nof1_tracker.records.history.verification import HeldKind
from nof1_tracker.services.maintain import SeasonChange, change_season
from tests.integration.verify.verified import backfill, imported, not_held, run
from tests.worlds import arena_of, captures_of, write_captures

SOON = timedelta(minutes=9)
QWEN_CHATS = ("qwen3-max", "conversations")


def close(engine: Engine, at: datetime) -> None:
    """Says when the simulated season closed: earlier than the real one."""
    change_season(engine, SeasonChange(Decimal(1), end=at))


def test_what_is_recorded_without_holes_is_complete(
    engine: Engine, migrated_url: str, tmp_path: Path
) -> None:
    arena = arena_of(days=0.05)
    captures_of(arena, tmp_path, timedelta(minutes=15), 5)
    imported(engine, tmp_path)
    close(engine, arena.end)
    code, found = run(migrated_url)
    assert code == 0
    assert found["complete"]
    assert found["contradictions"] == []
    assert {row["kind"] for row in found["coverage"]} == set(HeldKind)
    assert all(row["held"] == row["expected"] for row in found["coverage"])


def test_nothing_stored_is_not_complete(migrated_url: str) -> None:
    code, found = run(migrated_url)
    assert code == 3
    assert found["season"] is None
    assert found["coverage"] == []


def test_holes_are_told_and_filled_from_the_web_archive(
    engine: Engine, migrated_url: str, tmp_path: Path
) -> None:
    arena = arena_of(days=0.05)
    imported(engine, write_captures(arena, tmp_path, arena.start + SOON))
    close(engine, arena.end)
    code, found = run(migrated_url)
    assert code == 3
    short = {row["kind"] for row in found["coverage"] if not_held(row)}
    assert short == {"conversations", "trades"}  # the first hour has not ended yet
    with DemoWebArchive(arena, every=timedelta(minutes=18)) as archive:
        backfill(engine, archive)
    code, found = run(migrated_url)
    assert [row for row in found["coverage"] if not_held(row)] == []
    assert code == 0


def test_one_model_may_be_checked_alone(
    engine: Engine, migrated_url: str, tmp_path: Path
) -> None:
    arena = arena_of(days=0.05)
    imported(engine, write_captures(arena, tmp_path, arena.end))
    _, found = run(migrated_url, "--model", "gpt-5")
    assert {row["model_id"] for row in found["coverage"]} == {"gpt-5"}


@pytest.mark.captures
def test_of_the_real_captures_it_says_what_is_missing(
    engine: Engine, migrated_url: str, captures: Path
) -> None:
    imported(engine, captures)
    code, found = run(migrated_url)
    assert code == 3
    assert found["contradictions"] == []
    assert "There is no archive to check." in found["unchecked"]
    (fills,) = (line for line in found["unchecked"] if "no fills are stored" in line)
    assert "gemini-2.5-pro" in fills
    rows = {(r["model_id"], r["day"], r["kind"]): r for r in found["coverage"]}
    # 174 legs counted, 100 served: the rest has no day.
    shortage = rows["gemini-2.5-pro", None, "trades"]
    assert (shortage["held"], shortage["expected"]) == (100, 174)
    # An hour of account totals and one of prompts, in 17 days.
    first = rows["qwen3-max", "2025-10-23", "hours"]
    assert (first["held"], first["expected"]) == (1, 24)
    assert first["sources"] == ["account_totals"]
    second = rows["qwen3-max", "2025-10-28", "hours"]
    assert (second["held"], second["sources"]) == (1, ["model_chat"])
    assert rows["qwen3-max", "2025-10-30", "hours"]["held"] == 0
    # The newest conversation is number 5,144; 28 are held.
    chats = [r for (m, _, k), r in rows.items() if (m, k) == QWEN_CHATS]
    assert sum(row["held"] for row in chats) == 28
    assert sum(row["held"] + row["missing"] for row in chats) == 5_144
    assert rows["qwen3-max", "2025-10-28", "conversations"]["expected"] is None
    # Nothing was observed after it, until the season closed.
    assert rows["qwen3-max", "2025-11-03", "trades"]["expected"] is None
