"""Queries of PostgreSQL, by a role that can only read the record.

The server itself tells one SELECT from everything else, when it opens a cursor for the
text. It makes JSON of the rows, so that a value that is too large never leaves it. What a
query does beside reading is undone: the transaction only reads, and is rolled back; then
its connection is closed, and with it every lock goes.
"""

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from decimal import Decimal
from threading import Lock, Timer
from typing import Any, Final

from psycopg2 import Error
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from nof1_tracker.database.config import normalise_url
from nof1_tracker.database.confined.found_rows import LARGEST, SECONDS, FoundRows
from nof1_tracker.database.confined.reading_role import MAKE_ROLE, SETTING, check_role
from nof1_tracker.database.engine.create_engine import CONNECT_ARGS
from nof1_tracker.database.engine.errors import database_errors, explain
from nof1_tracker.errors import ConfigurationError

_GRACE: Final = 0.5
"""Seconds after which a statement that its timeout did not end is cancelled."""
_REFUSED: Final = re.compile(
    r"u&['\"]|\w*(?:advisory|set_config|_to_xml|ts_stat|ts_rewrite|logical_emit)\w*",
    re.IGNORECASE,
)
"""Functions that hold locks, change settings, or run a text as a query; and what could
spell their names another way."""
_SESSION = """
    SET TRANSACTION READ ONLY;
    SET LOCAL TIME ZONE 'UTC';
    SET LOCAL datestyle = 'ISO';
    SET LOCAL bytea_output = 'hex';
    SET LOCAL max_parallel_workers_per_gather = 0;
    SELECT set_config('statement_timeout', %(timeout)s, true),
        set_config('nof1.query', %(query)s, true),
        set_config('nof1.rows', %(rows)s, true),
        set_config('nof1.largest', %(largest)s, true);
"""
_OPEN = """
    DO $do$
    DECLARE
        probe refcursor;
        asked CONSTANT text := current_setting('nof1.query');
    BEGIN
        OPEN probe FOR EXECUTE asked;  -- of several statements, nothing is run
        CLOSE probe;
        EXECUTE 'DECLARE answer NO SCROLL CURSOR FOR ' || asked;
    END
    $do$
"""
_COLLECT = """
    DO $do$
    DECLARE
        answer refcursor := 'answer';
        one record;
        line text;
        told text := '';
        size bigint := 0;
        number integer := 0;
        largest CONSTANT integer := current_setting('nof1.largest');
        most CONSTANT integer := current_setting('nof1.rows');
    BEGIN
        LOOP
            FETCH answer INTO one;
            EXIT WHEN NOT FOUND OR number = most OR size > largest;
            IF pg_column_size(one) <= largest THEN
                line := row_to_json(one)::text;
            END IF;
            IF line IS NULL OR octet_length(line) > largest THEN
                RAISE program_limit_exceeded USING MESSAGE = 'a row is too large';
            END IF;
            told := told || CASE WHEN number = 0 THEN '' ELSE ',' END || line;
            size := size + octet_length(line);
            number := number + 1;
            line := NULL;
        END LOOP;
        PERFORM set_config('nof1.answer', '[' || told || ']', true),
            set_config('nof1.is_whole', (NOT FOUND)::text, true);
    END
    $do$
"""
_RESULT = "SELECT current_setting('nof1.answer'), current_setting('nof1.is_whole')"
_NUMERIC, _INTEGERS, _TIME, _BINARY = 1700, frozenset((20, 21, 23, 26)), 1184, 17
"""Types of columns, as the server numbers them."""
_REMEDY: Final = (
    "Write one SELECT of PostgreSQL; `SELECT table_name, column_name FROM"
    " information_schema.columns WHERE table_schema = 'public'` shows the tables."
)
_NO_RIGHT: Final = ("42501", "25006")
"""insufficient_privilege, read_only_sql_transaction."""
_checked: set[str] = set()
_checking = Lock()


class _Pairs(list[tuple[str, Any]]):
    """The pairs of a JSON object, of which several may have one key."""


