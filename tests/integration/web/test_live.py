"""The live feed: what is committed arrives, once, whatever happens in between."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, make_url, update
from starlette.types import Message

from nof1_tracker.database.feed.write_feed import KEPT
from nof1_tracker.database.feed_models import FeedVersion
from nof1_tracker.services.live.follow_feed import read_version
from nof1_tracker.web.live.event_stream import EventStream
from nof1_tracker.web.live.live_feed import Told
from tests.databases import as_text
from tests.integration.web.served import record_of, serving
from tests.integration.web.test_problems import assert_problem
from tests.loopback import Gate
from tests.parsed_payloads import leg, store, trades_of
from tests.worlds import PROGRAM, engine_on, environment

LEGS = Path(__file__).parents[2] / "cases" / "24-misc-trades"


@dataclass(frozen=True)
class Heard:
    """A message: `id` is None where it has none, `data` is its JSON."""

    event: str
    id: int | None
    data: Any


class Listening:
    """One who listens to the feed."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.iter_lines()

    def line(self) -> str:
        return next(self._lines)

    def next(self) -> Heard:
        """The next message; comments and other fields are passed over."""
        found: dict[str, str] = {}
        for line in self._lines:
            name, _, value = line.partition(": ")
            if not line and "data" in found:
                id_ = int(found["id"]) if "id" in found else None
                return Heard(found["event"], id_, json.loads(found["data"]))
            found[name] = value
        raise EOFError

    def names(self, count: int) -> list[str]:
        """The trades that so many messages name."""
        return [name for _ in range(count) for name in self.next().data["ids"]]


@contextmanager
def listening(api: httpx.Client, after: int | None = None) -> Iterator[Listening]:
    """A listener, which comes again after a version."""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    with api.stream("GET", "live", headers=headers) as answer:
        yield Listening(answer)


def _trade(engine: Engine, number: int) -> str:
    """Stores a trade, and returns its name."""
    one = leg("alpha", 1, trade_id=f"t{number}", entry_oid=None)
    store(engine, trades_of(one))
    return one.trade_id


def test_what_another_process_commits_arrives(migrated_url: str) -> None:
    with (
        engine_on(migrated_url) as engine,
        serving(record_of(engine)) as api,
        listening(api) as listener,
    ):
        ready = listener.next()
        subprocess.run(
            [*PROGRAM, "import", str(LEGS)],
            env=environment(migrated_url),
            check=True,
            capture_output=True,
        )
        told = listener.next()
        version = read_version(engine)

    assert (ready.event, ready.id) == ("ready", 0)
    assert told.event == told.data["kind"] == "trades"
    assert told.data["version"] == told.id
    assert 0 < told.data["version"] <= version
    assert told.data["committed_at"].endswith("Z")
    assert told.data["count"] == len(told.data["ids"]) > 10
    kind, _, _ = listener.answer.headers["content-type"].partition(";")
    assert kind == "text/event-stream"
    assert "content-encoding" not in listener.answer.headers


def test_who_comes_again_is_told_what_was_missed_and_nothing_twice(
    engine: Engine,
) -> None:
    with serving(record_of(engine)) as api:
        with listening(api) as first:
            assert first.next().event == "ready"
            _trade(engine, 1)
            seen = first.next().id
        missed = [_trade(engine, 2), _trade(engine, 3)]
        with listening(api, seen) as again:
            names = again.names(2)
            ready = again.next()
            latest = _trade(engine, 4)
            names += again.names(1)

    assert names == [*missed, latest]
    assert (ready.event, ready.data) == ("ready", {"version": 3})


def test_a_page_may_begin_after_the_version_that_it_was_made_from(
    engine: Engine,
) -> None:
    _trade(engine, 1)
    version = read_version(engine)
    later = _trade(engine, 2)

    with (
        serving(record_of(engine)) as api,
        api.stream("GET", "live", params={"after": version}) as answer,
    ):
        names = Listening(answer).names(1)
        refused = api.get("live", params={"after": -1})

    assert names == [later]
    assert_problem(refused, 422, "after")


