"""Formats, paging, and what a client keeps."""

import csv
import io
import json
import time
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from nof1_tracker.database.models import Price
from nof1_tracker.web.workers import BusyError, Places
from tests.fakes import FakeClock
from tests.integration.reading.boards import NOW, Board, ago
from tests.integration.web.served import record_of, serving

ROWS = 2_300
"""More than two parts of a stream."""


@pytest.mark.parametrize("path", ["trades", "leaderboard"])
def test_every_format_has_the_same_rows(api: httpx.Client, path: str) -> None:
    rows = api.get(path).json()["data"]
    lines = api.get(path, params={"format": "jsonl"})
    table = api.get(path, headers={"Accept": "text/html;q=0.9, text/csv"})

    assert [json.loads(line) for line in lines.text.splitlines()] == rows
    assert lines.headers["content-type"] == "application/x-ndjson"
    assert table.headers["content-type"].startswith("text/csv")
    cells = list(csv.DictReader(io.StringIO(table.text)))
    assert [
        row["equity" if path == "leaderboard" else "quantity"] for row in cells
    ] == [row["equity" if path == "leaderboard" else "quantity"] for row in rows]
    assert list(cells[0]) == list(rows[0])


@pytest.mark.parametrize("path", ["trades", "leaderboard", "coverage", "decisions"])
def test_parquet_has_the_same_rows_with_types(api: httpx.Client, path: str) -> None:
    lines = api.get(path, params={"format": "jsonl"}).text.splitlines()
    answer = api.get(path, headers={"Accept": "application/vnd.apache.parquet"})

    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    rows = pq.read_table(io.BytesIO(answer.content)).to_pylist()
    assert [_plain(row) for row in rows] == [_plain(json.loads(each)) for each in lines]
    assert len(rows) > 0


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """The row with numbers as decimals, times as texts, and nested values as JSON."""
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, (list, dict)):
        return json.dumps(value, separators=(",", ":"))
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None)
    except (TypeError, ValueError):
        pass
    try:
        return value if isinstance(value, float) else Decimal(value)
    except (TypeError, ArithmeticError):
        return value


def take_when_free(places: Places) -> None:
    """Takes a place, which is given back once the server has done what the client saw."""
    until = time.monotonic() + 20
    while True:
        try:
            return places.take()
        except BusyError:
            assert time.monotonic() < until
            time.sleep(0.01)


def test_more_streams_than_there_is_room_for_come_later(season: Engine) -> None:
    record = replace(record_of(season), streams=Places(most=1))
    with serving(record) as api:
        first = api.get("prices", params={"format": "jsonl"})
        take_when_free(record.streams)
        refused = api.get("prices", params={"format": "jsonl"})

    assert first.status_code == 200
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "application/json"),
        ("text/html, */*;q=0.8", "application/json"),
        ("text/*", "text/csv; charset=utf-8"),
        ("application/json;q=0.2, application/x-ndjson;q=0.5", "application/x-ndjson"),
        ("text/csv;q=0, */*;q=0.1", "application/json"),
    ],
)
def test_the_accept_header_chooses_by_weight(
    api: httpx.Client, accept: str, media: str
) -> None:
    answer = api.get("seasons", headers={"Accept": accept})

    assert answer.headers["content-type"] == media


@pytest.mark.parametrize("accept", ["image/png", "text/csv;q=0", "text/csv;q=much"])
def test_what_cannot_be_answered_so_is_not_acceptable(
    api: httpx.Client, accept: str
) -> None:
    answer = api.get("trades", headers={"Accept": accept})

    assert answer.status_code == 406
    assert "text/csv" in answer.json()["detail"]


def test_a_stream_is_whole_however_long_and_ends_at_a_limit(engine: Engine) -> None:
    _fill(engine, ROWS)

    with serving(record_of(engine)) as api:
        lines = api.get("prices", params={"format": "jsonl"}).text.splitlines()
        some = api.get("prices", params={"format": "csv", "limit": 7}).text.splitlines()

    prices = [json.loads(line)["price"] for line in lines]
    assert prices == [str(number) for number in range(ROWS, 0, -1)]
    assert len(some) == 1 + 7


