"""Whatever the site does over plain HTTP: no harm, no loss, and it is told."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Engine
from typer.testing import CliRunner

from nof1_tracker.demo import DemoSite
from nof1_tracker.demo.site import faults as bad
from nof1_tracker.demo.site.faults import Fault
from nof1_tracker.errors import SourceUnreachableError
from nof1_tracker.main import app
from nof1_tracker.records.enums import Endpoint, Kind, RunStatus
from nof1_tracker.records.payloads import FetchFailure, NotModified, RawPayload, Request
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.scraper.http import HttpSource
from nof1_tracker.services.collect import Collector
from tests.databases import as_text, scratch_database
from tests.loopback import unused_url
from tests.worlds import (
    ENDPOINTS,
    Rows,
    SiteClock,
    World,
    arena_of,
    differences,
    engine_on,
    facts_in,
    harm,
    midday,
    rows_in,
    without,
)

ARENA = arena_of(days=0.1)
NOW = midday(ARENA)
Fresh = Callable[..., Any]

RESTATED = {"raw_data", "raw_digest"}
"""What a changed payload may rightly change: the row as it was served last."""
PROSE = {*RESTATED, "content", "summary", "justification", "invalidation_condition"}

REFUSALS = [
    bad.ServerError(),
    bad.ServerError(503),
    bad.TooManyRequests(2),
    bad.TooManyRequests(2, as_date=True),
    bad.TooManyRequests(None),
    bad.TooManyRequests(3600),
    bad.EmptyBody(),
    bad.Hang(),
    bad.Gone(),
    bad.Gone(404),
    bad.Oversize(50),
]
"""After these there is no body."""
USELESS = [
    bad.Challenge(),
    bad.Truncated(0.0005),
    bad.NotUtf8(),
    bad.DeeplyNested(),
    bad.NullNumbers(every=1),
]
"""After these there is a body of which nothing can be used."""
DAMAGED = [
    bad.Truncated(),
    bad.Truncated(0.999),
    bad.ConnectionCut(),
    bad.BadRow(),
    bad.BadRow(None),
    bad.NullNumbers(every=3),
    bad.HostileText(names=True),
    bad.MissingField("id", every=2),
    bad.MissingField("model_id"),
    bad.RenamedField("timestamp", "time"),
    bad.MissingField("timestamp", every=7),
]
"""After these some rows are good and some are not."""
FILLED = {"justification"}
"""The site serves it empty: a text that it once served there stays."""
STRANGE = [
    (bad.Slow(0.05), set()),
    (bad.EmptyRows(), set()),
    (bad.ShuffledRows(), set()),
    (bad.DuplicatedRows(), set()),
    (bad.ExtraField(), RESTATED),
    (bad.NumbersAsStrings(), {*RESTATED, "content"}),
    (bad.HostileText(), PROSE),
    (bad.BrokenStrings(), PROSE),
]
"""After these all rows are good."""


@contextmanager
def _sqlite(template: Path, folder: Path) -> Iterator[Engine]:
    file = folder / "world.db"
    shutil.copy(template, file)
    with engine_on(f"sqlite:///{file}") as engine:
        yield engine
    for each in folder.glob("world.db*"):
        if each.is_dir():
            shutil.rmtree(each)
        else:
            each.unlink()


@contextmanager
def _postgresql(template: str, server: URL) -> Iterator[Engine]:
    with scratch_database(server, template) as url, engine_on(as_text(url)) as engine:
        yield engine


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite(ARENA, speed=0, at=NOW) as running:
        yield running


@pytest.fixture(scope="module")
def filled_sqlite(
    site: DemoSite, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A database that has seen one good run."""
    file = tmp_path_factory.mktemp("filled") / "filled.db"
    shutil.copy(migrated_sqlite, file)
    with engine_on(f"sqlite:///{file}") as engine:
        assert World(site, engine).scrape().status is RunStatus.COMPLETE
    return file


@pytest.fixture(scope="module")
def filled_postgresql(
    site: DemoSite, migrated_postgresql: str, postgresql_server: URL
) -> Iterator[str]:
    with scratch_database(postgresql_server, migrated_postgresql) as url:
        with engine_on(as_text(url)) as engine:
            World(site, engine).scrape()
        yield str(url.database)


@pytest.fixture(scope="module")
def truth(filled_sqlite: Path) -> Rows:
    """What a database says that only ever saw good runs."""
    with engine_on(f"sqlite:///{filled_sqlite}") as engine:
        return facts_in(engine)


