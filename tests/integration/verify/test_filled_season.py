"""A season that was recorded with holes is whole after both backfills."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from nof1_tracker.demo import DemoWebArchive
from nof1_tracker.demo.exchange.exchange_server import DemoExchange
from tests.integration.backfill.exchange_worlds import end_season, fill_in
from tests.integration.verify.verified import (
    backfill,
    imported,
    not_held,
    run,
)
from tests.worlds import arena_of, write_captures

ARENA = arena_of(days=0.15)
EVERY = timedelta(minutes=18)


def kinds_short_of(found: dict[str, Any]) -> set[str]:
    return {row["kind"] for row in found["coverage"] if not_held(row)}


def test_holes_are_filled_from_the_web_archive_and_the_exchange(
    engine: Engine, migrated_url: str, tmp_path: Path
) -> None:
    early = ARENA.start + timedelta(minutes=70)
    imported(engine, write_captures(ARENA, tmp_path, early))
    end_season(engine, ARENA)
    code, found = run(migrated_url)
    assert code == 3
    assert kinds_short_of(found) == {"hours", "conversations", "trades"}
    archive = DemoWebArchive(ARENA, every=EVERY)
    archive.kept = [each for each in archive.kept if "trades" not in each.original]
    with archive:
        backfill(engine, archive)
    code, found = run(migrated_url)
    assert code == 3
    assert kinds_short_of(found) == {"trades"}
    with DemoExchange(ARENA) as exchange:
        fill_in(engine, ARENA, exchange)
    code, found = run(migrated_url)
    assert found["contradictions"] == []
    assert kinds_short_of(found) == set()
    assert code == 0
    legs = [row for row in found["coverage"] if row["kind"] == "trades"]
    true = ARENA.legs_until(ARENA.end)
    assert sum(row["held"] for row in legs) == sum(map(len, true.values()))
    sources = {name for row in legs for name in row["sources"]}
    assert sources == {"site", "hyperliquid"}
    assert not [line for line in found["unchecked"] if "exchange" in line]
