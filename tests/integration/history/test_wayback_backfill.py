"""What a web archive kept is brought back, politely, and once."""

import shutil
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nof1_tracker.demo import Arena, DemoWebArchive, Payloads
from nof1_tracker.demo.site.faults import (
    EndlessEarlyHints,
    Hang,
    HeaderDrip,
    Packed,
    ServerError,
    TooManyRequests,
)
from nof1_tracker.demo.site.reply import Fault
from nof1_tracker.demo.web_archive.holdings import rounds
from nof1_tracker.demo.web_archive.web_archive_server import SEARCH
from nof1_tracker.errors import (
    SourceBusyError,
    SourceError,
    SourceUnreachableError,
    WaitingError,
)
from nof1_tracker.history.wayback.web_archive import WebArchive
from nof1_tracker.records.enums import RunStatus
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.services.backfill.polite_options import polite_options
from nof1_tracker.services.backfill.wayback_backfill import (
    WaybackBackfill,
    WaybackPlan,
    open_web_archive,
)
from tests.fakes import FakeClock
from tests.integration.recording.scenes import Scene, away
from tests.loopback import serving, unused_url
from tests.worlds import arena_of, differences, engine_on, facts_in, rows_in

EVERY = timedelta(minutes=20)
BODIES = "/web/"


@pytest.fixture(scope="module")
def arena() -> Arena:
    return arena_of(days=0.05)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 1, 5, tzinfo=UTC))


@pytest.fixture
def archive(arena: Arena, clock: FakeClock) -> Iterator[DemoWebArchive]:
    """A web archive that counts searches by the clock that the backfill waits by."""
    with DemoWebArchive(
        arena, every=EVERY, most_rows=7, seconds=clock.monotonic
    ) as archive:
        yield archive


def planned(
    engine: Engine,
    archive: DemoWebArchive,
    clock: FakeClock,
    since: datetime | None = None,
    until: datetime | None = None,
) -> WaybackPlan:
    with open_web_archive(archive.url, clock) as asked:
        return WaybackBackfill(engine, clock, asked).plan(since, until)


def backfilled(engine: Engine, archive: DemoWebArchive, clock: FakeClock) -> RunSummary:
    with open_web_archive(archive.url, clock) as asked:
        backfill = WaybackBackfill(engine, clock, asked)
        return backfill.run(backfill.plan(None, None))


def bodies_of(archive: DemoWebArchive) -> list[str]:
    return [each for each in archive.requests if each.startswith(BODIES)]


def searches_of(archive: DemoWebArchive) -> list[str]:
    return [each for each in archive.requests if each.startswith(SEARCH)]


def test_what_was_captured_is_stored_at_its_captures_time(
    engine: Engine, archive: DemoWebArchive, clock: FakeClock, arena: Arena
) -> None:
    summary = backfilled(engine, archive, clock)
    assert summary.status is RunStatus.COMPLETE
    assert summary.transport == "wayback"
    rows = rows_in(engine)
    times = list(rounds(arena, EVERY))
    payloads = Payloads(arena)
    served = {
        row["id"]
        for at in times
        for row in payloads.trades(arena.seconds(at))["trades"]
    }
    stored = {row["trade_id"] for row in rows["trades"] if row["exit_price"]}
    assert served <= stored
    pages = {
        row["timestamp"]
        for row in rows["leaderboard_snapshots"]
        if row["source"] == "page"
    }
    assert pages == set(times)


def test_what_is_no_data_leaves_no_row(
    engine: Engine, archive: DemoWebArchive, clock: FakeClock
) -> None:
    summary = backfilled(engine, archive, clock)
    assert not rows_in(engine)["rejected_payloads"]
    told = " ".join(summary.warnings)
    assert "a checkpoint's page: 1" in told
    assert "not a payload of the site: 1" in told
    asked = " ".join(bodies_of(archive))
    assert "/api/positions" not in asked
    assert "http://nof1.ai/api/trades" not in asked
    assert "/api/trades/" not in asked