@pytest.fixture
def worlds(
    request: pytest.FixtureRequest, site: DemoSite, tmp_path: Path
) -> Iterator[Fresh]:
    """Makes worlds on a database of their own, filled by a good run or empty."""
    kind = getattr(request, "param", "sqlite")
    with ExitStack() as stack:

        def fresh(*, filled: bool = True) -> World:
            name = f"{'filled' if filled else 'migrated'}_{kind}"
            template = request.getfixturevalue(name)
            if kind == "sqlite":
                folder = tmp_path / name
                folder.mkdir(exist_ok=True)
                engine = stack.enter_context(_sqlite(template, folder))
            else:
                server = request.getfixturevalue("postgresql_server")
                engine = stack.enter_context(_postgresql(template, server))
            return World(site, engine)

        yield fresh
    site.behave()


@pytest.mark.parametrize("fault", REFUSALS, ids=repr)
def test_a_refusal_changes_nothing_and_is_told(
    worlds: Fresh, site: DemoSite, fault: Fault
) -> None:
    world = worlds()
    world.timeout_ms = 100 if isinstance(fault, bad.Hang) else 1000
    before = rows_in(world.engine)
    site.misbehave("*", fault)
    summary = world.scrape()
    after = rows_in(world.engine)
    assert summary.status is RunStatus.FAILED
    assert len(summary.failures) == len(ENDPOINTS)
    assert before.pop("scrape_runs") == after.pop("scrape_runs")[:-1]
    assert after == before


def test_an_unchanged_that_nobody_asked_about_is_a_failure_of_each_endpoint(
    worlds: Fresh, site: DemoSite
) -> None:
    world = worlds(filled=False)
    site.misbehave("*", bad.NotModifiedUnasked())
    summary = world.scrape()
    assert summary.status is RunStatus.FAILED
    assert len(summary.failures) == len(ENDPOINTS)
    assert all("304 (Not Modified)" in each for each in summary.failures)


@pytest.mark.parametrize("fault", USELESS, ids=repr)
def test_a_body_of_no_use_is_kept_as_rejected_and_changes_nothing(
    worlds: Fresh, site: DemoSite, fault: Fault
) -> None:
    world = worlds()
    before = rows_in(world.engine)
    site.misbehave("*", fault)
    summary = world.scrape()
    after = rows_in(world.engine)
    assert summary.status is RunStatus.FAILED
    assert harm(before, after) == []
    assert all(len(after[t]) == len(before[t]) for t in ("trades", "model_chats"))
    kept = after["rejected_payloads"]
    assert sum(row["occurrences"] for row in kept) == summary.rejected
    assert summary.rejected + len(summary.failures) >= len(ENDPOINTS)
    assert all(row["reason"] and row["payload"] for row in kept)


@pytest.mark.parametrize("fault", DAMAGED, ids=repr)
def test_the_good_rows_of_a_bad_payload_are_stored_and_the_next_run_catches_up(
    worlds: Fresh, site: DemoSite, truth: Rows, fault: Fault
) -> None:
    world = worlds(filled=False)
    site.misbehave("*", fault)
    _is_partly_stored(world.scrape(), rows_in(world.engine))
    site.behave()
    assert world.scrape().status is RunStatus.COMPLETE
    facts = facts_in(world.engine)
    assert differences(without(truth, RESTATED), without(facts, RESTATED)) == []


@pytest.mark.parametrize("fault", DAMAGED, ids=repr)
def test_a_bad_payload_does_not_harm_what_was_stored(
    worlds: Fresh, site: DemoSite, fault: Fault
) -> None:
    world = worlds()
    before = rows_in(world.engine)
    site.misbehave("*", fault)
    summary, after = world.scrape(), rows_in(world.engine)
    _is_partly_stored(summary, after)
    assert harm(before, after, RESTATED) == []


@pytest.mark.postgresql
@pytest.mark.parametrize("worlds", ["postgresql"], indirect=True)
def test_postgresql_is_not_harmed_either_and_catches_up(
    worlds: Fresh, site: DemoSite, truth: Rows
) -> None:
    full, empty = worlds(), worlds(filled=False)
    before = rows_in(full.engine)
    for fault in (*DAMAGED[::3], *(each for each, _ in STRANGE[4:])):
        site.misbehave("*", fault)
        for world in (full, empty):
            assert world.scrape().status is not RunStatus.FAILED
    assert harm(before, rows_in(full.engine), PROSE) == []
    site.behave()
    for world in (full, empty):
        assert world.scrape().status is RunStatus.COMPLETE
        facts = without(facts_in(world.engine), PROSE)
        assert differences(without(truth, PROSE), facts) == []


def _is_partly_stored(summary: RunSummary, rows: Rows) -> None:
    rejected = rows["rejected_payloads"]
    assert summary.status is RunStatus.PARTIAL
    assert sum(row["occurrences"] for row in rejected) == summary.rejected > 0
    assert all(row["reason"] for row in rejected)


