"""Use case: write the whole record as a folder that can be published and cited."""

import errno
import os
import shutil
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.dataset.read_record import RecordReader, dataset_tables
from nof1_tracker.database.dataset.sqlite_file import SqliteWriter
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.export_rows import (
    SQLITE_NAME,
    Batch,
    Column,
    ColumnType,
    DatasetAbout,
    DatasetFile,
    DatasetSource,
    DatasetTable,
    Values,
)
from nof1_tracker.services.dataset.citation import citation, readme
from nof1_tracker.services.dataset.coverage import Coverage
from nof1_tracker.services.dataset.describe import (
    as_text,
    data_package,
    schema_path,
    table_schema,
)
from nof1_tracker.services.dataset.files import CITATION, PACKAGE, README, SUMS, sums_of
from nof1_tracker.services.export import require_parquet

_ROWS_AT_ONCE = 4000
RECORD = DatasetAbout(
    name="alpha-arena-record",
    title="A record of Alpha Arena (nof1.ai)",
    about="What nof1.ai served about large language models that traded real money,"
    " recorded with nof1-tracker: equities, positions, legs, decisions, prices.",
    sources=(
        DatasetSource(
            title="nof1.ai",
            path="https://nof1.ai",
            about="All figures, as the site served them when they were observed.",
            licence="unknown (the site states none)",
        ),
    ),
)
"""What a dataset says about itself unless it is told otherwise."""


def build_dataset(
    engine: Engine,
    folder: Path,
    about: DatasetAbout = RECORD,
    *,
    with_texts: bool = False,
) -> dict[str, Any]:
    """Writes the record as it stands at one instant; returns `datapackage.json`.

    The folder appears under its name once it is complete.

    Raises:
        ConfigurationError: The folder is there already, or cannot be written, or
            pyarrow is missing.
        DatabaseError: The database cannot be used.
    """
    require_parquet()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(
            f"{folder} is there already.", "Give a new folder; nothing was changed."
        )
    with _draft(folder) as draft, UnitOfWork(engine, frozen=True) as unit:
        reader = RecordReader(unit.session, with_texts=with_texts)
        return _Build(draft, about, reader, with_texts=with_texts).write()


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """A folder beside the wanted one, which takes its name at the end."""
    target = folder.resolve()
    draft = target.with_name(f".{target.name[:200]}.{os.getpid()}.part")
    try:
        draft.mkdir(parents=True)
        yield draft
        draft.replace(target)
    except OSError as error:
        remedy = "Give another folder."
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            remedy = "Free some space, or give a folder elsewhere."
        reason = error.strerror or str(error)
        raise ConfigurationError(
            f"{folder} cannot be written: {reason}.", remedy
        ) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


class _Build:
    def __init__(
        self,
        folder: Path,
        about: DatasetAbout,
        reader: RecordReader,
        *,
        with_texts: bool,
    ) -> None:
        self._folder = folder
        self._about = about
        self._reader = reader
        self._with_texts = with_texts
        self._tables = dataset_tables(with_texts=with_texts)
        self._coverage = Coverage()

    def write(self) -> dict[str, Any]:
        """Writes every file; returns the contents of `datapackage.json`."""
        files = self._write_tables()
        for table in self._tables:
            self._write(schema_path(table), as_text(table_schema(table)))
        for name, content in (self._about.extras or {}).items():
            self._file(name).write_bytes(content)
        missing = [*self._about.missing, *self._coverage.gaps()]
        about = replace(self._about, missing=missing)
        package = data_package(
            self._folder,
            about,
            self._tables,
            files,
            with_texts=self._with_texts,
            version=self._version(),
        )
        self._write(PACKAGE, as_text(package))
        self._write(CITATION, citation(about, package["version"]))
        self._write(README, readme(about, package, self._tables))
        self._write(SUMS, sums_of(self._folder))
        return package

    def _version(self) -> str:
        last = self._coverage.last_observed
        return self._about.version or (f"{last:%Y-%m-%d}" if last else "empty")

    def _write_tables(self) -> list[DatasetFile]:
        files: list[DatasetFile] = []
        with closing(SqliteWriter(self._folder / SQLITE_NAME)) as sqlite:
            for table in self._tables:
                rows = self._coverage.note(table, self._reader.rows(table.name))
                files += self._write_months(table, sqlite.tee(table, rows))
            sqlite.finish()
        return files

    def _write_months(
        self, table: DatasetTable, rows: Iterator[Values]
    ) -> Iterator[DatasetFile]:
        place = table.names.index(table.dated) if table.dated else None

        def month_of(row: Values) -> str | None:
            if place is None:
                return None
            time: datetime | None = row[place]
            return "undated" if time is None else f"{time.astimezone(UTC):%Y-%m}"

        for month, same in groupby(rows, month_of):
            path = f"data/{table.name}{f'/{month}' if month else ''}.parquet"
            extract = _Rows(table.columns, same)
            self._write_parquet(path, extract)
            yield DatasetFile(path, table.name, month, extract.count)

    def _write_parquet(self, path: str, extract: "_Rows") -> None:
        from nof1_tracker.writing.parquet import write_parquet  # noqa: PLC0415

        with self._file(path).open("wb") as file:
            write_parquet(extract, file)

    def _file(self, name: str) -> Path:
        file = self._folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        return file

    def _write(self, name: str, text: str) -> None:
        self._file(name).write_text(text, encoding="utf-8", newline="\n")


class _Rows:
    """Rows of a table as the writer of Parquet takes them; `count` grows as they go."""

    def __init__(self, columns: Sequence[Column], rows: Iterable[Values]) -> None:
        self.columns = columns
        self.count = 0
        self._rows = iter(rows)

    def batches(self) -> Generator[Batch, None, None]:
        """All rows, in batches."""
        while chunk := list(islice(self._rows, _ROWS_AT_ONCE)):
            self.count += len(chunk)
            yield [
                [_shown(column, value) for value in values]
                for column, values in zip(
                    self.columns, zip(*chunk, strict=True), strict=True
                )
            ]

    def csv_blocks(self) -> None:
        """None: the rows are not read from a database that writes CSV."""


def _shown(column: Column, value: Any) -> Any:
    """The value as `ColumnType` says that a batch holds it."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if column.type is ColumnType.TIME and value is not None:
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    return value
