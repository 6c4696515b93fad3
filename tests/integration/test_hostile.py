"""Input that means harm: bodies, text and settings. Refused or tamed, and told."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine
from typer.testing import CliRunner

from nof1_tracker.demo import DemoSite
from nof1_tracker.demo.site import faults as bad
from nof1_tracker.demo.site.faults import ESCAPES, Fault
from nof1_tracker.main import app
from nof1_tracker.scraper.wire.payload_rows import MAX_KEPT
from tests.databases import as_text, scratch_database
from tests.worlds import (
    PROGRAM,
    World,
    arena_of,
    engine_on,
    environment,
    midday,
    rows_in,
    write_captures,
)

ARENA = arena_of()
NOW = midday(ARENA)
MEGABYTES = 1_000_000

CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""What could disturb a terminal: all but the tab and the end of a line."""


# --- bodies -------------------------------------------------------------------


_MEASURED = """
import sys
from pathlib import Path
from nof1_tracker.main import app
try:
    app(sys.argv[1:])
finally:
    status = Path("/proc/self/status").read_text()
    print("peak:", status.partition("VmHWM:")[2].split()[0], file=sys.stderr)
"""
"""The program; at its end it says how many kB of memory it held at most."""

measured = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="no /proc tells the memory used"
)


def peak_memory_of(arguments: list[str], url: str) -> tuple[int, int, str]:
    """Exit code, peak resident bytes and the errors of a run of the program."""
    result = subprocess.run(
        [sys.executable, "-c", _MEASURED, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment(url),
    )
    told, _, kilobytes = result.stderr.rpartition("peak:")
    return result.returncode, int(kilobytes) * 1024, told


def _nested(levels: int) -> bytes:
    return b'{"trades":' + b"[" * levels + b"]" * levels + b"}"


BODIES = {
    "not-utf8": b'{"trades":[{"id":"\xff\xfe\xc3"}]}',
    "half-of-utf16": '{"trades":[]}'.encode("utf-16")[:-1],
    "nested": _nested(100_000),
    "nested-objects": b'{"trades":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
    "binary": bytes(range(256)) * 40,
    "a-number": b"17",
    "a-huge-number": b'{"trades":[{"id":"a_1","quantity":1e999999999}]}',
    "many-digits": b'{"trades":[{"id":"a_1","quantity":' + b"9" * 100_000 + b"}]}",
    "nothing": b"",
    "spaces": b" " * 5000,
    "html": b"<!doctype html><h1>Are you human?</h1>",
}


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_file_is_refused_and_kept_for_a_look(
    engine: Engine,
    migrated_url: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", migrated_url)
    file = tmp_path / f"{name}.json"
    file.write_bytes(BODIES[name])
    result = CliRunner().invoke(app, ["import", str(file)])
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    rows = rows_in(engine)
    assert [row["reason"] != "" for row in rows["rejected_payloads"]] == [True]
    assert rows["trades"] == []


def test_a_hostile_file_takes_no_other_down(
    engine: Engine, migrated_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", migrated_url)
    folder = write_captures(ARENA, tmp_path, NOW, ("trades", "crypto-prices"))
    for name, body in BODIES.items():
        (folder / f"bad-{name}.json").write_bytes(body)
    result = CliRunner().invoke(app, ["import", str(folder)])
    assert result.exit_code == 3, result.output
    rows = rows_in(engine)
    assert len(rows["trades"]) > 10
    assert len(rows["prices"]) == 6
    assert len(rows["rejected_payloads"]) == len(BODIES)


@measured
def test_a_file_of_fifty_megabytes_is_refused_unread(
    tmp_path: Path, sqlite_url: str
) -> None:
    file = tmp_path / "trades.json"
    with file.open("wb") as stream:
        stream.write(b'{"trades":[')
        stream.truncate(50 * MEGABYTES)
    code, peak, told = peak_memory_of(["import", str(file)], sqlite_url)
    assert code == 1
    assert "Traceback" not in told
    assert peak < 150 * MEGABYTES
    with engine_on(sqlite_url) as engine:
        (rejected,) = rows_in(engine)["rejected_payloads"]
    assert "larger than 48 MB" in rejected["reason"]


@measured
def test_a_body_of_sixty_megabytes_is_not_taken_in(sqlite_url: str) -> None:
    with DemoSite(ARENA, speed=0, at=NOW) as site:
        site.misbehave("trades", bad.Oversize(60))
        arguments = ["scrape", "--trades", "--transport", "http", "--base-url"]
        code, peak, told = peak_memory_of([*arguments, site.url], sqlite_url)
    assert code == 3
    assert "more than 48 MB" in told
    assert "Traceback" not in told
    assert peak < 350 * MEGABYTES


@measured
def test_many_bad_rows_cost_neither_memory_nor_time(
    tmp_path: Path, sqlite_url: str
) -> None:
    file = tmp_path / "trades.json"
    file.write_bytes(b'{"trades":[' + b"1," * 200_000 + b"1]}")
    code, peak, told = peak_memory_of(["import", str(file)], sqlite_url)
    assert code == 1, told
    assert peak < 500 * MEGABYTES
    with engine_on(sqlite_url) as engine:
        (rejected,) = rows_in(engine)["rejected_payloads"]
    assert rejected["occurrences"] == MAX_KEPT
    assert "200001" in told.replace(",", "")


# --- text ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def poisoned(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database full of text that would like to reach the terminal."""
    file = tmp_path_factory.mktemp("poisoned") / "nof1.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    url = f"sqlite:///{file}"
    with DemoSite(ARENA, speed=0, at=NOW) as site, engine_on(url) as engine:
        world = World(site, engine)
        for fault in (bad.HostileText(names=True), bad.BrokenStrings()):
            site.misbehave("*", fault)
            world.scrape()
        site.misbehave("*", bad.HostileText())
        world.scrape()
        site.misbehave("trades", bad.RenamedField("id", f"id{ESCAPES}"))
        world.scrape()
    return url


COMMANDS = [
    "leaderboard",
    "leaderboard --format json",
    "leaderboard --format csv",
    "trades --limit 0",
    "trades --format json",
    "trades --format csv",
    "chat",
    "chat --full --limit 0",
    "chat --format json",
    "chat --full --format json",
    "chat --full --format csv",
    "status",
    "status --format json",
    "models list",
    "seasons list",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_prints_what_could_disturb_a_terminal(
    poisoned: str, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", poisoned)
    result = CliRunner().invoke(app, command.split())
    assert result.exit_code == 0, result.output
    assert result.stdout.strip()
    assert CONTROLS.findall(result.stdout + result.stderr) == []


def test_the_poison_is_stored_as_it_was_served(poisoned: str) -> None:
    with engine_on(poisoned) as engine:
        rows = rows_in(engine)
    assert any(ESCAPES in row["content"] for row in rows["model_chats"])
    reasons = [row["reason"] for row in rows["rejected_payloads"]]
    assert any("control characters" in reason for reason in reasons)
    assert [
        row["model_id"] for row in rows["llm_models"] if "\x1b" in row["name"]
    ] == []


def test_markup_is_shown_as_it_stands(
    poisoned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", poisoned)
    monkeypatch.setenv("COLUMNS", "1000")
    # Of versions served at one instant, either may stand in a single row.
    result = CliRunner().invoke(app, ["chat", "--full", "--limit", "0"])
    assert "[red]bold[/red]" in result.stdout
    assert "<script>" in result.stdout


@pytest.mark.parametrize("command", ["scrape --transport http", "scrape --json"])
@pytest.mark.parametrize(
    "fault", [bad.HostileText(names=True), bad.RenamedField("id", f"id{ESCAPES}")]
)
def test_the_summary_of_a_scrape_prints_no_poison_either(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, command: str, fault: Fault
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", sqlite_url)
    with DemoSite(ARENA, speed=0, at=NOW) as site:
        site.misbehave("*", fault)
        monkeypatch.setenv("NOF1_BASE_URL", site.url)
        arguments = [*command.split(), "--trades", "--transport", "http"]
        result = CliRunner().invoke(app, arguments)
    assert result.exit_code in (1, 3), result.output
    assert CONTROLS.findall(result.stdout + result.stderr) == []


def test_an_error_line_prints_no_poison(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", sqlite_url)
    for arguments in (
        ["import", f"no{ESCAPES}where"],
        ["leaderboard", "--season", ESCAPES],
        ["trades", "--model", f"no{ESCAPES}body"],
        ["models", "set", f"no{ESCAPES}body", "--name", "x"],
        ["scrape", "--base-url", f"http://{ESCAPES}/"],
        ["trades", "--since", ESCAPES],
    ):
        result = CliRunner().invoke(app, arguments)
        assert CONTROLS.findall(result.stdout + result.stderr) == [], arguments


# --- settings -----------------------------------------------------------------

SECRET = "s3cret-passw0rd"


def run(url: str | None, arguments: str = "status", **settings: str) -> str:
    """The errors of a run that is refused, each time in the same two lines."""
    names = {"NOF1_DATABASE_URL": url} if url else {}
    result = subprocess.run(
        [*PROGRAM, *arguments.split()],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **names, **settings},
    )
    told = result.stdout + result.stderr
    assert "Traceback" not in told
    assert SECRET not in told
    problem, remedy = result.stderr.splitlines()
    assert problem.startswith("Error: ")
    assert remedy.startswith("  -> ")
    return f"{result.returncode} {problem} {remedy}"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"NOF1_DB_POOL_SIZE": "0"}, "2 Error: NOF1_DB_POOL_SIZE='0'"),
        ({"NOF1_DB_PORT": "abc"}, "2 Error: NOF1_DB_PORT='abc'"),
        (
            {"NOF1_DATABASE_URL": f"mysql://root:{SECRET}@localhost/nof1"},
            "2 Error: NOF1_DATABASE_URL: unknown scheme 'mysql'",
        ),
        (
            {"NOF1_DATABASE_URL": f"postgresql://root:{SECRET}@localhost:abc/nof1"},
            "2 Error: ",
        ),
        (
            {"NOF1_DB_HOST": "127.0.0.1", "NOF1_DB_PORT": "1"}
            | {"NOF1_DB_PASSWORD": SECRET},
            "4 Error: The database says: connection to server",
        ),
        ({"NOF1_DATABASE_URL": "sqlite:////proc/nowhere/nof1.db"}, "4 Error: "),
    ],
)
def test_a_wrong_setting_is_told_in_a_line_with_its_remedy(
    settings: dict[str, str], told: str
) -> None:
    assert run(None, **settings).startswith(told)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    file = tmp_path / "nof1.db"
    file.write_bytes(b"this is no database" * 1000)
    assert run(f"sqlite:///{file}").startswith("4 Error: ")
    assert file.read_bytes() == b"this is no database" * 1000


def test_a_newer_schema_is_told_and_left_alone(
    engine: Engine, migrated_url: str
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for arguments in ("status", "scrape --transport http", "db upgrade"):
        told = run(migrated_url, arguments)
        assert told.startswith("4 Error: "), told
        assert "9999" in told


@pytest.mark.postgresql
def test_a_postgresql_that_is_not_ready_is_told(postgresql_server: URL) -> None:
    missing = postgresql_server.set(database="no_such_database")
    told = run(as_text(missing))
    assert told.startswith("4 Error: ")
    assert "createdb" in told
    nobody = postgresql_server.set(username="no_such_role", password=SECRET)
    assert run(as_text(nobody)).startswith("4 Error: ")
    with scratch_database(postgresql_server) as url:
        told = run(as_text(url))
    assert told.startswith("4 Error: The database has no schema yet")
    assert "alembic upgrade head" in told
