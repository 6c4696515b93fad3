"""README and the guides: every command runs as it stands, and prints what is told."""

import re
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg2
import pytest
import yaml
from psycopg2 import sql
from sqlalchemy import URL

from nof1_tracker.demo import Arena, DemoSite, DemoWebArchive
from nof1_tracker.errors import BrowserUnavailableError
from nof1_tracker.scraper.browsing.chromium import find_browser
from nof1_tracker.scraper.fetch import SourceOptions
from tests.databases import as_text, unused_port
from tests.integration.docs.pages import PAGES, ROOT, Block, blocks_of
from tests.integration.docs.sessions import Person
from tests.receiver import receiving

ALERTS = "docs/how-to/alerts.md"
BACKFILL = "docs/how-to/backfill.md"
CHECKPOINT = "docs/how-to/checkpoint.md"
DOCKER = "docs/how-to/docker.md"
GRAFANA = "docs/how-to/grafana.md"
NOTEBOOKS = "docs/how-to/notebooks.md"
POSTGRESQL = "docs/how-to/postgresql.md"
READING = "docs/how-to/read.md"


def _to_run(page: str) -> list[Block]:
    return [block for block in blocks_of(page, "sh") if block.reason is None]


def _has_browser() -> bool:
    try:
        find_browser(SourceOptions("http://127.0.0.1"))
    except BrowserUnavailableError:
        return False
    return True


asks_for_a_browser = pytest.mark.skipif(
    not _has_browser(), reason="no Chromium is installed, and doctor asks for one"
)
OF_THEIR_OWN = {BACKFILL, NOTEBOOKS, POSTGRESQL, READING}
"""Pages with a test of their own, below."""
ORDINARY = [
    pytest.param(page, marks=asks_for_a_browser if "-tracker doctor" in text else ())
    for page, text in PAGES.items()
    if _to_run(page) and page not in OF_THEIR_OWN
]


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite(Arena(seed=5, season="1", days=0.3), speed=0) as site:
        yield site


@pytest.mark.parametrize("page", ORDINARY)
def test_the_commands_of_a_page_work_in_their_order(
    page: str, site: DemoSite, tmp_path: Path
) -> None:
    with receiving() as receiver:
        person = Person(
            tmp_path,
            NOF1_BASE_URL=site.url,
            NOTIFY_URLS=f"json://{receiver.address}" if page == ALERTS else "",
        )
        ports = {each: str(unused_port()) for each in ("9464", "8321")}
        person.follows(_to_run(page), ports)


def test_history_is_brought_back_as_the_guide_says(
    site: DemoSite, tmp_path: Path
) -> None:
    with DemoWebArchive(site.arena, every=timedelta(hours=7)) as archive:
        person = Person(tmp_path, NOF1_BASE_URL=site.url, NOF1_WAYBACK_URL=archive.url)
        person.follows(_to_run(BACKFILL))


def test_what_is_said_of_reading_works_on_both_databases(
    site: DemoSite, migrated_url: str, tmp_path: Path
) -> None:
    person = Person(tmp_path, NOF1_BASE_URL=site.url, NOF1_DATABASE_URL=migrated_url)
    person.follows(_to_run(READING))


@asks_for_a_browser
@pytest.mark.postgresql
def test_the_guide_to_postgresql_leads_to_stored_rows(
    postgresql_server: URL, site: DemoSite, tmp_path: Path
) -> None:
    server, name = postgresql_server, f"nof1_test_{uuid.uuid4().hex[:16]}"
    person = Person(
        tmp_path,
        NOF1_BASE_URL=site.url,
        NOF1_DB_HOST=str(server.host),
        NOF1_DB_PORT=str(server.port),
        PGHOST=str(server.host),
        PGPORT=str(server.port),
        PGUSER=str(server.username),
        PGPASSWORD=str(server.password or ""),
        PGDATABASE=str(server.database),
    )
    try:
        person.follows(_to_run(POSTGRESQL), {"nof1_user": name, "nof1_tracker": name})
    finally:
        _drop(server, name)


def test_alembic_makes_the_schema_as_the_guide_says(
    database_url: str, tmp_path: Path
) -> None:
    assert "`alembic upgrade head` does the same" in PAGES[POSTGRESQL]
    person = Person(tmp_path, NOF1_DATABASE_URL=database_url)
    commands = "alembic upgrade head\nnof1-tracker db current\n"
    person.follows([Block("alembic", "sh", commands, output="…\n… (fits) in …")])


