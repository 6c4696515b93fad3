"""One cycle against the simulated site: what fails alone, and what is tried again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from nof1_tracker.demo import DemoSite
from nof1_tracker.demo.site.faults import (
    Challenge,
    EmptyBody,
    Gone,
    NullNumbers,
    ServerError,
    TooManyRequests,
)
from nof1_tracker.demo.site.reply import Fault
from nof1_tracker.errors import BrowserUnavailableError
from nof1_tracker.monitor.cycle import Cycle, CycleResult
from nof1_tracker.monitor.cycle_report import KindOutcome
from nof1_tracker.monitor.processes import Footprint
from nof1_tracker.monitor.source_lifetime import SourceKeeper, site_sources
from nof1_tracker.records.enums import Kind, RunStatus
from nof1_tracker.records.payloads import PayloadSource
from nof1_tracker.scraper.fetch import RequestBudget
from nof1_tracker.scraper.http import HttpSource
from nof1_tracker.services.collect import Collector
from tests.fakes import FakeSource
from tests.loopback import unused_url
from tests.worlds import SiteClock, World, arena_of, midday, rows_in

COMPLETE, PARTIAL, FAILED = RunStatus.COMPLETE, RunStatus.PARTIAL, RunStatus.FAILED
BOARD, TRADES, CHAT = Kind.LEADERBOARD, Kind.TRADES, Kind.MODEL_CHAT


class Scene:
    """A site, a database, and cycles over plain HTTP."""

    def __init__(self, site: DemoSite, engine: Engine) -> None:
        self.site = site
        self.engine = engine
        self.clock = SiteClock(site)
        options = World.options_for(site)
        self.collector = Collector(engine, self.clock, persistent=True)
        self.sources = site_sources(options, "http", engine, self.clock)
        self.cycle = Cycle(self.collector, self.sources, site.url)

    def run(self, *kinds: Kind, sources: SourceKeeper | None = None) -> CycleResult:
        cycle = self.cycle
        if sources is not None:
            cycle = Cycle(self.collector, sources, self.site.url)
        return cycle.run(kinds or tuple(Kind))


@pytest.fixture
def scene(engine: Engine) -> Iterator[Scene]:
    arena = arena_of()
    with DemoSite(arena, speed=0, at=midday(arena)) as site:
        scene = Scene(site, engine)
        yield scene
        scene.sources.close()


def statuses(result: CycleResult) -> dict[Kind, RunStatus | None]:
    return {each.kind: each.status for each in result.outcomes}


def outcome(result: CycleResult, kind: Kind) -> KindOutcome:
    return next(each for each in result.outcomes if each.kind is kind)


def test_a_whole_cycle_is_complete_and_the_source_stays_open(scene: Scene) -> None:
    assert set(statuses(scene.run()).values()) == {COMPLETE}
    source = scene.sources.ready()
    second = scene.run()
    assert set(statuses(second).values()) == {COMPLETE}
    assert scene.sources.ready() is source
    assert (
        sum(line.inserted for line in second.lines if line.kind != "leaderboard") == 0
    )


@pytest.mark.parametrize("fault", [ServerError(), Gone(), Challenge(), EmptyBody()])
def test_a_kind_fails_alone(scene: Scene, fault: Fault) -> None:
    scene.site.misbehave("trades", fault)
    result = scene.run()
    assert statuses(result) == {BOARD: COMPLETE, TRADES: FAILED, CHAT: COMPLETE}
    assert "trades" in str(outcome(result, TRADES).error)
    assert len(rows_in(scene.engine)["model_chats"]) == 100


def test_an_endpoint_that_is_not_its_own_leaves_a_kind_partial(scene: Scene) -> None:
    scene.site.misbehave("crypto-prices", Gone())
    result = scene.run()
    assert statuses(result) == {BOARD: PARTIAL, TRADES: COMPLETE, CHAT: COMPLETE}
    assert "410" in str(outcome(result, BOARD).error)


def test_rejected_rows_leave_a_kind_partial_or_failed(scene: Scene) -> None:
    scene.site.misbehave("trades", NullNumbers())
    result = scene.run(TRADES)
    assert statuses(result)[TRADES] in (PARTIAL, FAILED)
    assert "rejected" in str(outcome(result, TRADES).error)


def test_a_pause_that_one_endpoint_asks_for_holds_that_one_alone(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.site.misbehave("analytics", TooManyRequests(retry_after=86_400))
    (hold,) = scene.run().holds or ()
    day = timedelta(days=1)
    assert (hold.endpoint, hold.wish, hold.until - hold.since) == (
        "analytics",
        day,
        day,
    )
    scene.site.behave()
    scene.site.requests.clear()
    scene.clock.sleep(3600)
    result = scene.run()
    assert statuses(result) == {BOARD: COMPLETE, TRADES: PARTIAL, CHAT: COMPLETE}
    assert "left alone until" in str(outcome(result, TRADES).error)
    assert result.holds == (hold,)
    assert "/api/analytics" not in scene.site.requests
    assert "/api/conversations" in scene.site.requests
    scene.clock.sleep(86_400)
    result = scene.run()
    assert set(statuses(result).values()) == {COMPLETE}
    assert result.holds == ()
    assert "analytics asks for a pause of 86400 s" in caplog.text


def test_model_chat_pauses_for_a_part_of_its_window_at_most(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.site.misbehave("conversations", TooManyRequests(retry_after=86_400))
    result = scene.run()
    assert statuses(result)[CHAT] is FAILED
    assert list(result.held) == [CHAT]
    assert result.held[CHAT] == pytest.approx(scene.clock.monotonic() + 900, abs=60)
    scene.site.behave()
    scene.clock.sleep(901)
    result = scene.run()
    assert statuses(result)[CHAT] is COMPLETE
    assert result.held == {}
    assert "as more would lose rows" in caplog.text


def test_a_site_that_is_not_there_is_tried_three_times_and_told(scene: Scene) -> None:
    options = World.options_for(scene.site)
    gone = type(options)(unused_url(), timeout_ms=1000)
    budget = RequestBudget(1e6, scene.clock)
    keeper = SourceKeeper(lambda: HttpSource(gone, scene.clock, {}, budget))
    result = scene.run(sources=keeper)
    assert set(statuses(result).values()) == {FAILED}
    assert "refused" in str(result.outcomes[0].error)
    assert len(rows_in(scene.engine)["scrape_runs"]) == 3
    assert [round(each) for each in scene.clock.slept] == [5, 10]
    keeper.close()


def test_a_browser_that_does_not_start_is_told_and_survived(scene: Scene) -> None:
    def none_installed() -> PayloadSource:
        raise BrowserUnavailableError("No browser is installed.", "Install one.")

    result = scene.run(sources=SourceKeeper(none_installed))
    assert set(statuses(result).values()) == {FAILED}
    assert "No browser is installed. Install one." in str(result.outcomes[0].error)


@contextmanager
def failing_to_store(engine: Engine, table: str, times: int) -> Iterator[list[int]]:
    """The database refuses so many statements that look into the table to store in it.

    On SQLite those that write go by the driver alone.
    """
    refused: list[int] = []

    def refuse(conn: object, cursor: object, sql: str, *_: object) -> None:
        if f"FROM {table} " in _on_one_line(sql) and len(refused) < times:
            refused.append(1)
            raise _operational(engine)

    event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield refused
    finally:
        event.remove(engine, "before_cursor_execute", refuse)


def _on_one_line(sql: str) -> str:
    return " ".join(sql.split()) + " "


def _operational(engine: Engine) -> Exception:
    error: type[Exception] = engine.dialect.loaded_dbapi.OperationalError
    return error("the disk is full")


def test_what_was_fetched_is_stored_again_where_the_database_failed(
    scene: Scene,
) -> None:
    scene.run(TRADES)
    with failing_to_store(scene.engine, "model_chats", 2) as refused:
        result = scene.run()
    assert len(refused) == 2
    assert set(statuses(result).values()) == {COMPLETE}
    assert len(rows_in(scene.engine)["model_chats"]) == 100
    assert scene.site.requests.count("/api/conversations") == 1


def test_a_payload_that_cannot_be_stored_takes_no_other_down(scene: Scene) -> None:
    scene.run(TRADES)
    with failing_to_store(scene.engine, "model_chats", 1000):
        result = scene.run()
    assert statuses(result) == {BOARD: PARTIAL, TRADES: COMPLETE, CHAT: FAILED}
    assert result.database_failed == {CHAT}
    assert "disk is full" in str(outcome(result, CHAT).error)


def test_a_bug_in_one_payload_takes_no_other_down(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    def burst(conn: object, cursor: object, sql: str, *_: object) -> None:
        if "FROM model_chats " in _on_one_line(sql):
            raise ZeroDivisionError("a bug")

    event.listen(scene.engine, "before_cursor_execute", burst)
    result = scene.run()
    assert statuses(result)[CHAT] is FAILED
    assert statuses(result)[TRADES] is COMPLETE
    assert "Unexpected ZeroDivisionError" in str(outcome(result, CHAT).error)
    assert any("bug" in record.getMessage() for record in caplog.records)


def test_http_asks_by_the_etags_of_the_last_cycle(scene: Scene) -> None:
    scene.run()
    result = scene.run(TRADES)
    assert statuses(result) == {TRADES: COMPLETE}
    assert not [line for line in result.lines if line.kind == "trades"]


class Dying(FakeSource):
    """A source that dies in its first fetch."""

    def __init__(self) -> None:
        super().__init__(transport="browser")

    def is_alive(self) -> bool:
        return False


def test_a_source_that_died_is_replaced_within_the_cycle(scene: Scene) -> None:
    dying = Dying()
    opened: list[PayloadSource] = [scene.sources.ready(), dying]
    keeper = SourceKeeper(opened.pop)
    result = scene.run(sources=keeper)
    assert dying.closed
    assert set(statuses(result).values()) == {COMPLETE}


class Growing:
    """What a browser takes, cycle by cycle."""

    def __init__(self, *sizes: tuple[int, float]) -> None:
        self._sizes = [Footprint(count, int(mb * 1e6)) for count, mb in sizes]

    def __call__(self) -> Footprint:
        return self._sizes.pop(0)


@pytest.mark.parametrize(
    ("sizes", "renewed"),
    [
        ([(5, 300), (5, 500), (6, 740)], False),
        ([(5, 300), (5, 500), (5, 751)], True),
        ([(5, 300), (9, 300), (14, 300)], True),
    ],
)
def test_a_source_that_grows_is_renewed(
    sizes: list[tuple[int, float]], renewed: bool
) -> None:
    source = FakeSource()
    keeper = SourceKeeper(lambda: source, measure=Growing(*sizes))
    for _ in sizes:
        keeper.ready()
        keeper.cycle_ended()
    assert source.closed is renewed


def test_a_source_is_renewed_after_two_hundred_cycles_and_a_stand_in_after_eight() -> (
    None
):
    for preferred, lifetime in ((None, 200), ("browser", 8)):
        source = FakeSource(transport="http")
        keeper = SourceKeeper(
            lambda source=source: source,  # type: ignore[misc]
            preferred,
            lambda: Footprint(0, 0),
        )
        for _ in range(lifetime):
            assert not source.closed
            keeper.ready()
            keeper.cycle_ended()
        assert source.closed
