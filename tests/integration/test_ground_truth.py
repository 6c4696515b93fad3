"""A simulated season, scraped as it goes: everything that was served is stored once."""

import shutil
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine

from nof1_tracker.demo import Arena, DemoSite
from nof1_tracker.records.enums import EquitySource, RunStatus
from tests.databases import as_text, scratch_database
from tests.worlds import Rows, World, engine_on, rows_in

POLL = timedelta(minutes=30)
CENT = Decimal("0.005")


def watch(arena: Arena, engine: Engine, since: datetime, until: datetime) -> Rows:
    """Scrapes every half an hour from `since` until `until`; the tables at the end."""
    with DemoSite(arena, speed=0, at=since) as site:
        # A machine with much else to do answers later than a good site would.
        world = World(site, engine, timeout_ms=20_000)
        while site.now <= until:
            assert world.scrape().status is RunStatus.COMPLETE
            site.advance(POLL)
        return rows_in(engine)


def accounts_of(rows: Rows) -> dict[int, str]:
    return {row["id"]: row["model_id"] for row in rows["llm_models"]}


def test_half_a_day_is_stored_whole_and_nothing_twice(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    arena = Arena(days=0.5)
    first = arena.start + POLL
    shutil.copy(migrated_sqlite, tmp_path / "day.db")
    with engine_on(f"sqlite:///{tmp_path}/day.db") as engine:
        rows = watch(arena, engine, first, arena.end)
    _conversations_are_the_arenas(arena, rows, first)
    _legs_are_the_arenas(arena, rows)
    _equities_are_the_arenas(arena, rows)
    _positions_are_the_arenas(arena, rows)


@pytest.mark.postgresql
def test_three_hours_are_stored_whole_on_postgresql(
    postgresql_server: URL, migrated_postgresql: str
) -> None:
    arena = Arena(days=0.125)
    first = arena.start + POLL
    with (
        scratch_database(postgresql_server, migrated_postgresql) as url,
        engine_on(as_text(url)) as engine,
    ):
        rows = watch(arena, engine, first, arena.end)
    _conversations_are_the_arenas(arena, rows, first)
    _legs_are_the_arenas(arena, rows)
    _equities_are_the_arenas(arena, rows)
    _positions_are_the_arenas(arena, rows)


def _conversations_are_the_arenas(arena: Arena, rows: Rows, first: datetime) -> None:
    served = arena.conversations_between(first - POLL, arena.end)
    stored = Counter(row["conversation_id"] for row in rows["model_chats"])
    assert stored == Counter(turn.conversation_id for turn in served)


def _legs_are_the_arenas(arena: Arena, rows: Rows) -> None:
    truth = {
        arena.trade_id(account, leg): leg
        for account, legs in arena.legs_until(arena.end).items()
        for leg in legs
    }
    stored = {r["trade_id"]: r for r in rows["trades"] if r["exit_price"] is not None}
    assert stored.keys() == truth.keys()
    for trade_id, leg in truth.items():
        assert abs(stored[trade_id]["pnl"] - Decimal(str(leg.net_pnl))) < CENT
        noise = stored[trade_id]["size"] - abs(Decimal(str(leg.quantity)))
        assert abs(noise) < Decimal("1e-9")


def _equities_are_the_arenas(arena: Arena, rows: Rows) -> None:
    names = accounts_of(rows)
    hours: dict[str, set[int]] = {name: set() for name in arena.accounts}
    for row in rows["leaderboard_snapshots"]:
        account, source = names[row["model_id"]], row["source"]
        if source is EquitySource.LEADERBOARD:
            continue
        truth = Decimal(str(arena.equity(account, row["timestamp"])))
        off = abs(row["total_assets"] - truth)
        assert off < (Decimal("1e-5") if row["hourly_marker"] is not None else CENT * 2)
        if row["hourly_marker"] is not None:
            hours[account].add(row["hourly_marker"])
    whole = set(range(max(hours["gpt-5"]) + 1))
    assert all(stored == whole for stored in hours.values())


def _positions_are_the_arenas(arena: Arena, rows: Rows) -> None:
    names = accounts_of(rows)
    held = Counter((row["model_id"], row["timestamp"]) for row in rows["positions"])
    for row in rows["leaderboard_snapshots"]:
        if row["open_positions"] is None:
            continue
        book = arena.accounts[names[row["model_id"]]].book
        open_then = len(list(book.open_at(arena.seconds(row["timestamp"]))))
        assert row["open_positions"] == open_then
        assert held[row["model_id"], row["timestamp"]] == open_then
