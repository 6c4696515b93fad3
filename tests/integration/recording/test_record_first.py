"""What is fetched is recorded, then parsed, then stored with its position."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from nof1_tracker.archive.redaction import redacted
from nof1_tracker.archive.space import SpaceLimits
from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.errors import ArchiveError, CheckpointError, WaitingError
from nof1_tracker.records.enums import Endpoint, Kind, PriceSource, RunStatus
from nof1_tracker.records.payloads import NotModified, RawPayload, Request
from nof1_tracker.services.recorded.payload_exchanges import exchange_of, payload_of
from tests.fakes import FakeSource
from tests.integration.archive.recordings import SITE
from tests.integration.recording.scenes import Scene, away, clock_in
from tests.worlds import Rows, arena_of, differences, facts_in, rows_in

CHATS = f"{SITE}/api/conversations"


@pytest.fixture
def scene(engine: Engine, tmp_path: Path) -> Scene:
    arena = arena_of()
    return Scene(engine, tmp_path / "archive", arena, clock_in(arena))


def positions(scene: Scene) -> dict[str, int]:
    with UnitOfWork(scene.engine) as unit:
        archive_id = scene.archive.identity.id
        return dict(unit.repositories.archives.positions(archive_id))


def times_of_price_lists(rows: Rows) -> list[datetime]:
    """When the site's own lists of prices were observed, in the order of storing."""
    return [
        row["observed_at"]
        for row in rows["prices"]
        if row["source"] is PriceSource.CRYPTO_PRICES
    ]


def test_each_body_is_recorded_and_stored_with_its_position(scene: Scene) -> None:
    with scene.recording() as recording:
        summary = scene.collector(recording).scrape(scene.source, Kind)
        assert recording.waiting.count == 0
    assert summary.status is RunStatus.COMPLETE
    recorded = scene.recorded()
    assert [each.exchange.kind for each in recorded] == [
        request.endpoint for request in scene.source.asked
    ]
    last = recorded[-1].position
    assert positions(scene) == {last.segment: last.record}
    assert len(rows_in(scene.engine)["model_chats"]) == 100


def test_the_rows_are_those_of_a_run_that_records_nothing(
    scene: Scene, tmp_path: Path, migrated_sqlite: Path
) -> None:
    with scene.recording() as recording:
        scene.collector(recording).scrape(scene.source, Kind)
    recorded = facts_in(scene.engine)
    with UnitOfWork(scene.engine) as unit:
        assert unit.repositories.archives.is_known(scene.archive.identity.id)
    scene.collector(None).scrape(scene.source, Kind)
    assert differences(recorded, facts_in(scene.engine)) == []


def test_what_is_parsed_is_what_a_reader_of_the_archive_gets(scene: Scene) -> None:
    payload = scene.source.payload(Request(Endpoint.TRADES))
    kept = redacted(exchange_of(payload, SITE))
    with scene.recording() as recording:
        recording.append(exchange_of(payload, SITE))
    (found,) = scene.recorded()
    assert found.exchange == kept
    assert payload_of(found.exchange, found.exchange.body) == payload_of(
        kept, payload.body
    )
    assert "Set-Cookie" not in dict(found.exchange.headers)


def test_a_body_is_recorded_while_the_database_is_away_and_stored_by_the_next_run(
    scene: Scene,
) -> None:
    with scene.recording() as recording, away(scene.engine):
        with pytest.raises(WaitingError, match="wait") as caught:
            scene.collector(recording).scrape(scene.source, Kind)
        assert "The next run stores" in caught.value.remedy
        assert recording.waiting.count == len(scene.source.asked)
        assert recording.waiting.since == scene.clock.now()
    assert len(scene.recorded()) == len(scene.source.asked)
    assert rows_in(scene.engine)["model_chats"] == []
    scene.later(20)
    scene.adopt = True
    with scene.recording() as recording:
        summary = scene.collector(recording).scrape(scene.source, Kind)
        assert recording.waiting.count == 0
    assert summary.status is RunStatus.COMPLETE
    rows = rows_in(scene.engine)
    times = times_of_price_lists(rows)
    assert times == sorted(times)
    assert len(set(times)) == 2
    runs = [(row["transport"], row["status"]) for row in rows["scrape_runs"]]
    assert sorted(runs) == [
        ("archive", RunStatus.COMPLETE),
        ("http", RunStatus.COMPLETE),
    ]


def test_a_304_is_recorded_as_a_revisit_of_the_body_in_its_segment(
    scene: Scene,
) -> None:
    payload = scene.source.payload(Request(Endpoint.CONVERSATIONS))
    payload = _with_etag(payload, '"1"')
    unchanged = NotModified(Request(Endpoint.CONVERSATIONS), CHATS)
    with scene.recording() as recording:
        collector = scene.collector(recording)
        assert not recording.supports(CHATS, '"1"')
        collector.scrape(FakeSource(payload), [Kind.MODEL_CHAT])
        assert recording.supports(CHATS, '"1"')
        assert not recording.supports(CHATS, '"2"')
        summary = collector.scrape(FakeSource(unchanged), [Kind.MODEL_CHAT])
    assert summary.not_modified == ["conversations"]
    body, revisit = scene.recorded()
    assert revisit.refers_to == body.position
    assert positions(scene) == {body.position.segment: revisit.position.record}


