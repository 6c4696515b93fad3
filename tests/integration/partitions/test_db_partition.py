"""Tables divided by month: the same rows in them, and room for the months to come."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from nof1_tracker.database.engine.schema import alembic_config
from nof1_tracker.database.partitions import new_months
from nof1_tracker.database.partitions.change_layout import change_layout, planned
from nof1_tracker.database.partitions.months import PARTITIONED, Month
from nof1_tracker.main import app
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.standings import read_standings
from tests.database_pool import DatabasePool
from tests.fakes import FakeClock
from tests.integration.served_versions import NOW, random_world
from tests.integration.test_stored_facts import named
from tests.parsed_payloads import (
    ALPHA,
    BETA,
    START,
    position,
    snapshot,
    store,
    totals_of,
)
from tests.worlds import engine_on, rows_in

pytestmark = pytest.mark.postgresql
SCALE = Path(__file__).resolve().parents[3] / "docs" / "explanation" / "scale.md"
MONTHS = (0.0, 24 * 20.0, 24 * 60.0)
"""Hours after the start of season 1: in October, November and December."""

Fresh = Callable[[], Engine]


@pytest.fixture
def fresh(database_pool: DatabasePool) -> Iterator[Fresh]:
    """Makes empty databases; one that was divided is not used again."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(
            engine_on(stack.enter_context(database_pool.borrowed()))
        )


@pytest.fixture
def engine(fresh: Fresh) -> Engine:
    """An empty database."""
    return fresh()


def change(engine: Engine, *, undo: bool = False) -> None:
    for each in planned(engine, undo=undo):
        change_layout(engine, each.name, undo=undo)


def fill(engine: Engine, *hours: float) -> None:
    for hour in hours:
        held = (position(ALPHA, hour), position(ALPHA, hour, symbol="ETH", entry_oid=9))
        store(
            engine,
            totals_of(
                snapshot(ALPHA, hour, "10500", positions=held),
                snapshot(BETA, hour, "9700"),
            ),
        )


def places(engine: Engine, table: str = "leaderboard_snapshots") -> dict[str, int]:
    """The number of rows by partition."""
    query = f"SELECT tableoid::regclass::text, count(*) FROM {table} GROUP BY 1"  # noqa: S608
    with engine.connect() as connection:
        return dict(map(tuple, connection.execute(text(query))))


def partition_names(engine: Engine, table: str = "leaderboard_snapshots") -> set[str]:
    query = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = '{}'::regclass"
    with engine.connect() as connection:
        return set(connection.scalars(text(query.format(table))))


def on(engine: Engine, action: str, *arguments: str) -> None:
    with engine.connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        with connection.begin():
            getattr(command, action)(config, *arguments)


def test_rows_ids_and_standings_stay_and_the_months_have_their_rows(
    engine: Engine,
) -> None:
    fill(engine, *MONTHS)
    before, standings = rows_in(engine), read_standings(engine, NOW)
    change(engine)
    assert places(engine) == {
        f"leaderboard_snapshots_p2025_{month}": 2 for month in (10, 11, 12)
    }
    assert places(engine, "positions") == {
        f"positions_p2025_{month}": 2 for month in (10, 11, 12)
    }
    assert rows_in(engine) == before
    assert read_standings(engine, NOW) == standings
    assert planned(engine, undo=False) == []
    on(engine, "check")
    change(engine, undo=True)
    assert rows_in(engine) == before
    assert planned(engine, undo=True) == []
    on(engine, "check")


def test_a_table_that_was_made_whole_is_what_it_was(engine: Engine) -> None:
    shapes = (
        "SELECT indexdef FROM pg_indexes WHERE tablename = '{}'",
        (
            "SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = '{}'::regclass"
        ),
        (
            "SELECT concat(column_name, column_default, is_nullable, data_type) FROM"
            " information_schema.columns WHERE table_name = '{}'"
        ),
        "SELECT relacl::text FROM pg_class WHERE relname = '{}'",
        "SELECT pg_get_serial_sequence('{}', 'id')",
    )

    def shape() -> list[list[str]]:
        with engine.connect() as connection:
            return [
                sorted(map(str, connection.scalars(text(query.format(table)))))
                for table in PARTITIONED
                for query in shapes
            ]

    with engine.begin() as connection:
        connection.execute(text("GRANT SELECT ON leaderboard_snapshots TO PUBLIC"))
    before = shape()
    change(engine)
    change(engine, undo=True)
    assert shape() == before


def test_what_is_served_leads_to_the_same_rows_in_partitions(fresh: Fresh) -> None:
    payloads = random_world(3).payloads
    whole, divided = fresh(), fresh()
    change(divided)
    for engine in (whole, divided):
        Collector(engine, FakeClock(NOW)).import_payloads(payloads, "here")
    assert named(rows_in(divided)) == named(rows_in(whole))


