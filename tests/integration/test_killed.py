"""A process that is killed while it stores leaves whole transactions only."""

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from nof1_tracker.records.enums import RunStatus
from nof1_tracker.scraper.capture import CaptureSource
from nof1_tracker.services.collect import Collector
from tests.fakes import FakeClock
from tests.worlds import (
    ENDPOINTS,
    Rows,
    arena_of,
    captures_of,
    differences,
    engine_on,
    environment,
    facts_in,
    facts_of,
    rows_in,
)

KILLS = 6
FILES = 2 * len(ENDPOINTS)
_IMPORT = """
import sys
from pathlib import Path
from nof1_tracker.services.collect import Collector
from nof1_tracker.database.connection import get_engine
from nof1_tracker.scraper.capture import CaptureSource
from nof1_tracker.clock import SystemClock
print("ready", flush=True)
sys.stdin.readline()
told = lambda text: print(text, flush=True)
collector = Collector(get_engine(), SystemClock(), report=told)
collector.import_payloads(CaptureSource([Path(sys.argv[1])]).payloads(), "captures")
"""
"""An import that says before each payload that it is about to store it."""


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two captures of a simulated arena, half an hour apart."""
    folder = tmp_path_factory.mktemp("captures")
    captures_of(arena_of(), folder, timedelta(minutes=30), 2)
    return folder


@pytest.fixture(scope="module")
def states(
    captures: Path, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[Rows]:
    """What the tables say after each whole payload, from none to all."""
    file = tmp_path_factory.mktemp("undisturbed") / "nof1.db"
    shutil.copy(migrated_sqlite, file)
    with engine_on(f"sqlite:///{file}") as engine:
        collector = Collector(engine, FakeClock())
        states = [facts_in(engine)]
        for payload in CaptureSource([captures]).payloads():
            collector.import_payloads([payload], "capture")
            states.append(facts_in(engine))
    return states


@contextmanager
def importing(captures: Path, url: str) -> Iterator[subprocess.Popen[str]]:
    """A process that gets ready to import, and starts at a line on its stdin."""
    process = subprocess.Popen(
        [sys.executable, "-c", _IMPORT, str(captures)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(url),
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def become_ready(process: subprocess.Popen[str]) -> subprocess.Popen[str]:
    assert told_by(process) == "ready\n"
    return process


def told_by(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_a_killed_import_leaves_whole_payloads_and_the_next_one_completes_it(
    captures: Path, states: list[Rows], migrated_url: str
) -> None:
    moments = random.Random(7)  # noqa: S311  reproducible, not secret
    seen: set[int] = set()
    with ExitStack() as stack:
        waiting = stack.enter_context(importing(captures, migrated_url))
        for number in range(KILLS):
            process = become_ready(waiting)
            # The next one starts up while this one is killed and looked after.
            waiting = stack.enter_context(importing(captures, migrated_url))
            go(process)
            # Each kill may come a little later than the one before it.
            for _ in range(number + moments.randint(1, FILES - KILLS)):
                assert told_by(process).startswith("storing ")
            time.sleep(moments.uniform(0, 0.04))
            process.kill()
            process.wait(30)
            with engine_on(migrated_url) as engine:
                rows = rows_in(engine)
            _is_consistent(rows)
            facts = facts_of(rows)
            assert facts in states, _told_apart(facts, states)
            seen.add(states.index(facts))
        process = become_ready(waiting)
        go(process)
        assert process.wait(60) == 0
    with engine_on(migrated_url) as engine:
        assert differences(states[-1], facts_in(engine)) == []
        runs = [row["status"] for row in rows_in(engine)["scrape_runs"]]
    assert len(seen) >= KILLS // 3, "the kills hit few moments"
    assert runs[-1] is RunStatus.COMPLETE
    assert RunStatus.RUNNING in runs


def _told_apart(facts: Rows, states: list[Rows]) -> list[str]:
    """What distinguishes the tables from the state that is most like them."""
    return min((differences(state, facts) for state in states), key=len)


def _is_consistent(rows: Rows) -> None:
    """Every conversation has its decisions, and every snapshot its positions."""
    decided = [row["model_chat_id"] for row in rows["chat_decisions"]]
    for chat in rows["model_chats"]:
        response = chat["raw_data"]["llm_response"]
        served = sum(1 for each in response.values() if isinstance(each, dict))
        assert decided.count(chat["id"]) == served
    held = [(row["model_id"], row["timestamp"]) for row in rows["positions"]]
    for snapshot in rows["leaderboard_snapshots"]:
        if snapshot["open_positions"] is not None:
            place = snapshot["model_id"], snapshot["timestamp"]
            assert held.count(place) == snapshot["open_positions"]
