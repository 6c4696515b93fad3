"""The queries of the guides, with their results, on both databases."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from nof1_tracker.database.engine.schema import upgrade
from nof1_tracker.demo import Arena, DemoSite
from tests.databases import as_text, scratch_database
from tests.integration.docs.pages import PAGES, Block, blocks_of
from tests.worlds import World, engine_on

SQL = "docs/how-to/sql.md"
GRAFANA = "docs/how-to/grafana.md"
QUERIES = [block for block in blocks_of(SQL, "sql") if block.reason is None]


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def recorded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """What `nof1-tracker demo` stores, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        file = tmp_path_factory.mktemp("recorded") / "arena.db"
        yield from _filled(f"sqlite:///{file}")
        return
    server = request.getfixturevalue("postgresql_server")
    with scratch_database(server) as url:
        yield from _filled(as_text(url))


def _filled(url: str) -> Iterator[Engine]:
    with (
        engine_on(url) as engine,
        DemoSite(Arena(seed=7, season="1", days=3), speed=0) as site,
    ):
        upgrade(engine)
        World(site, engine).scrape()
        yield engine


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.place)
def test_a_query_answers_what_the_guide_shows(recorded: Engine, query: Block) -> None:
    assert query.output
    with recorded.connect() as connection:
        if recorded.dialect.name == "postgresql":
            (zone,) = (each for each in blocks_of(SQL, "sql") if each.reason)
            connection.execute(text(zone.text))
        result = connection.execute(text(query.text))
        names, rows = list(result.keys()), result.all()
    heads, *told = _table(query.output)
    assert names == heads
    assert len(rows) == len(told)
    for row, cells in zip(rows, told, strict=True):
        assert [_meant(value) for value in row] == [_meant(cell) for cell in cells]


def _table(printed: str) -> list[list[str]]:
    """The cells of a table as psql prints it, heads first."""
    lines = [line for line in printed.splitlines() if line and line[0] not in "-("]
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def _meant(value: Any) -> Decimal | datetime | str:
    """A cell as psql prints it, or as a driver gives it, for comparison."""
    if isinstance(value, datetime | date):
        value = value.isoformat()
    told = "" if value is None else str(value)
    if re.match(r"\d{4}-\d\d-\d\d[ T]", told):
        time = datetime.fromisoformat(told)
        return time if time.tzinfo else time.replace(tzinfo=UTC)
    try:
        return Decimal(told)
    except InvalidOperation:
        return told


def test_statistics_in_sql_leave_out_what_has_no_result(recorded: Engine) -> None:
    """A position that vanished unseen is closed, and neither won nor lost."""
    (statistics,) = (each for each in QUERIES if "win_rate" in each.text)
    with recorded.connect() as connection:
        before = connection.execute(text(statistics.text)).all()
        vanished = "UPDATE trades SET status = 'closed' WHERE status = 'open'"
        assert connection.execute(text(vanished)).rowcount > 0
        assert connection.execute(text(statistics.text)).all() == before
        connection.rollback()


@pytest.mark.postgresql
def test_the_role_of_the_guide_to_grafana_reads_and_cannot_write(
    migrated_postgresql_url: str,
) -> None:
    (grants,) = blocks_of(GRAFANA, "sql")
    with engine_on(migrated_postgresql_url) as engine, engine.connect() as connection:
        connection.execute(text(grants.text))
        connection.execute(text("SET LOCAL ROLE nof1_grafana"))
        assert connection.execute(text("SELECT COUNT(*) FROM trades")).scalar() == 0
        with pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text("DELETE FROM trades"))
        connection.rollback()  # the role goes too


def test_the_guide_to_grafana_names_what_its_provisioning_asks_for() -> None:
    folder = Path(__file__).parents[3] / "deploy" / "grafana" / "provisioning"
    asked = {
        n
        for f in folder.rglob("*.yml")
        for n in re.findall(r"\$\{(\w+)\}", f.read_text())
    }
    told = set(re.findall(r"^(NOF1_\w+)=", PAGES[GRAFANA], re.MULTILINE))
    assert told == asked