def _with_etag(payload: RawPayload, etag: str) -> RawPayload:
    return RawPayload(
        payload.body,
        payload.origin,
        payload.captured_at,
        payload.transport,
        payload.endpoint,
        etag,
        payload.observed_at,
        payload.status,
    )


def test_of_a_checkpoint_status_and_time_are_recorded(scene: Scene) -> None:
    refusal = CheckpointError("No entrance.", status=403)
    with scene.recording() as recording:
        collector = scene.collector(recording)
        with pytest.raises(CheckpointError):
            collector.scrape(FakeSource(refusal), Kind)
        assert recording.waiting.count == 0
    (found,) = scene.recorded()
    assert found.exchange.is_challenge
    assert found.exchange.status == 403
    assert found.exchange.captured_at == scene.clock.now()
    assert positions(scene) == {found.position.segment: found.position.record}


def test_incremental_account_totals_rest_on_a_full_body_of_the_segment(
    scene: Scene,
) -> None:
    def totals() -> list[tuple[tuple[str, str], ...]]:
        asked = [e.query for e in scene.source.asked if e.endpoint == "account-totals"]
        scene.source.asked.clear()
        return asked

    for _ in range(2):
        with scene.recording() as recording:
            collector = scene.collector(recording)
            collector.scrape(scene.source, [Kind.LEADERBOARD])
            assert totals() == [()]
            scene.later(70)
            collector.scrape(scene.source, [Kind.LEADERBOARD])
            ((asked,),) = totals()
            assert asked[0] == "lastHourlyMarker"
            assert int(asked[1]) > 0
        scene.adopt = True


def test_a_full_archive_leaves_bodies_to_the_database_and_says_so(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    with scene.recording(SpaceLimits(most=1)) as recording:
        summary = scene.collector(recording).scrape(scene.source, Kind)
        assert recording.failure is None or "limit" in recording.failure.message
    asked = len(scene.source.asked)
    assert summary.unrecorded in (asked, asked - 1)  # the limit may be met by the first
    rows = rows_in(scene.engine)
    assert len(rows["model_chats"]) == 100
    assert rows["scrape_runs"][0]["unrecorded"] == summary.unrecorded
    assert any("without being recorded" in text for text in summary.warnings)
    assert "without being recorded" in caplog.text


def test_a_poison_body_in_a_backlog_is_rejected_and_the_rest_is_stored(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    with scene.recording() as recording, away(scene.engine):
        collector = scene.collector(recording, persistent=True)
        for _ in range(3):
            collector.scrape(scene.source, Kind)
            scene.later(15)
    scene.adopt = True
    with bursting_at_the_second_chats(scene.engine), scene.recording() as recording:
        scene.collector(recording).catch_up()
        assert recording.waiting.count == 0
    rows = rows_in(scene.engine)
    assert len(set(times_of_price_lists(rows))) == 3
    (rejected,) = rows["rejected_payloads"]
    assert "cannot be stored" in rejected["reason"]
    assert "Traceback" in caplog.text
    with scene.recording() as recording:
        scene.collector(recording).catch_up()
    assert rows_in(scene.engine)["rejected_payloads"][0]["occurrences"] == 1


@contextmanager
def bursting_at_the_second_chats(engine: Engine) -> Iterator[None]:
    """A bug of this program at the second body of conversations that it stores."""
    met: list[str] = []

    def burst(*arguments: object) -> None:
        sql = " ".join(str(arguments[2]).split())
        if "FROM model_chats" in sql:
            met.append(sql)
            if len(met) == 2:
                raise ZeroDivisionError("a bug")

    event.listen(engine, "before_cursor_execute", burst)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", burst)


def test_an_archive_of_another_database_is_refused_unless_it_is_adopted(
    scene: Scene,
) -> None:
    with (
        scene.recording() as recording,
        away(scene.engine),
        pytest.raises(WaitingError),
    ):
        scene.collector(recording).scrape(scene.source, Kind)
    with (
        scene.recording() as recording,
        pytest.raises(ArchiveError, match="does not know") as caught,
    ):
        scene.collector(recording).scrape(scene.source, Kind)
    assert "--adopt" in caught.value.remedy
    assert rows_in(scene.engine)["model_chats"] == []
    scene.adopt = True
    with scene.recording() as recording:
        scene.collector(recording).catch_up()
    assert len(rows_in(scene.engine)["model_chats"]) == 100
    scene.adopt = False
    with scene.recording() as recording:
        scene.collector(recording).catch_up()
