"""Use case: check that a dataset is what it says it is."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nof1_tracker.database.dataset.read_record import dataset_tables
from nof1_tracker.database.dataset.sqlite_file import (
    EXACT,
    SqliteReader,
    dataset_file,
)
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.export_rows import SQLITE_NAME, DatasetTable
from nof1_tracker.services.dataset.describe import schema_path, table_schema
from nof1_tracker.services.dataset.files import (
    PACKAGE,
    SUMS,
    digest,
    files_in,
    is_inside,
    read_sums,
)


def verify_dataset(folder: Path) -> list[str]:
    """What is wrong with a dataset, a sentence each; nothing if it verifies.

    Raises:
        ConfigurationError: There is no dataset in the folder.
    """
    try:
        if not (folder / PACKAGE).is_file():
            raise ConfigurationError(
                f"{folder} is not a dataset: there is no {PACKAGE} in it.",
                "Give the folder that `nof1-tracker dataset build` wrote.",
            )
        # What is damaged is not read any further.
        return list(_wrong_digests(folder)) or _wrong_description(folder)
    except OSError as error:
        name = error.filename or folder
        raise ConfigurationError(
            f"{name} cannot be read: {error.strerror or error}.",
            "Make it readable, or get the dataset again.",
        ) from None


def _wrong_description(folder: Path) -> list[str]:
    """What is wrong with a dataset whose digests are right."""
    try:
        package = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
        return list(_wrong_contents(folder, package))
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        return [f"{PACKAGE} cannot be understood: {type(error).__name__}: {error}."]
    except RecursionError:
        return [f"{PACKAGE} cannot be understood: it is nested too deeply."]
    except ConfigurationError as error:
        return [error.message]


def tables_of(package: Mapping[str, Any]) -> tuple[DatasetTable, ...]:
    """The tables of a dataset, by what its description says of texts."""
    return dataset_tables(with_texts=bool(package["withTexts"]))


def _wrong_digests(folder: Path) -> Iterator[str]:
    sums = folder / SUMS
    if not sums.is_file():
        yield f"{SUMS} is missing."
        return
    try:
        wanted = read_sums(sums.read_text(encoding="utf-8"))
    except ValueError as error:
        yield f"{SUMS} is damaged: {error}."
        return
    present = set(files_in(folder)) - {SUMS}
    yield from (f"{name} is missing." for name in sorted(wanted.keys() - present))
    yield from (
        f"{name} is not part of it." for name in sorted(present - wanted.keys())
    )
    for name in sorted(present & wanted.keys()):
        if not _is_plain_file(folder, name):
            yield f"{name} is a link or no file."
        elif digest(folder / name) != wanted[name]:
            yield f"{name} is not as it was published: its SHA-256 is another."


def _is_plain_file(folder: Path, name: str) -> bool:
    file = folder / name
    inside = file.resolve().is_relative_to(folder.resolve())
    return inside and file.is_file() and not file.is_symlink()


def _wrong_contents(folder: Path, package: Mapping[str, Any]) -> Iterator[str]:
    tables = tables_of(package)
    for resource in package["resources"]:
        yield from _wrong_resource(folder, resource)
    counts: dict[str, int] = {table.name: 0 for table in tables}
    for resource in package["resources"]:
        if "table" in resource:
            counts[resource["table"]] = counts.get(resource["table"], 0) + int(
                resource["rows"]
            )
    for table in tables:
        yield from _wrong_schema(folder, table)
    with dataset_file(folder / SQLITE_NAME) as file:
        yield from _wrong_tables(file, tables, package["tables"], counts)


def _wrong_resource(folder: Path, resource: Mapping[str, Any]) -> Iterator[str]:
    path = str(resource["path"])
    file = folder / path
    if not is_inside(path) or not file.is_file():
        yield f"{path} is in {PACKAGE} but not in the folder."
        return
    if resource["bytes"] != file.stat().st_size:
        yield f"{path} has not the size that {PACKAGE} says."
    if resource["hash"] != f"sha256:{digest(file)}":
        yield f"{path} has not the SHA-256 that {PACKAGE} says."
    if "table" in resource:
        yield from _wrong_parquet(file, path, resource)


def _wrong_parquet(file: Path, path: str, resource: Mapping[str, Any]) -> Iterator[str]:
    """Rows and columns of a Parquet file, where pyarrow is installed."""
    try:
        from nof1_tracker.writing.parquet import shape_of  # noqa: PLC0415
    except ImportError:
        return
    try:
        rows, columns = shape_of(file)
    except ValueError as error:
        yield f"{path} cannot be read as Parquet: {error}."
        return
    if rows != resource["rows"]:
        yield f"{path} has {rows} rows; {PACKAGE} says {resource['rows']}."
    schema = json.loads(
        (file.parents[path.count("/")] / resource["schema"]).read_text(encoding="utf-8")
    )
    wanted = [field["name"] for field in schema["fields"]]
    if list(columns) != wanted:
        yield f"{path} has not the columns that {resource['schema']} says."


def _wrong_schema(folder: Path, table: DatasetTable) -> Iterator[str]:
    path = schema_path(table)
    file = folder / path
    if not file.is_file():
        yield f"{path} is missing."
        return
    stated = json.loads(file.read_text(encoding="utf-8"))["fields"]
    known = table_schema(table)["fields"]
    told = [(each["name"], each["type"]) for each in stated]
    if told != [(each["name"], each["type"]) for each in known]:
        yield f"{path} is not the schema that this nof1-tracker knows."


def _wrong_tables(
    file: SqliteReader,
    tables: Sequence[DatasetTable],
    stated: Mapping[str, int],
    in_parquet: Mapping[str, int],
) -> Iterator[str]:
    columns = file.columns()
    others = [*file.others(), *(columns.keys() - {*stated, EXACT})]
    if others:
        yield f"{SQLITE_NAME} holds more than its tables: {', '.join(sorted(others))}."
    for table in tables:
        if columns.get(table.name) != table.names:
            yield f"{SQLITE_NAME}: {table.name} has not the columns of its schema."
            continue
        count = file.count(table.name)
        if not count == stated.get(table.name) == in_parquet[table.name]:
            yield (
                f"{table.name}: {count} rows in {SQLITE_NAME},"
                f" {in_parquet[table.name]} in Parquet, {stated.get(table.name)} in"
                f" {PACKAGE}."
            )
    if EXACT not in columns:
        yield f"{SQLITE_NAME} lacks {EXACT}."