def test_paging_returns_each_row_once_while_rows_are_added(engine: Engine) -> None:
    board = Board(engine)
    _fill(engine, 30)
    seen: list[str] = []
    asked: dict[str, Any] = {"limit": 7}

    with serving(record_of(engine)) as api:
        while True:
            answer = api.get("prices", params=asked).json()
            seen += [row["price"] for row in answer["data"]]
            if answer["next"] is None:
                break
            asked["cursor"] = answer["next"]
            board.add(_price(NOW + timedelta(seconds=len(seen)), 1000 + len(seen)))

    assert seen == [str(number) for number in range(30, 0, -1)]


def test_rows_of_one_instant_are_told_apart_by_the_cursor(engine: Engine) -> None:
    board = Board(engine)
    for number in range(1, 6):
        board.trade("alpha", f"t{number}", closed_at=ago(hours=1))

    with serving(record_of(engine)) as api:
        first = api.get("trades", params={"limit": 3}).json()
        rest = api.get("trades", params={"limit": 3, "cursor": first["next"]}).json()

    named = [row["trade_id"] for row in (*first["data"], *rest["data"])]
    assert named == ["t5", "t4", "t3", "t2", "t1"]
    assert rest["next"] is None


def test_what_a_client_has_is_not_sent_again_until_it_changes(engine: Engine) -> None:
    board = Board(engine)
    board.trade("alpha", "first")

    with serving(record_of(engine)) as api:
        tag = api.get("trades").headers["etag"]
        named = {"If-None-Match": f'"other", {tag}'}
        unchanged = api.get("trades", headers=named)
        board.trade("alpha", "second")
        changed = api.get("trades", headers=named)

    assert tag.startswith('W/"')
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["etag"] == tag
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


@pytest.mark.parametrize("path", ["trades", "leaderboard", "report"])
def test_an_unchanged_answer_costs_no_transaction_beside_the_version(
    season: Engine, api: httpx.Client, path: str
) -> None:
    tag = api.get(path).headers["etag"]
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(season, "after_cursor_execute", note)
    unchanged = api.get(path, headers={"If-None-Match": tag})
    event.remove(season, "after_cursor_execute", note)

    assert unchanged.status_code == 304
    assert statements == []  # the version is read past the pool


def test_what_is_kept_as_json_is_not_sent_to_one_who_wants_csv(
    api: httpx.Client,
) -> None:
    kinds = [
        api.get("seasons", headers={"Accept": accept}).headers["content-type"]
        for accept in ("application/json", "application/json", "text/csv", "*/*")
    ]

    assert kinds[:2] == ["application/json"] * 2
    assert kinds[2].startswith("text/csv")
    assert kinds[3] == "application/json"


def test_the_order_of_parameters_makes_no_other_question(api: httpx.Client) -> None:
    one, other = api.get("trades?limit=3&side=long"), api.get(
        "trades?side=long&limit=3"
    )

    assert one.headers["etag"] == other.headers["etag"]


def test_what_depends_on_the_time_of_asking_follows_the_clock(engine: Engine) -> None:
    board, clock = Board(engine), FakeClock(NOW)
    board.trade("alpha", "t1", closed_at=ago(hours=1))

    with serving(record_of(engine, clock)) as api:
        asked = {"since": "2h"}
        before = api.get("trades", params=asked).json()["data"]
        clock.advance(2 * 3600)
        after = api.get("trades", params=asked).json()["data"]

    assert ([row["trade_id"] for row in before], after) == (["t1"], [])


def test_long_answers_are_compressed_for_who_can_read_it(api: httpx.Client) -> None:
    packed = api.get("trades", headers={"Accept-Encoding": "gzip"})
    plain = api.get("trades", headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert "Accept-Encoding" in packed.headers["vary"]


def test_head_has_the_headers_of_get_and_no_body(api: httpx.Client) -> None:
    head, get = api.head("trades"), api.get("trades")

    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["etag"] == get.headers["etag"]


def _fill(engine: Engine, rows: int) -> None:
    """Prices 1, 2, ... a second apart."""
    start = ago(hours=10)
    with Session(engine) as session:
        session.add_all(
            _price(start + timedelta(seconds=number), number)
            for number in range(1, rows + 1)
        )
        session.commit()


def _price(at: datetime, number: int) -> Price:
    return Price(symbol="BTC", observed_at=at, price=Decimal(number))