@pytest.mark.parametrize(("fault", "but"), STRANGE)
def test_a_strange_payload_is_stored_and_the_next_run_sets_it_right(
    worlds: Fresh,
    site: DemoSite,
    truth: Rows,
    fault: Fault,
    but: set[str],
) -> None:
    world = worlds()
    before = rows_in(world.engine)
    site.misbehave("*", fault)
    world.later = timedelta(seconds=1)
    summary = world.scrape()
    assert summary.status is RunStatus.COMPLETE
    after = rows_in(world.engine)
    assert harm(before, after, but) == []
    assert after["rejected_payloads"] == []
    site.behave()
    world.later = timedelta(seconds=2)
    world.scrape()
    extra = (RESTATED | FILLED) & but
    assert (
        differences(without(truth, extra), without(facts_in(world.engine), extra)) == []
    )


def test_a_strange_payload_that_comes_first_is_set_right_too(
    worlds: Fresh, site: DemoSite, truth: Rows
) -> None:
    world = worlds(filled=False)
    for fault, _ in STRANGE:
        site.misbehave("*", fault)
        world.scrape()
    site.behave()
    world.later = timedelta(seconds=1)
    world.scrape()
    # Hours that have passed are not asked for again: their prose and raw row stay.
    but = {*RESTATED, *FILLED, "invalidation_condition"}
    assert differences(without(truth, but), without(facts_in(world.engine), but)) == []


def test_frozen_data_brings_nothing_back_and_the_next_run_catches_up(
    worlds: Fresh, site: DemoSite, truth: Rows
) -> None:
    world = worlds()
    before = rows_in(world.engine)
    site.misbehave("*", bad.Frozen(NOW - timedelta(minutes=10)))
    assert world.scrape().status is RunStatus.COMPLETE
    # What is learnt of the past may complete what came after it.
    but = {"leverage", "confidence", "rank"}
    assert harm(before, rows_in(world.engine), but) == []
    site.behave()
    world.scrape()
    facts, known = without(facts_in(world.engine), but), without(truth, but)
    for table in ("trades", "llm_models", "seasons"):
        assert facts[table] == known[table]
    lost = [row for row in known["model_chats"] if row not in facts["model_chats"]]
    assert lost == []


@pytest.mark.parametrize("fault", [bad.Redirected("/api/v2/closed"), bad.Gone()])
def test_an_endpoint_that_moved_is_followed_where_the_site_says_so(
    worlds: Fresh, site: DemoSite, truth: Rows, fault: Fault
) -> None:
    world = worlds(filled=False)
    site.misbehave("trades", fault)
    summary = world.scrape(Kind.TRADES)
    followed = isinstance(fault, bad.Redirected)
    assert summary.status is (RunStatus.COMPLETE if followed else RunStatus.PARTIAL)
    assert bool(rows_in(world.engine)["trades"]) is True
    site.behave()
    world.scrape()
    assert differences(truth, facts_in(world.engine)) == []


# --- one endpoint -------------------------------------------------------------


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_one_endpoint_that_fails_takes_no_other_down(
    worlds: Fresh, site: DemoSite, truth: Rows, endpoint: str
) -> None:
    world = worlds(filled=False)
    site.misbehave(endpoint, bad.ServerError(502))
    summary = world.scrape()
    assert summary.status is RunStatus.PARTIAL
    assert len(summary.failures) == 1
    assert summary.failures[0].startswith(endpoint)
    site.behave()
    assert world.scrape().status is RunStatus.COMPLETE
    assert differences(truth, facts_in(world.engine)) == []


@pytest.mark.parametrize("kind", list(Kind))
def test_a_kind_alone_fails_and_recovers(
    worlds: Fresh, site: DemoSite, kind: Kind
) -> None:
    world = worlds(filled=False)
    for fault in (bad.ServerError(), bad.Challenge(), bad.NotUtf8()):
        site.misbehave("*", fault)
        assert world.scrape(kind).status is RunStatus.FAILED
    site.behave()
    summary = world.scrape(kind)
    assert summary.status is RunStatus.COMPLETE
    assert kind.value in {line.kind for line in summary.lines if line.inserted}


def _payload_of(site: DemoSite, endpoint: str) -> RawPayload:
    """What one request for that endpoint brings."""
    options = World.options_for(site)
    with closing(HttpSource(options, SiteClock(site), {})) as source:
        (result,) = source.fetch([Request(Endpoint(endpoint))])
    assert not isinstance(result, FetchFailure | NotModified), result
    return result


