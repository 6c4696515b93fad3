"""Several processes that store into one database at the same time."""

import random
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL

from nof1_tracker.demo import DemoSite
from nof1_tracker.records.enums import RunStatus
from tests.databases import as_text, scratch_database
from tests.worlds import (
    PROGRAM,
    Rows,
    arena_of,
    captures_of,
    differences,
    engine_on,
    environment,
    facts_in,
    midday,
    rows_in,
)


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The files of two overlapping captures, ten minutes apart."""
    folder = tmp_path_factory.mktemp("captures")
    captures_of(arena_of(), folder, timedelta(minutes=10), 2)
    return sorted(folder.rglob("*.json"))


def run_at_once(url: str, *commands: Sequence[str]) -> list[tuple[int, str]]:
    """Starts all and waits for all; their exit codes and what they printed."""
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(
                    [*PROGRAM, *command],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    env=environment(url),
                )
            )
            for command in commands
        ]
        told = [process.communicate(timeout=90)[0] for process in processes]
        return [
            (process.returncode, text)
            for process, text in zip(processes, told, strict=True)
        ]


def import_in_orders(url: str, files: Sequence[Path], number: int) -> None:
    """As many imports of the same files at once, each in an order of its own."""
    commands = []
    for seed in range(number):
        order = random.Random(seed).sample(files, len(files))  # noqa: S311
        commands.append(["import", "--quiet", *map(str, order)])
    results = run_at_once(url, *commands)
    assert results == [(0, "")] * number


@pytest.fixture(scope="module")
def alone(captures: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """What one import leaves."""
    url = f"sqlite:///{tmp_path_factory.mktemp('alone') / 'nof1.db'}"
    import_in_orders(url, captures, 1)
    with engine_on(url) as engine:
        return facts_in(engine)


@pytest.mark.parametrize("number", [2, 4])
def test_imports_at_once_leave_what_one_leaves(
    captures: list[Path], alone: Rows, migrated_url: str, number: int
) -> None:
    import_in_orders(migrated_url, captures, number)
    with engine_on(migrated_url) as engine:
        facts, runs = facts_in(engine), rows_in(engine)["scrape_runs"]
    assert differences(alone, facts) == []
    # What one has recorded and another comes to store first is a run of the archive.
    own = [run for run in runs if run["transport"] != "archive"]
    assert len(own) == number
    assert {run["status"] for run in runs} == {RunStatus.COMPLETE}
    inserted = sum(
        line["inserted"]
        for run in runs
        for line in run["counts"]
        if line["kind"] == "model_chat"
    )
    assert inserted == len(facts["model_chats"])


def test_the_first_use_of_an_embedded_database_may_be_several_at_once(
    captures: list[Path], alone: Rows, sqlite_url: str
) -> None:
    import_in_orders(sqlite_url, captures, 3)
    with engine_on(sqlite_url) as engine:
        assert differences(alone, facts_in(engine)) == []


def test_scrapes_at_once_store_everything_once(migrated_url: str) -> None:
    arena = arena_of()
    command = ["scrape", "--quiet", "--transport", "http", "--base-url"]
    with DemoSite(arena, speed=0, at=midday(arena)) as site:
        results = run_at_once(migrated_url, *[[*command, site.url]] * 3)
    assert results == [(0, "")] * 3
    with engine_on(migrated_url) as engine:
        rows = rows_in(engine)
    legs = [row for row in rows["trades"] if row["exit_price"] is not None]
    known = arena.legs_until(midday(arena)).values()
    assert len(legs) == sum(map(len, known))
    assert len({row["trade_id"] for row in rows["trades"]}) == len(rows["trades"])
    assert len(rows["model_chats"]) == 100


@pytest.mark.postgresql
def test_processes_may_upgrade_one_postgresql_database_at_once(
    postgresql_server: URL, captures: list[Path]
) -> None:
    with scratch_database(postgresql_server) as url:
        results = run_at_once(as_text(url), *[["db", "upgrade"]] * 3)
        assert [code for code, _ in results] == [0, 0, 0], results
        import_in_orders(as_text(url), captures[:3], 2)
