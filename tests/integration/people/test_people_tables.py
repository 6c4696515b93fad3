"""People's tables keep their promises, and nobody who reads the record sees them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, insert, inspect, select, text
from sqlalchemy.exc import DatabaseError as DriverError
from sqlalchemy.exc import IntegrityError

from nof1_tracker.database import LLMModel, create_db_engine
from nof1_tracker.database.export.copy_database import copy_database
from nof1_tracker.database.people.people_metadata import PeopleBase
from nof1_tracker.database.people.people_tables import (
    ApiTokenRow,
    PasswordResetTokenRow,
    SecurityEventRow,
    SessionRow,
    UserRow,
)
from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.database.people.reading_engine import reading_engine
from nof1_tracker.errors import DatabaseError
from nof1_tracker.records.people.vocabularies import SecurityEventKind, SessionKind
from tests.integration.people.players import ROWS, fill_tables

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANNA = {"username": "Anna", "email": "anna@example.com", "password_hash": "x"}
ANNA |= {"username_key": "anna", "email_key": "anna@example.com"}
TABLES = sorted(table.name for table in PeopleBase.metadata.tables.values())


def add(engine: Engine, table: Any, **values: Any) -> Any:
    """Stores a row; returns its key."""
    with PeopleUnit(engine, writes=True) as unit:
        key = unit.session.execute(insert(table).returning(table.id), values).scalar()
        unit.commit()
    return key


def add_anna(engine: Engine, **changes: Any) -> Any:
    return add(engine, UserRow, **(ANNA | changes))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"username": "Jo"}, "ck_users_username_length"),
        ({"email": "anna@example"}, "ck_users_email_format"),
        ({"email": "anna b@example.com"}, "ck_users_email_format"),
        ({"email": "@example.com"}, "ck_users_email_format"),
    ],
)
def test_the_database_refuses_what_is_no_name_or_address(
    engine: Engine, changes: dict[str, str], rule: str
) -> None:
    with pytest.raises(DatabaseError) as caught:
        add_anna(engine, **changes)
    assert rule in str(caught.value.__cause__)


@pytest.mark.parametrize("key", ["username_key", "email_key"])
def test_a_name_and_an_address_belong_to_one_person(engine: Engine, key: str) -> None:
    add_anna(engine)
    others = {"username_key": "other", "email_key": "other@example.com"}
    with pytest.raises(DatabaseError) as caught:
        add_anna(engine, **(others | {key: ANNA[key]}))
    assert isinstance(caught.value.__cause__, IntegrityError)


@pytest.mark.parametrize("hours", [0, 24.01])
def test_a_reset_token_lasts_more_than_nothing_and_at_most_a_day(
    engine: Engine, hours: float
) -> None:
    times = {"created_at": NOON, "expires_at": NOON + timedelta(hours=24)}
    user = add_anna(engine)
    add(engine, PasswordResetTokenRow, user_id=user, token_digest="a", **times)
    times["expires_at"] = NOON + timedelta(hours=hours)
    with pytest.raises(DatabaseError) as caught:
        add(engine, PasswordResetTokenRow, user_id=user, token_digest="b", **times)
    assert "ck_password_reset_tokens" in str(caught.value.__cause__)


def test_what_is_a_persons_goes_with_the_account_and_the_log_stays(
    engine: Engine,
) -> None:
    user = add_anna(engine)
    of_user = {"user_id": user, "created_at": NOON, "token_digest": "a"}
    of_user["expires_at"] = NOON + timedelta(hours=1)
    add(engine, SessionRow, kind=SessionKind.BROWSER, **of_user)
    add(engine, ApiTokenRow, name="n", prefix="p", scopes="read", **of_user)
    add(engine, PasswordResetTokenRow, **of_user)
    add(engine, SecurityEventRow, kind=SecurityEventKind.SIGNED_IN, user_id=user)
    with PeopleUnit(engine, writes=True) as unit:
        unit.session.execute(delete(UserRow))
        unit.commit()
    left = {
        table.__tablename__: count(engine, table)
        for table in (SessionRow, ApiTokenRow, PasswordResetTokenRow, SecurityEventRow)
    }
    assert left.pop("security_events") == 1
    assert set(left.values()) == {0}


def count(engine: Engine, table: Any) -> int:
    with PeopleUnit(engine) as unit:
        number = unit.session.execute(select(func.count()).select_from(table))
        return number.scalar_one()


def test_a_unit_that_is_not_committed_leaves_nothing(engine: Engine) -> None:
    with PeopleUnit(engine, writes=True) as unit:
        unit.session.execute(insert(UserRow), [ANNA])
    assert count(engine, UserRow) == 0


def test_people_take_no_turn_with_those_who_record(engine: Engine) -> None:
    before = version_of(engine)
    add_anna(engine)
    assert version_of(engine) == before


def version_of(engine: Engine) -> Any:
    with engine.connect() as connection:
        return connection.execute(text("SELECT max(version) FROM feed_version")).all()


def test_no_copy_of_the_database_holds_a_person(
    engine: Engine, fresh_engine: Engine
) -> None:
    fill_tables(engine)
    counts = copy_database(engine, fresh_engine)
    assert not set(TABLES) & counts.keys()
    for table in (UserRow, *ROWS):
        assert count(fresh_engine, table) == 0, table


def test_a_reader_reads_the_record_and_cannot_write(engine: Engine) -> None:
    model = {"name": "A", "provider": "B", "model_id": "c"}
    reader = reading_engine(engine)
    with engine.begin() as connection:
        connection.execute(insert(LLMModel), [model])
    with reader.connect() as connection:
        assert connection.execute(select(LLMModel.name)).scalars().all() == ["A"]
        with pytest.raises(DriverError, match=r"read-?only"):
            connection.execute(insert(LLMModel), [{**model, "name": "D"}])
    reader.dispose()


@pytest.mark.parametrize("table", TABLES)
def test_a_reader_of_a_file_is_denied_every_table_of_people(
    migrated_sqlite: Path, table: str
) -> None:
    engine = create_db_engine(f"sqlite:///{migrated_sqlite}")
    reader = reading_engine(engine)
    with reader.connect() as connection:
        for query in (select("*"), select(func.count())):
            with pytest.raises(DriverError, match=r"prohibited|not authorized"):
                connection.execute(query.select_from(text(table)))
        with pytest.raises(DriverError, match="not authorized"):
            connection.execute(text("ATTACH ':memory:' AS other"))
    reader.dispose()
    engine.dispose()


@pytest.mark.postgresql
def test_on_postgresql_people_are_in_a_schema_of_their_own(
    migrated_postgresql_url: str,
) -> None:
    engine = create_db_engine(migrated_postgresql_url)
    assert sorted(inspect(engine).get_table_names("people")) == TABLES
    assert not set(TABLES) & set(inspect(engine).get_table_names())
    engine.dispose()
