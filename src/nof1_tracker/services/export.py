"""Use case: write rows to a file, streamed from one frozen view of the database."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Protocol

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.export.stream import TableExtract
from nof1_tracker.database.export.stream import columns as columns_of
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.export_rows import (
    Batch,
    Column,
    ExportFilter,
    Extract,
    FileFormat,
)
from nof1_tracker.services.reading.model_names import wanted_accounts
from nof1_tracker.services.standings import require_season
from nof1_tracker.writing.output_file import STDOUT, opened
from nof1_tracker.writing.text_formats import csv_lines, json_lines


def exported_columns(wanted: ExportFilter) -> list[Column]:
    """The columns that a file has; makes no query.

    Raises:
        ConfigurationError: Payloads are wanted for rows that have none.
    """
    return columns_of(wanted, {}, {})


def export_rows(
    engine: Engine,
    wanted: ExportFilter,
    file_format: FileFormat,
    target: Path | None = None,
    *,
    models: Sequence[str] = (),
    competition: str | None = None,
    floats: bool = False,
) -> None:
    """Writes the wanted rows as they stand at one instant.

    Args:
        floats: For Parquet: decimals as 64-bit floats.
        models, competition: Narrow them, see `wanted_accounts`.

    Raises:
        ConfigurationError: No such season, competition or model, floats are
            wanted in another format, pyarrow is missing, or the target
            cannot be written.
        DatabaseError: The database cannot be used.
        BrokenPipeError: Nothing reads the target any more.
    """
    if floats and file_format is not FileFormat.PARQUET:
        raise ConfigurationError(
            f"--floats is for Parquet: {file_format.value} has the digits themselves.",
            "Leave it out, or add --format parquet.",
        )
    if file_format is FileFormat.PARQUET:
        _refuse_terminal(target)
        require_parquet("CSV and JSON lines need no extra package.")
    with UnitOfWork(engine, frozen=True) as unit:
        repositories = unit.repositories
        season_id = None
        if wanted.season is not None:
            season_id = require_season(repositories.seasons, wanted.season).id
        ids = wanted_accounts(
            repositories.queries, models, season_id, competition=competition
        )
        wanted = replace(wanted, account_ids=ids)
        extract = TableExtract(unit.session, wanted)
        with opened(target) as file:
            _write(extract, file_format, file, floats=floats)


def _write(
    extract: Extract, file_format: FileFormat, file: IO[bytes], *, floats: bool
) -> None:
    if file_format is FileFormat.PARQUET:
        from nof1_tracker.writing.parquet import write_parquet  # noqa: PLC0415

        write_parquet(extract, file, floats=floats)
        return
    with closing(extract.batches()) as batches:
        for lines in _lines(extract.columns, batches, file_format):
            file.write(lines.encode())


def _lines(
    columns: Sequence[Column],
    batches: Iterable[Batch],
    file_format: FileFormat,
) -> Iterator[str]:
    if file_format is FileFormat.JSONL:
        return json_lines(columns, batches)
    return csv_lines(columns, batches)


def _refuse_terminal(target: Path | None) -> None:
    """Raises an error before anything is opened, if Parquet would go to a terminal."""
    if target in (None, STDOUT) and sys.stdout.isatty():
        raise ConfigurationError(
            "Parquet is binary and cannot be shown on a terminal.",
            "Give a file with -o.",
        )


class ParquetWriter(Protocol):
    """Writes Parquet piece by piece: returns the bytes that are due."""

    def rows(self, rows: Sequence[Sequence[Any]]) -> bytes: ...
    def end(self) -> bytes: ...


def parquet_writer(columns: Sequence[Column]) -> ParquetWriter:
    """What writes rows with these columns.

    Raises:
        ConfigurationError: pyarrow is not installed.
    """
    require_parquet("CSV and JSON lines need no extra package.")
    from nof1_tracker.writing.parquet import ParquetRows  # noqa: PLC0415

    return ParquetRows(columns)


def require_parquet(otherwise: str = "") -> None:
    """Makes sure that Parquet can be written; `otherwise` says how to do without it.

    Raises:
        ConfigurationError: pyarrow is not installed.
    """
    try:
        import pyarrow  # noqa: F401, ICN001, PLC0415  is it installed?
    except ImportError:
        raise ConfigurationError(
            "Parquet needs pyarrow, which is not installed.",
            f"Install it: pip install 'nof1-tracker[parquet]'. {otherwise}".rstrip(),
        ) from None