@pytest.mark.parametrize("id_", ["7", "of another server", "", "9" * 30])
def test_who_asks_for_what_cannot_be_told_starts_anew(engine: Engine, id_: str) -> None:
    _trade(engine, 1)
    newest = KEPT + 8
    with engine.begin() as connection:
        connection.execute(update(FeedVersion).values(version=newest))

    with (
        serving(record_of(engine)) as api,
        api.stream("GET", "live", headers={"Last-Event-ID": id_}) as answer,
    ):
        told = Listening(answer).next()

    assert (told.event, told.id) == ("reset", newest)


def test_seven_listen_at_once_and_hear_the_same(engine: Engine) -> None:
    with serving(record_of(engine)) as api, ExitStack() as stack:
        tabs = [stack.enter_context(listening(api)) for _ in range(7)]
        for tab in tabs:
            assert tab.next().event == "ready"
        stored = [_trade(engine, 1), _trade(engine, 2)]
        heard = [tab.names(2) for tab in tabs]
        also_asked = api.get("trades").json()["data"]

    assert heard == [stored] * 7
    assert len(also_asked) == 2


def test_silence_is_filled_with_heartbeats(engine: Engine) -> None:
    record = replace(record_of(engine), heartbeat=0.01)

    with serving(record) as api, listening(api) as listener:
        assert listener.next().event == "ready"
        lines = [listener.line() for _ in range(4)]

    assert lines == [": heartbeat", ""] * 2


def test_more_than_the_server_bears_are_told_to_come_again(engine: Engine) -> None:
    record = replace(record_of(engine), most_listeners=1)

    with serving(record) as api, listening(api) as listener:
        assert listener.next().event == "ready"
        refused = api.get("live")
        _trade(engine, 1)
        assert listener.names(1) == ["t1"]

    assert_problem(refused, 503)
    assert int(refused.headers["retry-after"]) > 0


def test_head_has_the_headers_and_does_not_listen(engine: Engine) -> None:
    with serving(record_of(engine)) as api:
        head = api.head("live")

    assert head.status_code == 200
    assert head.headers["content-type"].startswith("text/event-stream")


@pytest.mark.postgresql
def test_nothing_is_lost_while_the_database_is_away(
    migrated_postgresql_url: str,
) -> None:
    url = make_url(migrated_postgresql_url)
    gate = Gate((url.host or "127.0.0.1", url.port or 5432))
    through = as_text(url.set(host="127.0.0.1", port=gate.port))
    with (
        closing(gate),
        engine_on(migrated_postgresql_url) as direct,
        engine_on(through) as engine,
        serving(record_of(engine)) as api,
        listening(api) as listener,
    ):
        assert listener.next().event == "ready"
        _trade(direct, 1)
        names = listener.names(1)
        gate.fall_silent()
        _trade(direct, 2)
        gate.speak()
        names += listener.names(1)
        _trade(direct, 3)
        names += listener.names(1)

    assert names == ["t1", "t2", "t3"]


def test_a_database_that_is_away_at_first_lets_a_browser_come_again(
    engine: Engine,
) -> None:
    FeedVersion.__table__.drop(engine)  # type: ignore[attr-defined]

    with serving(record_of(engine)) as api:
        answer = api.get("live")

    assert answer.status_code == 200
    assert answer.text == "retry: 2000\n\n"


def test_who_takes_nothing_is_cut_off_and_keeps_nobody_waiting(engine: Engine) -> None:
    """A browser that sleeps: its connection is full, and it takes no more bytes."""
    record = record_of(engine)

    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def stuck(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def listen() -> None:
        answer = EventStream(record.live, record.quick, None)
        task = asyncio.create_task(answer({"type": "http"}, never, stuck))
        while not task.done():
            record.live.publish(Told(1, [(1, b"data: x\n\n")], is_whole=True))
            await asyncio.sleep(0)
        await task

    asyncio.run(asyncio.wait_for(listen(), 60))
    record.stop()