def postgresql_query(
    url: str, sql: str, limit: int, seconds: float = SECONDS
) -> FoundRows:
    """The first rows of the query.

    Args:
        url: Of a role that can only read; never shown.

    Raises:
        ConfigurationError: The query is wrong, may not be asked, or takes too long; or
            the role can do more than to read the record.
        DatabaseAwayError: The database cannot be reached.
    """
    if found := _REFUSED.search(sql):
        raise ConfigurationError(f"The query may not use {found[0]!r}.", _REMEDY)
    engine = create_engine(
        normalise_url(url), poolclass=NullPool, connect_args=CONNECT_ARGS
    )
    _check_once(engine, url)
    with _connected(engine) as connection, connection.cursor() as cursor:
        ended = Timer(seconds + _GRACE, connection.cancel)
        ended.daemon = True
        ended.start()
        try:
            return _asked(cursor, sql, limit, seconds)
        except Error as error:
            raise _explained(error, seconds) from None
        finally:
            ended.cancel()
            ended.join()


def _check_once(engine: Engine, url: str) -> None:
    """Looks at what the role can do, the first time that this process asks by it."""
    with _checking:
        if url in _checked:
            return
        with database_errors(), engine.connect() as connection:
            check_role(connection)
        _checked.add(url)


@contextmanager
def _connected(engine: Engine) -> Iterator[Any]:
    """A connection that is closed afterwards, which undoes what it was used for."""
    with database_errors():
        pooled = engine.raw_connection()
    with closing(pooled):
        yield pooled.driver_connection


def _asked(cursor: Any, sql: str, limit: int, seconds: float) -> FoundRows:
    asked = {
        "timeout": f"{int(seconds * 1000)}ms",
        "query": sql,
        "rows": str(limit),
        "largest": str(LARGEST),
    }
    cursor.execute(_SESSION, asked)
    cursor.execute(_OPEN)
    cursor.execute("FETCH 0 FROM answer")
    columns = [(each.name, each.type_code) for each in cursor.description]
    cursor.execute(_COLLECT)
    cursor.execute(_RESULT)
    told, is_whole = cursor.fetchone()
    kinds = [kind for _, kind in columns]
    rows = [_row(each, kinds) for each in _decoded(told)]
    return FoundRows(tuple(name for name, _ in columns), rows, is_whole == "true")


def _decoded(told: str) -> list[_Pairs]:
    found: list[_Pairs] = json.loads(
        told, object_pairs_hook=_Pairs, parse_float=Decimal, parse_int=Decimal
    )
    return found


def _row(pairs: _Pairs, kinds: list[int]) -> tuple[Any, ...]:
    return tuple(
        _cell(value, kind) for (_, value), kind in zip(pairs, kinds, strict=True)
    )


def _cell(value: Any, kind: int) -> Any:
    """The value as programs get it: exact decimals and times as text."""
    if isinstance(value, Decimal):
        return _number(value, kind)
    if isinstance(value, list):
        return json.dumps(_plain(value), ensure_ascii=False)
    if kind == _TIME and isinstance(value, str):
        return _iso(value)
    if kind == _BINARY and isinstance(value, str):
        return value.removeprefix("\\x")
    return value


def _number(value: Decimal, kind: int) -> Any:
    if kind in _INTEGERS:
        return int(value)
    return _digits(value) if kind == _NUMERIC else float(value)


def _digits(value: Decimal) -> str:
    """All digits of the number, without zeros at the end of its fraction."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _iso(value: str) -> str:
    try:
        time = datetime.fromisoformat(value)
    except ValueError:  # infinity, or before the year 1
        return value
    return time.isoformat().replace("+00:00", "Z")


def _plain(value: Any) -> Any:
    """What is nested in a cell, as objects and lists again."""
    if isinstance(value, _Pairs):
        return {name: _plain(each) for name, each in value}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return float(value) if isinstance(value, Decimal) else value


def _explained(error: Error, seconds: float) -> Exception:
    code = error.pgcode
    if code is None or code.startswith(("08", "53", "58")):
        return explain(error)
    return ConfigurationError(_problem(error, code, seconds), _REMEDY)


def _problem(error: Error, code: str, seconds: float) -> str:
    message = (error.diag.message_primary or "").rstrip(".")
    if code == "57014":  # query_canceled
        return f"The query took longer than {seconds:g} seconds, and was ended."
    if code == "42P11":  # invalid_cursor_definition
        return f"Only one SELECT, WITH or VALUES is asked: {message}."
    if code in _NO_RIGHT:
        return (
            f"The query may only read the record: {message}. If it is a table of the"
            f" record, `{MAKE_ROLE}` lets the role of {SETTING} read it."
        )
    return f"The query is wrong: {message}."