def test_each_body_is_fetched_once_and_never_again(
    engine: Engine, archive: DemoWebArchive, clock: FakeClock
) -> None:
    backfilled(engine, archive, clock)
    before = facts_in(engine)
    digest = {f"/web/{k.timestamp}id_/{k.original}": k.digest for k in archive.kept}
    fetched = Counter(digest[each] for each in bodies_of(archive))
    assert set(fetched.values()) == {1}
    plan = planned(engine, archive, clock)
    assert plan.wanted == ()
    assert plan.known == len(fetched) + 2  # one body was captured three times
    number = len(bodies_of(archive))
    backfilled(engine, archive, clock)
    assert len(bodies_of(archive)) == number
    assert not differences(before, facts_in(engine))


def test_a_search_is_paged_and_keeps_to_the_archives_limit(
    engine: Engine, archive: DemoWebArchive, clock: FakeClock
) -> None:
    with open_web_archive(archive.url, clock) as asked:
        for _ in range(6):
            WaybackBackfill(engine, clock, asked).plan(None, None)
    searches = searches_of(archive)
    assert len(searches) > 24
    assert any("resumeKey=" in each for each in searches)
    assert clock.slept  # else the archive had answered 429, and locked us out


def test_a_span_bounds_the_captures(
    engine: Engine, archive: DemoWebArchive, clock: FakeClock, arena: Arena
) -> None:
    first, second, *_ = rounds(arena, EVERY)
    plan = planned(engine, archive, clock, first, second)
    times = {each.captured_at for each in plan.wanted}
    assert first in times
    assert all(first <= at < second for at in times)
    assert planned(engine, archive, clock, second, second).wanted == ()


def test_a_short_pause_that_is_asked_for_is_kept(
    engine: Engine, archive: DemoWebArchive, clock: FakeClock
) -> None:
    archive.misbehave(BODIES, TooManyRequests(17))
    archive.misbehave(SEARCH, TooManyRequests(19))
    assert backfilled(engine, archive, clock).status is RunStatus.COMPLETE
    assert {17, 19} <= set(clock.slept)


def test_a_long_pause_ends_it_and_the_next_run_goes_on(
    engine: Engine, archive: DemoWebArchive, clock: FakeClock
) -> None:
    backfill_of = Fault()
    archive.misbehave(BODIES, backfill_of, backfill_of, TooManyRequests(3600))
    summary = backfilled(engine, archive, clock)
    assert summary.status is RunStatus.PARTIAL
    assert "asks for a pause of 3600 s" in summary.failures[0]
    assert "run the same command later" in summary.failures[0]
    assert len(bodies_of(archive)) == 3
    assert 3600 not in clock.slept
    assert backfilled(engine, archive, clock).status is RunStatus.COMPLETE
    assert planned(engine, archive, clock).wanted == ()


def test_a_search_that_is_refused_says_so(
    engine: Engine, archive: DemoWebArchive, clock: FakeClock
) -> None:
    archive.misbehave(SEARCH, TooManyRequests(3600))
    with pytest.raises(SourceBusyError, match="asks for a pause of 3600 s"):
        planned(engine, archive, clock)
    assert len(archive.requests) == 1


def test_a_429_without_a_time_is_waited_for_a_minute(
    engine: Engine, archive: DemoWebArchive, clock: FakeClock
) -> None:
    archive.misbehave(SEARCH, TooManyRequests(None))
    planned(engine, archive, clock)
    assert clock.slept[0] == 60


def test_a_capture_that_fails_costs_itself_alone(
    engine: Engine, archive: DemoWebArchive, clock: FakeClock
) -> None:
    archive.misbehave(BODIES, *[ServerError(503)] * 3)
    summary = backfilled(engine, archive, clock)
    assert summary.status is RunStatus.PARTIAL
    assert len(summary.failures) == 1
    assert len(planned(engine, archive, clock).wanted) == 1


@pytest.mark.parametrize("layers", [1, 2])
def test_a_body_that_unpacks_to_too_much_is_refused_while_it_unpacks(
    engine: Engine, archive: DemoWebArchive, clock: FakeClock, layers: int
) -> None:
    plan = planned(engine, archive, clock)
    archive.misbehave(BODIES, Packed(megabytes=600, layers=layers))
    tracemalloc.start()
    try:
        with open_web_archive(archive.url, clock) as asked, pytest.raises(SourceError):
            asked.fetch(plan.wanted[0])
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 200_000_000


