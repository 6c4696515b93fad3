"""The command: which rows, where to, and how it ends when it cannot."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, insert

from nof1_tracker.database import models
from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.database.export.stream import TableExtract
from nof1_tracker.errors import DatabaseError
from nof1_tracker.records.export_rows import ExportFilter, ExportKind, FileFormat
from nof1_tracker.services.export import export_rows
from tests.integration.exporting.worlds import START, filled
from tests.integration.reading.boards import Board, Run, ago
from tests.integration.test_hostile import measured, peak_memory_of
from tests.worlds import PROGRAM, engine_on, environment

MEGABYTES = 1_000_000


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


# --- which rows -----------------------------------------------------------------


def test_rows_are_narrowed_by_season_model_and_time(run: Run, board: Board) -> None:
    board.snapshot("alpha", "1", ago(hours=3))
    board.snapshot("alpha", "2", ago(hours=2))
    board.snapshot("alpha", "3", ago(hours=1), season=1.5)
    board.snapshot("beta", "4", ago(hours=2))

    def equities(*options: str) -> list[int]:
        text = run("export", "snapshots", "--format", "jsonl", *options)
        return [row["equity"] for row in lines(text)]

    assert equities() == [1, 2, 3, 4]
    assert equities("--season", "1.5") == [3]
    assert equities("--model", "BETA") == [4]
    two_hours_ago = ago(hours=2).isoformat()
    assert equities("--since", two_hours_ago) == [2, 3, 4]
    assert equities("--until", two_hours_ago) == [1]
    assert equities("--until", two_hours_ago, "--season", "1.5") == []


def test_trades_are_narrowed_by_their_closing_else_their_opening(
    run: Run, board: Board
) -> None:
    board.trade("alpha", "closed", opened_at=ago(hours=9), closed_at=ago(hours=1))
    nothing = {"closed_at": None, "exit_price": None, "pnl": None}
    board.trade("alpha", "open", opened_at=ago(hours=5), **nothing)

    def ids(*options: str) -> list[str]:
        text = run("export", "trades", "-f", "jsonl", *options)
        return [row["trade_id"] for row in lines(text)]

    assert ids("--since", ago(hours=2).isoformat()) == ["closed"]
    assert ids("--until", ago(hours=2).isoformat()) == ["open"]


def test_rows_stored_meanwhile_are_not_among_them(
    engine: Engine, board: Board, migrated_url: str
) -> None:
    board.snapshot("alpha", "1", START)
    with UnitOfWork(engine, frozen=True) as unit, engine_on(migrated_url) as other:
        extract = TableExtract(unit.session, ExportFilter(ExportKind.SNAPSHOTS))
        Board(other).snapshot("beta", "2", START)
        rows = [row for batch in extract.batches() for row in zip(*batch, strict=True)]
    assert len(rows) == 1


def test_the_payload_is_exported_where_it_is_asked_for(run: Run, board: Board) -> None:
    board.trade("alpha", "t1", raw_data={"id": "t1", "price": 1.5})

    (row,) = lines(run("export", "trades", "--raw", "-f", "jsonl"))
    assert row["raw"] == {"id": "t1", "price": 1.5}
    assert "raw" not in lines(run("export", "trades", "-f", "jsonl"))[0]
    assert "chats --raw" in run("export", "decisions", "--raw", code=2)


def test_the_columns_are_told_with_their_types(run: Run) -> None:
    header = run("export", "positions").splitlines()[0].split(",")
    told = run("export", "positions", "--columns").splitlines()[2:]

    assert [line.split()[0] for line in told] == header
    assert any("decimal(28, 10)" in line and "units" in line for line in told)


# --- where to -------------------------------------------------------------------


def test_a_file_appears_whole_and_its_ending_names_its_format(
    run: Run, board: Board, tmp_path: Path
) -> None:
    board.snapshot("alpha", "1", START)

    for ending, start in (("csv", b"season,"), ("jsonl", b"{"), ("parquet", b"PAR1")):
        file = tmp_path / f"rows.{ending}"
        assert run("export", "snapshots", "-o", str(file)) == ""
        assert file.read_bytes().startswith(start)
    assert run("export", "snapshots", "-o", "-").startswith("season,")
    assert list(tmp_path.glob(".*.part")) == []


@pytest.mark.parametrize("file_format", FileFormat)
def test_an_export_that_fails_leaves_the_old_file_as_it_was(
    sqlite_url: str, migrated_sqlite: Path, tmp_path: Path, file_format: FileFormat
) -> None:
    database = tmp_path / "test.db"
    database.write_bytes(migrated_sqlite.read_bytes())
    file = tmp_path / "rows"
    file.write_text("old")
    with engine_on(sqlite_url) as engine:
        Board(engine).snapshot("alpha", "1", START)
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE leaderboard_snapshots SET total_assets = 'much'"
            )
        with pytest.raises(DatabaseError, match="'much' is stored as equity"):
            export_rows(engine, ExportFilter(ExportKind.SNAPSHOTS), file_format, file)

    assert file.read_text() == "old"
    assert list(tmp_path.glob(".*.part")) == []


def test_a_link_stays_a_link_to_the_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")

    run("export", "trades", "-o", str(tmp_path / "link.csv"))

    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text().startswith("trade_id,")


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (".", "Is a directory"),
        ("nowhere/rows.csv", "No such file or directory"),
        ("/dev/full", "No space left on device"),
    ],
)
@pytest.mark.parametrize("file_format", FileFormat)
def test_a_target_that_cannot_be_written_is_told(
    run: Run, board: Board, target: str, told: str, file_format: str
) -> None:
    board.snapshot("alpha", "1", START)

    output = run("export", "snapshots", "-f", file_format, "-o", target, code=2)

    assert output.startswith("Error: ")
    assert told in output
    assert len(output.splitlines()) == 2


# --- as a process ---------------------------------------------------------------


@pytest.fixture
def many(engine: Engine, board: Board) -> int:
    """How many snapshots there are: more than a pipe holds."""
    return add_snapshots(engine, board, 3000)


def add_snapshots(engine: Engine, board: Board, number: int, start: int = 0) -> int:
    fields = {"season_id": board.season_ids[1], "model_id": board.model("alpha")}
    rows = [
        fields
        | {
            "timestamp": START + timedelta(seconds=start + place),
            "total_assets": 10000 + place,
            "pnl": place,
        }
        for place in range(number)
    ]
    with engine.begin() as connection:
        connection.execute(insert(models.LeaderboardSnapshot), rows)
    return number


@pytest.mark.parametrize("file_format", FileFormat)
def test_a_reader_that_has_enough_ends_it_quietly(
    many: int, migrated_url: str, file_format: str
) -> None:
    with subprocess.Popen(
        [*PROGRAM, "export", "snapshots", "--format", file_format],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(migrated_url),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(4)
        process.stdout.close()
        assert process.stderr.read() == b""


def test_without_pyarrow_the_remedy_is_told(sqlite_url: str) -> None:
    program = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from nof1_tracker.main import app; app()"
    )

    def run_without(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", program, "export", "trades", *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=environment(sqlite_url),
        )

    refused = run_without("-o", "trades.parquet")
    assert refused.returncode == 2
    assert "pip install 'nof1-tracker[parquet]'" in refused.stderr
    assert len(refused.stderr.splitlines()) == 2
    assert run_without().returncode == 0


def test_parquet_may_have_floats_in_place_of_decimals(
    run: Run, board: Board, tmp_path: Path
) -> None:
    board.trade("alpha", "t1", pnl=Decimal("12.345678901234"), fees=None)
    exact, nearest = tmp_path / "exact.parquet", tmp_path / "nearest.parquet"

    run("export", "trades", "-o", str(exact))
    run("export", "trades", "--floats", "-o", str(nearest))

    decimals, floats = pq.read_table(exact), pq.read_table(nearest)
    assert floats.column_names == decimals.column_names
    assert not any(pa.types.is_decimal(each.type) for each in floats.schema)
    assert floats["net_pnl"].to_pylist() == [12.345678901234]
    assert floats["fees"].to_pylist() == [None]
    about = b"about"
    assert floats.schema.field("net_pnl").metadata[about]
    kept = [each.name for each in decimals.schema if not pa.types.is_decimal(each.type)]
    assert floats.select(kept).schema == decimals.select(kept).schema


def test_floats_are_refused_where_a_format_has_digits(run: Run, board: Board) -> None:
    assert "--floats is for Parquet" in run("export", "trades", "--floats", code=2)


@pytest.fixture
def on_terminal(migrated_url: str) -> Callable[..., tuple[int, str]]:
    """Exit code and screen of a run whose stdout is a terminal."""

    def invoke(*arguments: str) -> tuple[int, str]:
        ours, theirs = pty.openpty()
        with closing(os.fdopen(ours, "rb", buffering=0)) as screen:
            done = subprocess.run(
                [*PROGRAM, "export", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=theirs,
                stderr=theirs,
                timeout=60,
                check=False,
                env=environment(migrated_url),
            )
            os.write(theirs, b"\x04end")
            os.close(theirs)
            return done.returncode, screen.read(100_000).decode()

    return invoke


def test_parquet_is_not_written_to_a_terminal(
    on_terminal: Callable[..., tuple[int, str]],
) -> None:
    code, screen = on_terminal("trades", "--format", "parquet")

    assert code == 2
    assert "Give a file with -o." in screen


@pytest.mark.parametrize("file_format", ["csv", "jsonl"])
def test_no_text_steers_the_terminal(
    engine: Engine, on_terminal: Callable[..., tuple[int, str]], file_format: str
) -> None:
    filled(engine)

    code, screen = on_terminal(
        "chats", "--format", file_format, "--until", "2025-10-21"
    )

    assert code == 0
    assert "[31m" in screen
    assert not set(screen) & set("\x1b\x07\x9b\u202e\u200f")


@measured
@pytest.mark.no_cover  # measured in bytes, over rows that are alike
def test_memory_does_not_grow_with_the_rows(
    engine: Engine, board: Board, migrated_url: str, tmp_path: Path
) -> None:
    number = add_snapshots(engine, board, 20_000)
    peaks: dict[str, list[int]] = {file_format: [] for file_format in FileFormat}
    for _ in range(2):
        for file_format in FileFormat:
            target = str(tmp_path / f"rows.{file_format}")
            code, peak, told = peak_memory_of(
                ["export", "snapshots", "-o", target], migrated_url
            )
            assert (code, told) == (0, "")
            peaks[file_format].append(peak)
        number += add_snapshots(engine, board, 60_000, start=number)
    growths = {name: large - small for name, (small, large) in peaks.items()}
    assert growths["csv"] < 10 * MEGABYTES
    assert growths["jsonl"] < 10 * MEGABYTES
    assert growths["parquet"] < 60 * MEGABYTES  # up to the rows of a group