def _fields_of(site: DemoSite, endpoint: str) -> list[str]:
    """The names of the fields of that endpoint's rows."""
    payload = json.loads(_payload_of(site, endpoint).body)
    rows = next(iter(payload.values()))
    row = next(iter(rows.values() if isinstance(rows, dict) else rows))
    return list(row)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_no_field_that_is_renamed_or_null_harms_what_was_stored(
    worlds: Fresh, site: DemoSite, truth: Rows, endpoint: str
) -> None:
    world = worlds()
    collector = Collector(world.engine, world.clock)
    before = rows_in(world.engine)
    for number, field in enumerate(_fields_of(site, endpoint)):
        renamed = bad.RenamedField(field, f"new_{field}")
        null = bad.NullNumbers(field, every=1)
        site.misbehave(endpoint, null if number % 2 else renamed)
        collector.import_payloads([_payload_of(site, endpoint)], endpoint)
    assert harm(before, rows_in(world.engine), RESTATED) == []


@pytest.mark.parametrize("endpoint", ["account-totals", "trades", "conversations"])
def test_a_row_that_came_without_a_field_is_completed_by_the_next_good_one(
    worlds: Fresh, site: DemoSite, truth: Rows, endpoint: str
) -> None:
    world = worlds(filled=False)
    collector = Collector(world.engine, world.clock)
    for field in _fields_of(site, endpoint):
        site.misbehave(endpoint, bad.RenamedField(field, f"new_{field}"))
        collector.import_payloads([_payload_of(site, endpoint)], endpoint)
    site.behave()
    world.scrape()
    facts = facts_in(world.engine)
    assert differences(without(truth, RESTATED), without(facts, RESTATED)) == []


@pytest.mark.parametrize(
    ("field", "comes_first"),
    [("run_id", True), ("run_id", False), ("run_name", True), ("model_name", False)],
)
def test_an_account_of_season_one_and_a_half_stays_one_without_a_part_of_its_name(
    migrated_sqlite: Path, tmp_path: Path, field: str, comes_first: bool
) -> None:
    arena = arena_of("1.5", 0.05)
    now = arena.start + timedelta(minutes=9)
    with ExitStack() as stack:
        site = stack.enter_context(DemoSite(arena, speed=0, at=now))
        engines = []
        for name in ("honest", "disturbed"):
            folder = tmp_path / name
            folder.mkdir()
            engines.append(stack.enter_context(_sqlite(migrated_sqlite, folder)))
        honest, disturbed = (World(site, engine) for engine in engines)
        honest.scrape()
        if not comes_first:
            disturbed.scrape()
        site.misbehave("*", bad.MissingField(field))
        assert disturbed.scrape().status is RunStatus.COMPLETE
        site.behave()
        disturbed.scrape()
        but = {*RESTATED, "served_name"}
        truth, facts = (without(facts_in(engine), but) for engine in engines)
    assert differences(truth, facts) == []


# --- what the shell is told ---------------------------------------------------


@pytest.mark.parametrize(
    ("where", "fault", "code"),
    [
        ("*", bad.Slow(0), 0),
        ("*", bad.Gone(), 1),
        ("*", bad.DeeplyNested(), 1),
        ("trades", bad.Gone(404), 3),
        ("conversations", bad.BadRow(), 3),
    ],
)
def test_the_exit_code_tells(
    site: DemoSite,
    worlds: Fresh,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    fault: Fault,
    code: int,
) -> None:
    world = worlds(filled=False)
    monkeypatch.setenv("NOF1_DATABASE_URL", str(world.engine.url))
    monkeypatch.setenv("NOF1_BASE_URL", site.url)
    site.misbehave(where, fault)
    result = CliRunner().invoke(app, ["scrape", "--transport", "http"])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output


def test_a_site_that_is_not_there_is_exit_code_5(
    worlds: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = worlds()
    before = rows_in(world.engine)
    monkeypatch.setenv("NOF1_DATABASE_URL", str(world.engine.url))
    arguments = ["scrape", "--transport", "http", "--base-url", unused_url()]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 5
    assert result.stderr.startswith("Error: No connection to http://127.0.0.1:")
    after = rows_in(world.engine)
    assert after["scrape_runs"][-1]["status"] is RunStatus.FAILED
    assert harm(before, after) == []


def test_a_site_that_goes_away_in_the_middle_costs_only_the_rest(
    worlds: Fresh, site: DemoSite
) -> None:
    with ExitStack() as stack:
        leaving = stack.enter_context(DemoSite(ARENA, speed=0, at=NOW))
        world = worlds(filled=False)
        options = World.options_for(leaving)
        with closing(HttpSource(options, world.clock, {})) as source:
            results = source.fetch([Request(Endpoint.TRADES), Request(Endpoint.PRICES)])
            first = next(results)
            assert isinstance(first, RawPayload)
            Collector(world.engine, world.clock).import_payloads([first], "trades")
            stack.close()
            rest = next(results)
    assert isinstance(rest, FetchFailure)
    assert isinstance(rest.error, SourceUnreachableError)
    assert len(rows_in(world.engine)["trades"]) > 10