def test_recording_makes_the_months_that_it_needs(engine: Engine) -> None:
    change(engine)
    assert partition_names(engine) == {"leaderboard_snapshots_default"}
    fill(engine, *MONTHS)
    made = {f"leaderboard_snapshots_p2025_{month}" for month in (10, 11, 12)}
    assert places(engine) == dict.fromkeys(made, 2)
    assert partition_names(engine, "positions") > {"positions_p2025_11"}
    on(engine, "check")


def test_a_month_is_there_a_week_before_it_begins(engine: Engine) -> None:
    change(engine)
    fill(engine, 24 * 6)
    assert "leaderboard_snapshots_p2025_11" in partition_names(engine)


def test_nothing_is_lost_while_a_month_cannot_be_made(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(new_months, "MILLISECONDS", 20)
    change(engine)
    with engine.connect() as reader, caplog.at_level(logging.WARNING):
        reader.execute(text("SELECT count(*) FROM leaderboard_snapshots"))
        fill(engine, 0)
    assert places(engine) == {"leaderboard_snapshots_default": 2}
    assert "leaderboard_snapshots_p2025_10 was not made" in caplog.text
    fill(engine, 1)
    assert places(engine) == {"leaderboard_snapshots_p2025_10": 4}


def test_what_no_month_is_made_for_lies_in_the_default_partition(
    engine: Engine,
) -> None:
    change(engine)
    long_ago = (datetime(2019, 5, 1, tzinfo=START.tzinfo) - START) / timedelta(hours=1)
    fill(engine, long_ago, 0)
    assert places(engine) == {
        "leaderboard_snapshots_default": 2,
        "leaderboard_snapshots_p2025_10": 2,
    }


def test_migrations_go_down_and_up_with_partitions_in_place(engine: Engine) -> None:
    fill(engine, *MONTHS)
    change(engine)
    before = rows_in(engine)["positions"]
    on(engine, "downgrade", "0005")
    on(engine, "upgrade", "head")
    on(engine, "check")
    assert [row["id"] for row in rows_in(engine)["positions"]] == [
        row["id"] for row in before
    ]
    assert sum(places(engine).values()) == 6
    on(engine, "downgrade", "base")
    on(engine, "upgrade", "head")
    assert planned(engine, undo=True) == []


def test_the_command_asks_and_says_what_it_will_do(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(engine, *MONTHS)
    url = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("NOF1_DATABASE_URL", url)
    run = CliRunner().invoke
    refused = run(app, ["db", "partition"], input="n\n")
    assert refused.exit_code == 1
    assert "leaderboard_snapshots: 6 rows" in refused.output
    assert "by month from 2025-10 on: 5." in refused.output
    assert planned(engine, undo=False) != []
    assert run(app, ["db", "partition", "--yes"]).exit_code == 0
    assert "divided" in run(app, ["db", "partition"]).output
    undone = run(app, ["db", "partition", "--undo", "--yes"])
    assert undone.exit_code == 0
    assert "whole" in run(app, ["db", "partition", "--undo"]).output


def test_a_trigger_that_would_be_lost_is_named(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION watched() RETURNS trigger LANGUAGE plpgsql AS"
                " 'BEGIN RETURN NEW; END'"
            )
        )
        connection.execute(
            text(
                "CREATE TRIGGER my_watch BEFORE INSERT ON positions FOR EACH ROW"
                " EXECUTE FUNCTION watched()"
            )
        )
    with pytest.raises(Exception, match="my_watch"):
        planned(engine, undo=False)


def test_pg_partman_takes_a_divided_table_over(engine: Engine) -> None:
    available = "SELECT FROM pg_available_extensions WHERE name = 'pg_partman'"
    with engine.connect() as connection:
        if (
            connection.execute(text(f"{available} AND default_version < '5'")).first()
            is None
        ):
            pytest.skip("postgresql-15-partman (4.x) is not installed on the server")
    fill(engine, *MONTHS)
    change(engine)
    found = re.search(
        r"```sql\n(CREATE SCHEMA partman;.*?)```", SCALE.read_text(), re.DOTALL
    )
    assert found is not None
    with engine.connect() as connection:
        connection.exec_driver_sql(found[1].replace("%", "%%"))
        connection.commit()
        managed = "SELECT partition_tablename FROM partman.show_partitions('public.{}')"
        names = list(
            connection.exec_driver_sql(
                managed.format("leaderboard_snapshots")
            ).scalars()
        )
    assert set(names) >= {
        Month(2025, month).partition_of("leaderboard_snapshots")
        for month in (10, 11, 12)
    }
    fill(engine, *MONTHS, 24 * 61)
    assert sum(places(engine).values()) == 8
    on(engine, "check")
    change(engine, undo=True)
    assert sum(places(engine).values()) == 8


def test_sqlite_says_why_not_and_what_instead(
    migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", f"sqlite:///{migrated_sqlite}")
    result = CliRunner().invoke(app, ["db", "partition"])
    assert result.exit_code != 0
    said = " ".join(result.output.split())
    assert "SQLite cannot divide a table" in said
    assert "db copy" in said