def _drop(server: URL, name: str) -> None:
    address = as_text(server.set(drivername="postgresql"))
    with closing(psycopg2.connect(address)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for what in ("DATABASE IF EXISTS {}", "ROLE IF EXISTS {}"):
                cursor.execute(sql.SQL(f"DROP {what}").format(sql.Identifier(name)))


def test_the_notebook_computes_what_it_shows(tmp_path: Path) -> None:
    person = Person(tmp_path)
    person.follows(_to_run(NOTEBOOKS))
    person.computes(blocks_of(NOTEBOOKS, "python"))


def test_what_is_not_run_is_known_and_has_a_reason() -> None:
    left_out = {
        (page, block.reason)
        for page in PAGES
        for block in blocks_of(page)
        if block.reason is not None
    }
    docker = "needs Docker; a test compares the names with docker-compose.yml"
    played = (
        "the site of these tests has no checkpoint; tests/browser/test_checkpoint.py"
        " does it"
    )
    saved = (
        "needs a file that a person saved; tests/browser/test_saved_in_browser.py"
        " makes one"
    )
    systemd = "needs root and systemd; tests check the unit with systemd-analyze"
    assert left_out == {
        ("README.md", "tests of the scripts run them, in a separate clone"),
        ("docs/tutorial.md", "installs from a package index"),
        (DOCKER, docker),
        (GRAFANA, "needs Docker"),
        (GRAFANA, "needs Prometheus; tests check its files with promtool"),
        (GRAFANA, "needs a running monitor and Prometheus"),
        (NOTEBOOKS, "installs from a package index"),
        (POSTGRESQL, "installs system packages"),
        (
            POSTGRESQL,
            "asks before it rewrites tables; tests/integration/partitions answer",
        ),
        (READING, "asks for a row of a season that is over"),
        (
            "docs/how-to/record.md",
            "needs a running monitor; tests of the monitor ask the same addresses",
        ),
        (
            "docs/how-to/import.md",
            "it needs a WACZ of the site; it has a separate test",
        ),
        ("docs/how-to/api.md", "needs Node"),
        ("docs/how-to/mcp.md", "installs from a package index"),
        ("docs/how-to/mcp.md", "needs Claude Code"),
        ("docs/how-to/mcp.md", "needs PostgreSQL; tests make roles there"),
        ("docs/how-to/mcp.md", "the password is yours to choose"),
        ("docs/how-to/serve.md", "an example of what comes"),
        ("docs/how-to/serve.md", "opens a port to other machines"),
        ("docs/how-to/serve.md", "records from the real site"),
        ("docs/how-to/sign-in.md", "needs an account"),
        (CHECKPOINT, "needs a display"),
        (CHECKPOINT, "needs a display, and a person"),
        (CHECKPOINT, played),
        (CHECKPOINT, saved),
        ("docs/how-to/sql.md", "opens a prompt"),
        ("docs/how-to/sql.md", "PostgreSQL alone; the tests connect with it"),
        ("docs/how-to/systemd.md", systemd),
    }


def test_no_page_leaves_python_or_sql_to_chance() -> None:
    """Each page with such blocks has a test of its own."""
    pages = {page for page in PAGES if blocks_of(page, "python", "sql")}
    bot = "docs/how-to/play-by-api.md"
    assert pages == {ALERTS, GRAFANA, NOTEBOOKS, "docs/how-to/sql.md", bot}


def test_compose_has_the_services_and_profiles_of_the_guide() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    services = compose["services"]
    profiles = {name for each in services.values() for name in each.get("profiles", ())}
    told = [*blocks_of(DOCKER, "sh"), *blocks_of(GRAFANA, "sh")]
    text = "\n".join(block.text for block in told)
    said = set(re.findall(r"(?:run --rm(?: -T)?|exec|logs -f) (\w+)", text))
    assert said
    assert said <= services.keys()
    assert set(re.findall(r"--profile (\w+)", text)) <= profiles


def test_links_between_the_pages_lead_somewhere() -> None:
    """Those to pages of this kind; the others are checked with the whole site."""
    for page, text in PAGES.items():
        for link in re.findall(r"\]\(([\w./-]+\.md)(?:#[\w-]+)?\)", text):
            target = ((ROOT / page).parent / link).resolve()
            if "how-to" in target.parts or "tutorial" in target.name:
                assert target.is_file(), f"{page}: {link}"


def test_pictures_are_there_and_small() -> None:
    shown = set()
    for page, text in PAGES.items():
        for link in re.findall(r"[\w./-]+\.(?:png|svg)", text):
            file = ((ROOT / page).parent / link).resolve()
            assert file.stat().st_size < 150_000, f"{page}: {link}"
            shown.add(file)
    assert shown == set((ROOT / "docs" / "images").iterdir())
