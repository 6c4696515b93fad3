"""The archive on the command line: listed, verified, packed, pruned, and forgotten by."""

import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.maintenance.consumers import consumers, register, report
from nof1_tracker.cli.archive import archive as commands
from nof1_tracker.main import app
from tests.integration.archive.recordings import (
    NOON,
    archive_at,
    body_of,
    exchange,
    record,
    writing,
)

DAY = 24 * 60
"""Minutes."""
Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """A command of the archive; its exit code is 0 if not told else."""
    monkeypatch.setenv("NOF1_ARCHIVE_DIR", str(tmp_path / "archive"))

    def invoke(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, ["archive", *words], catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result

    return invoke


@pytest.fixture
def archive(tmp_path: Path) -> ArchiveFolder:
    return archive_at(tmp_path / "archive")


def _flip(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


# --- without an archive -------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [("list",), ("verify",), ("pack", "-o", "x.wacz"), ("prune",), ("forget", "it")],
    ids=lambda words: words[0],
)
def test_where_there_is_none_it_is_said_what_records_one(
    run: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    told = run(*words, code=6).stderr
    assert f"There is no archive in {tmp_path}/archive." in told
    assert "`nof1-tracker scrape`, `monitor` and `import` record one" in told
    assert not (tmp_path / "archive").exists()


def test_what_is_off_is_said_to_be_off(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOF1_ARCHIVE", "off")
    assert "-> Set NOF1_ARCHIVE=on; " in run("list", code=6).stderr


def test_a_database_in_memory_has_no_archive(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", "sqlite://")
    assert "A database in memory has no archive." in run("list", code=6).stderr


def test_a_folder_that_is_something_else_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "archive.json").write_text("{")
    assert "it is damaged" in run("list", code=6).stderr


def test_an_archive_is_read_while_its_database_is_away(
    run: Run, monkeypatch: pytest.MonkeyPatch, archive: ArchiveFolder
) -> None:
    record(archive, [exchange(1)])
    monkeypatch.setenv("NOF1_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert "trades" in run("list").stdout
    assert "is whole" in run("verify").stdout


# --- list -----------------------------------------------------------------------------


def test_the_list_shows_days_kinds_sizes_and_readers(
    run: Run, archive: ArchiveFolder
) -> None:
    sealed, *_ = record(archive, [exchange(1), exchange(2, body=body_of(1))])
    register(archive, "17", "sqlite:////srv/nof1.db", NOON)
    report(archive, "17", {sealed.segment: 3})
    with writing(archive) as writer:
        writer.append(exchange(DAY))
        told = run("list").stdout
        rows = json.loads(run("list", "-f", "json").stdout)
    lines = [line.split() for line in told.splitlines()]
    assert ["Of", "https://nof1.ai"] in lines
    assert ["Segments", "2,", "1", "not", "sealed", "yet"] in lines
    served = len(body_of(1))
    assert ["2025-10-28", "trades", "2", "1", str(served), "B"] in [
        x[:6] for x in lines
    ]
    assert ["sqlite:////srv/nof1.db", "1", "of", "2"] in lines
    assert rows["contents"][0]["served_size"] == served
    assert [each["day"] for each in rows["contents"]] == ["2025-10-28", "2025-10-29"]
    assert rows["databases"] == [
        {
            "id": "17",
            "name": "sqlite:////srv/nof1.db",
            "registered_at": "2025-10-28T12:00:00.000000Z",
            "segments_stored": 1,
        }
    ]
    assert (rows["segments"], rows["unsealed"], rows["limit"]) == (2, 1, None)
    assert all(len(line) <= 80 for line in told.splitlines() if "Archive" not in line)


def test_the_list_shows_the_limit_and_the_simulation(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NOF1_ARCHIVE_LIMIT", "20GB")
    archive_at(tmp_path / "archive", simulated=True)
    told = run("list").stdout
    assert "0 B of at most 20.0 GB;" in told
    assert "https://nof1.ai (simulated arena)" in told
    assert "Nothing is recorded yet. Run `nof1-tracker scrape`." in told
    assert "No database is registered" in told


# --- verify ---------------------------------------------------------------------------


def test_a_whole_archive_verifies(run: Run, archive: ArchiveFolder) -> None:
    record(archive, map(exchange, range(3)))
    with writing(archive) as writer:
        writer.append(exchange(4))
        told = run("verify").stdout
        found = json.loads(run("verify", "-f", "json").stdout)
    assert "segments: 2, whole bodies: 4." in told
    assert f"{archive.path} is whole." in told
    assert (found["whole"], found["bodies"], found["damaged"]) == (True, 4, [])
    assert len(found["notes"]) == 1


def test_damage_is_named_everywhere_and_the_rest_is_read(
    run: Run, archive: ArchiveFolder
) -> None:
    first, *_ = record(archive, map(exchange, range(3)))
    second, *_ = record(archive, map(exchange, range(3, 6)))
    for each in (first, second):
        file = archive.sealed(each.segment)
        _flip(file, file.stat().st_size // 2)
    lines = archive.manifest.read_bytes().splitlines()
    archive.manifest.write_bytes(lines[0].replace(b"trades", b"trodes") + b"\n")
    told = run("verify", code=1).stdout
    found = json.loads(run("verify", "-f", "json", code=1).stdout)
    assert f"Damaged: {first.segment}: record" in told
    assert f"Damaged: {second.segment}: its file is not listed in the manifest." in told
    assert "is whole" not in told
    assert found["bodies"] == 4
    assert not found["whole"]


def test_every_cut_of_the_last_record_is_named_and_the_others_are_read(
    run: Run, archive: ArchiveFolder
) -> None:
    """`test_damage` cuts at every byte; here at a few, through the command."""
    last = record(archive, map(exchange, range(3)))[-1]
    file = archive.sealed(last.segment)
    content = file.read_bytes()
    for cut in range(1, 200, 50):
        file.write_bytes(content[:-cut])
        found = json.loads(run("verify", "-f", "json", code=1).stdout)
        assert found["bodies"] == 2
        assert any(f"record {last.record}" in each for each in found["damaged"])


# --- pack -----------------------------------------------------------------------------


def test_a_span_is_packed(run: Run, archive: ArchiveFolder, tmp_path: Path) -> None:
    record(archive, [exchange(0), exchange(DAY)])
    target = tmp_path / "day.wacz"
    told = run("pack", "--since", "2025-10-29", "-o", str(target)).stdout
    assert told.startswith(f"Written to {target} (")
    assert "bodies: 1, segments: 1." in told
    with zipfile.ZipFile(target) as packed:
        assert "datapackage.json" in packed.namelist()
    again = run("pack", "-o", str(target), code=74)
    assert "exists already" in again.stderr


def test_what_is_damaged_is_left_out_of_the_pack_and_named(
    run: Run, archive: ArchiveFolder, tmp_path: Path
) -> None:
    positions = record(archive, map(exchange, range(3)))
    file = archive.sealed(positions[0].segment)
    _flip(file, file.stat().st_size // 2)
    found = run("pack", "-o", str(tmp_path / "x.wacz"), code=1)
    assert "bodies: 2," in found.stdout
    assert f"Left out: {positions[0].segment}: record" in found.stderr


@pytest.mark.parametrize(
    ("span", "code", "told"),
    [
        (("--since", "2025-10-30"), 6, "holds nothing of that time"),
        (("--since", "2025-10-29", "--until", "2025-10-28"), 2, "before it begins"),
        (("--since", "soon"), 2, "not a valid time"),
    ],
)
def test_a_span_without_bodies_is_told(
    run: Run,
    archive: ArchiveFolder,
    tmp_path: Path,
    span: tuple[str, ...],
    code: int,
    told: str,
) -> None:
    record(archive, [exchange(0)])
    target = tmp_path / "x.wacz"
    assert told in run("pack", *span, "-o", str(target), code=code).stderr
    assert list(tmp_path.glob("*.wacz*")) == []


# --- prune and forget -----------------------------------------------------------------


def test_only_what_all_have_stored_is_pruned(run: Run, archive: ArchiveFolder) -> None:
    stored, other = (record(archive, [exchange(each)])[0].segment for each in (1, 2))
    for name, last in (("one.db", 2), ("two.db", 1)):
        register(archive, name, name, NOON)
        report(archive, name, {stored: 2, other: last})
    dry = run("prune", "--dry-run").stdout
    assert f"Would drop {stored}.\n" in dry
    assert "Segments to drop: 1 (" in dry
    assert archive.names() == sorted([stored, other])
    told = run("prune").stdout
    assert f"Dropped {stored}.\n" in told
    assert f"Kept {other}: not stored by two.db.\n" in told
    assert "`nof1-tracker archive forget two.db`" in told
    assert "archive forget one.db" not in told
    assert archive.names() == [other]
    assert "Forgot two.db" in run("forget", "two.db").stdout
    told = run("prune").stdout
    assert f"Dropped {other}.\n" in told
    assert "archive forget" not in told
    assert [each.name for each in consumers(archive)] == ["one.db"]
    assert "is whole" in run("verify").stdout


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("prune",), 6, "No database is registered"),
        (("prune", "--older-than", "old"), 2, "not a valid age"),
        (("forget", "one.db"), 6, "No database 'one.db' is registered"),
    ],
)
def test_what_cannot_be_pruned_or_forgotten_is_told(
    run: Run, archive: ArchiveFolder, words: tuple[str, ...], code: int, told: str
) -> None:
    record(archive, [exchange(1)])
    assert told in run(*words, code=code).stderr
    assert len(archive.names()) == 1


def test_a_segment_is_kept_until_it_is_old_enough(
    run: Run, archive: ArchiveFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (only,) = record(archive, [exchange(1)])
    register(archive, "1", "one.db", NOON)
    report(archive, "1", {only.segment: only.record})
    monkeypatch.setattr(commands, "utc_now", lambda: NOON + timedelta(days=3))
    assert "Segments dropped: 0 (0 B)" in run("prune").stdout
    assert "Segments dropped: 0 (0 B)" in run("prune", "--older-than", "4d").stdout
    assert f"Dropped {only.segment}." in run("prune", "--older-than", "2d").stdout
