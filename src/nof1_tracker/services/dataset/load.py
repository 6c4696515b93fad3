"""Use case: bring a dataset into a database, in one transaction."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nof1_tracker.database.columns.collector_pause import collector_paused
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.dataset.sqlite_file import dataset_file
from nof1_tracker.database.dataset.write_record import RecordWriter
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.export_rows import SQLITE_NAME, LoadedTable
from nof1_tracker.services.dataset.files import PACKAGE
from nof1_tracker.services.dataset.verify import tables_of, verify_dataset
from nof1_tracker.services.reprocess.moved_rows import retry_moved


@dataclass(frozen=True)
class LoadedDataset:
    """What loading did.

    Attributes:
        notes: What was decided about seasons and accounts, one line each.
        missing: What the dataset says to be missing from it, a sentence each.
    """

    title: str
    version: str
    tables: Sequence[LoadedTable]
    notes: Sequence[str]
    missing: Sequence[str] = ()


def load_dataset(engine: Engine, folder: Path) -> LoadedDataset:
    """Stores a dataset's rows; what stands rules, so that twice is as once.

    Raises:
        ConfigurationError: It does not verify, or a value has no place here; then
            nothing is stored.
        DatabaseError: The database cannot be used.
    """
    wrong = verify_dataset(folder)
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise ConfigurationError(
            f"{folder} does not verify, so nothing was loaded: {wrong[0]}{more}",
            f"See all: nof1-tracker dataset verify {folder}",
        )
    package = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
    tables = {table.name: table for table in tables_of(package)}
    with (
        collector_paused(),
        dataset_file(folder / SQLITE_NAME) as file,
        UnitOfWork(engine, writes=True) as unit,
    ):

        def rows(name: str) -> Iterator[dict[str, Any]]:
            return file.rows(tables[name])

        writer = RecordWriter(unit.session, unit.repositories, rows)
        done = writer.store()
        joined = unit.repositories.accounts.have_joined
        unit.commit()
    if joined:
        retry_moved(engine)
    return LoadedDataset(
        title=package["title"],
        version=package["version"],
        tables=done,
        notes=writer.notes,
        missing=package.get("missing", ()),
    )
