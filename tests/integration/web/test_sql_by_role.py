"""Queries in SQL on PostgreSQL: by a role that can only read the record."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp_types import CallToolResult, TextContent
from sqlalchemy import Engine, make_url
from typer.testing import CliRunner

from nof1_tracker import main
from nof1_tracker.clock import SystemClock
from nof1_tracker.database.confined import postgresql_queries, sqlite_queries
from nof1_tracker.database.confined.reading_role import make_role
from nof1_tracker.database.connection import reset_engine
from nof1_tracker.database.export.copy_database import copy_database
from nof1_tracker.errors import ConfigurationError, DatabaseAwayError
from nof1_tracker.mcp.tool_answers import answer
from tests.databases import as_text
from tests.worlds import engine_on

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.parametrize("season", ["postgresql"], indirect=True, scope="session"),
]
PASSWORD = "chosen for this test: 100%"


@contextmanager
def _role(engine: Engine) -> Iterator[str]:
    """A URL that names a role that does not exist yet, and is dropped afterwards."""
    name = f"nof1 query {uuid.uuid4().hex[:8]}"
    yield as_text(engine.url.set(username=name, password=PASSWORD))
    with engine.begin() as connection:
        if connection.exec_driver_sql(
            "SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)
        ).first():
            connection.exec_driver_sql(f'DROP OWNED BY "{name}"')
            connection.exec_driver_sql(f'DROP ROLE "{name}"')


@pytest.fixture(scope="module")
def query_url(season: Engine) -> Iterator[str]:
    with _role(season) as url:
        make_role(season, url)
        yield url


def _asked(url: str, query: str, limit: int = 50, seconds: float = 3) -> Any:
    return postgresql_queries.postgresql_query(url, query, limit, seconds)


def _text(answer: CallToolResult) -> str:
    (content,) = answer.content
    assert isinstance(content, TextContent)
    return content.text


def _tool(engine: Engine, query: str) -> CallToolResult:
    return answer(engine, SystemClock().now(), "sql", {"query": query})


def test_the_command_makes_a_role_by_which_the_tool_answers(
    season: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _role(season) as url:
        monkeypatch.setenv("NOF1_DATABASE_URL", as_text(season.url))
        reset_engine()
        unset = CliRunner().invoke(main.app, ["db", "query-role"])
        monkeypatch.setenv("NOF1_QUERY_URL", url)
        early = _tool(season, "SELECT 1")
        runs = [CliRunner().invoke(main.app, ["db", "query-role"]) for _ in range(2)]
        reset_engine()
        found = _tool(season, "SELECT name, is_benchmark, 1.50, now() FROM llm_models")

    assert unset.exit_code == 2
    assert "NOF1_QUERY_URL does not name a role" in unset.stderr
    assert early.is_error
    assert PASSWORD not in _text(early)
    for each in runs:
        assert each.exit_code == 0, each.stderr
        assert "can read the record, and nothing else" in each.stdout
        assert PASSWORD not in each.output
    assert found.structured_content is not None
    name, is_benchmark, number, now = found.structured_content["cells"][0]
    assert set(name) == {"untrusted_quote"}
    assert is_benchmark in (True, False)
    assert number == "1.5"
    assert now.endswith("Z")


SAME = (
    "SELECT conversation_id, timestamp, decision, confidence, summary FROM model_chats ORDER BY id",
    "SELECT symbol, side, size, entry_price, pnl, closed_at, opened_at FROM trades ORDER BY id",
    """WITH ours AS (SELECT model_id, MAX(total_assets) AS most
    FROM leaderboard_snapshots GROUP BY model_id)
    SELECT m.name, most FROM ours JOIN llm_models m ON m.id = ours.model_id ORDER BY 1;""",
    "VALUES (1, 'two', NULL)",
    "SELECT 1 AS same, 2 AS same -- and a comment",
)


def _comparable(value: Any) -> Any:
    """A number as far as a double has it; anything else as it is."""
    if isinstance(value, bool):
        return int(value)
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


def test_the_answers_are_those_of_sqlite(
    season: Engine, query_url: str, migrated_sqlite: Path, tmp_path: Path
) -> None:
    file = tmp_path / "copy.db"
    shutil.copy(migrated_sqlite, file)
    with engine_on(f"sqlite:///{file}") as copy:
        copy_database(season, copy)
    for query in SAME:
        ours = _asked(query_url, query, 20)
        theirs = sqlite_queries.confined_query(file, query, 20)
        assert ours.is_whole == theirs.is_whole
        if not query.startswith("VALUES"):  # whose columns have no names of their own
            assert ours.columns == theirs.columns
        assert [[*map(_comparable, row)] for row in ours.rows] == [
            [*map(_comparable, row)] for row in theirs.rows
        ]
        assert ours.rows


def test_values_of_every_kind_are_told(query_url: str) -> None:
    (row,) = _asked(
        query_url,
        r"""SELECT 12345678901234567890.1230, 1e30::numeric, 7::bigint, 0.25::float8,
        'NaN'::numeric, '\xff00'::bytea, '{"b": [1, {"a": 2.5}]}'::jsonb, ARRAY[1, 2],
        'infinity'::timestamptz, '2025-10-28 08:00+02'::timestamptz, NULL, false""",
    ).rows
    assert row == (
        *("12345678901234567890.123", f"1{'0' * 30}", 7, 0.25, "NaN", "ff00"),
        *('{"b": [1.0, {"a": 2.5}]}', "[1.0, 2.0]", "infinity"),
        *("2025-10-28T06:00:00Z", None, False),
    )


ANY = "Write one SELECT"
HOSTILE = {
    "DELETE FROM trades RETURNING id": ANY,
    "UPDATE seasons SET name = 'x'": ANY,
    "INSERT INTO seasons DEFAULT VALUES": ANY,
    "WITH gone AS (DELETE FROM trades RETURNING id) SELECT * FROM gone": ANY,
    "SELECT * INTO copy FROM trades": ANY,
    "CREATE TEMP TABLE t (x int)": ANY,
    "COPY trades TO PROGRAM 'cat'": ANY,
    "COPY (SELECT 1) TO 'nof1-hostile'": ANY,
    "EXPLAIN ANALYZE SELECT 1": "The query is wrong",
    "SET ROLE postgres": ANY,
    "SET statement_timeout = 0": ANY,
    "SELECT set_config('role', 'postgres', false)": "may not use 'set_config'",
    "SELECT pg_read_file('/etc/passwd')": "may only read the record",
    "SELECT lo_import('/etc/passwd')": "may only read the record",
    "SELECT nextval('trades_id_seq')": "may only read the record",
    "SELECT dblink('dbname=postgres', 'SELECT 1')": "The query is wrong",
    "SELECT pg_advisory_lock(1)": "may not use 'pg_advisory_lock'",
    "SELECT query_to_xml('SELECT 1', true, true, '')": "may not use 'query_to_xml'",
    r"""SELECT U&"pg\005Fadvisory_lock"(1)""": """may not use 'U&"'""",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity": "may only read the record",
    "SELECT * FROM people.users": "may only read the record",
    "SELECT * FROM event_channels": "may only read the record",
    "SELECT * FROM pg_authid": "may only read the record",
    "SELECT * FROM trades FOR UPDATE": "may only read the record",
    "SELECT 1; SELECT 2": "Only one SELECT",
    "SELECT 1; COMMIT; DELETE FROM trades": "Only one SELECT",
    "BEGIN; COMMIT": "Only one SELECT",
    "COMMIT": ANY,
    "DO $$ BEGIN PERFORM 1; END $$": ANY,
    "SELECT $do$ ; $do$ ; SELECT 2": "Only one SELECT",
    "SELECT 1) ; (SELECT 2": ANY,
    "-- nothing": ANY,
    "/* never closed": "The query is wrong",
    "SELECT repeat('x', 1000001)": "a row is too large",
    "SELECT repeat('x', 1000000000) FROM generate_series(1, 1000)": ANY,
    "SELECT x": "The query is wrong",
}


def test_a_query_can_do_nothing_but_read_the_record(
    season: Engine, query_url: str
) -> None:
    counted = "SELECT count(*), sum(id), min(pnl) FROM trades"
    with season.connect() as connection:
        before = connection.exec_driver_sql(counted).all()
    for query, told in HOSTILE.items():
        with pytest.raises(ConfigurationError) as refused:
            _asked(query_url, query)
        assert told in str(refused.value), query
        assert PASSWORD not in str(refused.value)
    # What the server lets anybody do is undone: a large object, a message, a lock.
    assert _asked(query_url, "SELECT lo_create(4711), pg_notify('x', 'y')").rows
    with season.connect() as connection:
        assert connection.exec_driver_sql(counted).all() == before
        assert not connection.exec_driver_sql(
            "SELECT FROM pg_largeobject_metadata WHERE oid = 4711"
        ).all()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT pg_sleep(60)",
        "SELECT count(*) FROM generate_series(1, 1000000000)",
        "WITH RECURSIVE n(x) AS (VALUES (1) UNION SELECT x + 1 FROM n) SELECT max(x) FROM n",
    ],
)
def test_a_query_ends_in_time(query_url: str, query: str) -> None:
    with pytest.raises(ConfigurationError, match=r"longer than 0\.2 seconds"):
        _asked(query_url, query, seconds=0.2)


def test_a_query_is_answered_with_bounded_rows(query_url: str) -> None:
    endless = "SELECT * FROM generate_series(1, 1000) AS n"
    some = _asked(query_url, endless, 3)
    large = _asked(query_url, endless.replace("*", "repeat('x', 400000)"), 200)
    assert (some.columns, some.rows, some.is_whole) == (
        ("n",),
        [(1,), (2,), (3,)],
        False,
    )
    assert 3 <= len(large.rows) <= 4
    assert not large.is_whole
    assert _asked(query_url, f"{endless} WHERE n < 4", 3).is_whole


WIDER = {
    "is a superuser": 'ALTER ROLE "{}" SUPERUSER',
    "may manage roles": 'ALTER ROLE "{}" CREATEDB',
    "has the rights of": 'GRANT pg_read_server_files TO "{}"',
    "owns something": 'CREATE SCHEMA theirs AUTHORIZATION "{}"',
    "can see the schema people": 'GRANT USAGE ON SCHEMA people TO "{}"',
    "may write to trades": 'GRANT UPDATE (pnl) ON trades TO "{}"',
    "may read event_channels": 'GRANT SELECT ON event_channels TO "{}"',
    "may not read trades": 'REVOKE SELECT ON trades FROM "{}"',
}


@pytest.mark.parametrize("reason", WIDER)
def test_a_role_that_can_do_more_is_refused_with_the_reason(
    season: Engine, reason: str
) -> None:
    with _role(season) as url:
        make_role(season, url)
        name = str(make_url(url).username)
        with season.begin() as connection:
            connection.exec_driver_sql(WIDER[reason].format(name))
        with pytest.raises(ConfigurationError, match=reason) as refused:
            _asked(url, "SELECT 1")
    assert "nof1-tracker db query-role" in str(refused.value)


def test_a_role_that_owns_the_record_is_neither_asked_nor_changed(
    season: Engine,
) -> None:
    owner = as_text(season.url.set(password=PASSWORD))
    with pytest.raises(ConfigurationError, match="because it "):
        make_role(season, owner)
    with pytest.raises(ConfigurationError, match="no role or no password"):
        make_role(season, "postgresql://127.0.0.1/arena")
    with pytest.raises(DatabaseAwayError) as away:
        _asked(f"postgresql://someone:{PASSWORD[:6]}@127.0.0.1:1/arena", "SELECT 1")
    assert PASSWORD[:6] not in str(away.value)