@pytest.mark.parametrize("fault", [HeaderDrip(), EndlessEarlyHints(), Hang()])
def test_an_archive_that_never_ends_its_answer_is_cut_off(
    archive: DemoWebArchive, clock: FakeClock, fault: Fault
) -> None:
    options = polite_options(0.2, "NOF1_WAYBACK_URL")
    archive.misbehave(SEARCH, *[fault] * options.attempts)
    with (
        WebArchive(archive.url, options, clock) as asked,
        pytest.raises(SourceBusyError, match="did not answer in time"),
    ):
        next(asked.search("nof1.ai/*", None, None))
    assert len(searches_of(archive)) == options.attempts


def test_an_archive_that_is_out_of_order_is_left_alone(
    engine: Engine, archive: DemoWebArchive, clock: FakeClock
) -> None:
    archive.misbehave(BODIES, *[ServerError(503)] * 100)
    summary = backfilled(engine, archive, clock)
    assert len(summary.failures) == 5
    assert len(bodies_of(archive)) == 15


def test_an_archive_that_cannot_be_reached_is_an_error(
    engine: Engine, clock: FakeClock
) -> None:
    with (
        open_web_archive(unused_url(), clock) as asked,
        pytest.raises(SourceUnreachableError),
    ):
        WaybackBackfill(engine, clock, asked).plan(None, None)


def test_a_search_that_goes_round_in_circles_ends(
    engine: Engine, clock: FakeClock
) -> None:
    page = (
        b'[["timestamp","original","mimetype","statuscode","digest"],[],["the+same"]]'
    )

    def answer(handler: object) -> None:
        handler.send_response(200)  # type: ignore[attr-defined]
        handler.send_header("Content-Length", str(len(page)))  # type: ignore[attr-defined]
        handler.end_headers()  # type: ignore[attr-defined]
        handler.wfile.write(page)  # type: ignore[attr-defined]

    with (
        serving(answer) as url,
        open_web_archive(url, clock) as asked,
        pytest.raises(SourceError, match="round in circles"),
    ):
        WaybackBackfill(engine, clock, asked).plan(None, None)


def test_bodies_are_recorded_at_their_captures_time_before_they_are_stored(
    engine: Engine,
    archive: DemoWebArchive,
    clock: FakeClock,
    arena: Arena,
    tmp_path: Path,
    migrated_sqlite: Path,
) -> None:
    scene = Scene(engine, tmp_path / "archive", arena, clock)
    with scene.recording() as kept, open_web_archive(archive.url, clock) as asked:
        backfill = WaybackBackfill(engine, clock, asked, recording=kept)
        backfill.run(backfill.plan(None, None))
    recorded = scene.recorded()
    assert {each.exchange.transport for each in recorded} == {"wayback"}
    by_url = {f"{archive.url}{each}" for each in bodies_of(archive)}
    assert {each.exchange.url for each in recorded} <= by_url
    at = {k.at for k in archive.kept}
    assert {each.observed_at for each in recorded} <= at
    tables = [r for r in recorded if r.exchange.kind == "rendered-leaderboard"]
    assert tables
    assert all(each.exchange.status is None for each in tables)
    assert planned(engine, archive, clock).wanted == ()
    other = tmp_path / "other.db"
    shutil.copy(migrated_sqlite, other)
    with engine_on(f"sqlite:///{other}") as beside:
        backfilled(beside, archive, clock)
        assert not differences(facts_in(beside), facts_in(engine))


def test_what_was_recorded_while_the_database_was_away_is_not_fetched_again(
    engine: Engine,
    archive: DemoWebArchive,
    clock: FakeClock,
    arena: Arena,
    tmp_path: Path,
) -> None:
    scene = Scene(engine, tmp_path / "archive", arena, clock)
    with scene.recording() as kept, open_web_archive(archive.url, clock) as asked:
        backfill = WaybackBackfill(engine, clock, asked, recording=kept)
        plan = backfill.plan(None, None)
        wanted = replace(plan, wanted=plan.wanted[:4])
        with away(engine), pytest.raises(WaitingError):
            backfill.run(wanted)
    recorded = len(scene.recorded())
    assert recorded == 3  # and a page without figures
    before = len(bodies_of(archive))
    with (
        replace(scene, adopt=True).recording() as kept,
        open_web_archive(archive.url, clock) as asked,
    ):
        backfill = WaybackBackfill(engine, clock, asked, recording=kept)
        rest = backfill.plan(None, None)
    assert len(rest.wanted) == len(plan.wanted) - recorded
    assert len(bodies_of(archive)) == before
