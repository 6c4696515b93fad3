"""The description of a dataset for programs: `datapackage.json` and table schemas.

Source: Data Package 2.0, https://datapackage.org/standard/data-package/ and
https://datapackage.org/standard/table-schema/. Version 2 because it is the standard
since June 2024 and what DOI registries point at; readers of version 1 find the same
names. What it has no name for (rows, tables, units, what is missing) is beside it under
names of our own, which it allows.
"""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nof1_tracker.records.export_rows import (
    SQLITE_NAME,
    Column,
    ColumnType,
    DatasetAbout,
    DatasetFile,
    DatasetTable,
)
from nof1_tracker.services.dataset.files import digest

_PROFILES = "https://datapackage.org/profiles/2.0"
_MEDIA = {
    ".parquet": "application/vnd.apache.parquet",
    ".sqlite": "application/vnd.sqlite3",
    ".csv": "text/csv",
    ".json": "application/json",
}
_TYPES = {
    ColumnType.INTEGER: "integer",
    ColumnType.DECIMAL: "number",
    ColumnType.TIME: "datetime",
    ColumnType.FLAG: "boolean",
}
_UNITS = (
    ("USD per unit", "USD per unit of the symbol"),
    ("USD", "USD"),
    ("fraction", "fraction (0.12 is 12 %)"),
    ("units", "units of the symbol"),
    ("0..100", "0 to 100"),
    ("leverage", "times"),
    ("times", "times"),
    ("season number", "number of the season"),
    ("as the source states it", "none"),
)
"""Units, by how a column's description begins."""
UNKNOWN_LICENCE = {
    "name": "notspecified",
    "title": "Not specified: nobody who holds the rights has stated a licence",
}


def schema_path(table: DatasetTable) -> str:
    """Where the schema of a table lies in the folder."""
    return f"schema/{table.name}.json"


def table_schema(table: DatasetTable) -> dict[str, Any]:
    """The columns of a table with types and units, as a Table Schema."""
    schema: dict[str, Any] = {
        "$schema": f"{_PROFILES}/tableschema.json",
        "title": table.name,
        "description": table.about,
        "fields": [_field(column) for column in table.columns],
    }
    return schema | {"primaryKey": list(table.key)}


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES.get(column.type, "string"),
        "description": column.about,
    }
    if column.type is ColumnType.TIME:
        field["unit"] = "UTC"
    if column.type is ColumnType.DECIMAL:
        field["unit"] = unit_of(column)
        field["decimals"] = column.scale
    return field


def unit_of(column: Column) -> str:
    """The unit of a number.

    Raises:
        LookupError: Its description names none.
    """
    for beginning, unit in _UNITS:
        if column.about.startswith(beginning):
            return unit
    raise LookupError(f"{column.name} has no unit: {column.about!r}")


def data_package(
    folder: Path,
    about: DatasetAbout,
    tables: Sequence[DatasetTable],
    files: Sequence[DatasetFile],
    *,
    with_texts: bool,
    version: str,
) -> dict[str, Any]:
    """The contents of `datapackage.json`; the other files lie in the folder already."""
    counts = {
        table.name: sum(each.rows for each in files if each.table == table.name)
        for table in tables
    }
    package: dict[str, Any] = {
        "$schema": f"{_PROFILES}/datapackage.json",
        "name": about.name,
        "title": about.title,
        "description": about.about,
        "version": version,
        "licenses": [_licence(about.licence)],
        "sources": [
            {"title": each.title}
            | ({"path": each.path} if each.path else {})
            | {"description": each.about, "license": each.licence}
            for each in about.sources
        ],
        "contributors": [
            {"title": name, "roles": ["compiler"]} for name in about.authors
        ],
        "withTexts": with_texts,
        "missing": list(about.missing),
        "tables": counts,
        "resources": [
            *_sqlite_resource(folder, tables),
            *(_parquet_resource(folder, each, tables) for each in files),
            *(_extra(folder, name) for name in sorted(about.extras or {})),
        ],
    }
    return {key: value for key, value in package.items() if value not in ([], None)}


def _licence(spdx: str | None) -> Mapping[str, str]:
    return {"name": spdx} if spdx else UNKNOWN_LICENCE


def _file(folder: Path, path: str) -> dict[str, Any]:
    file = folder / path
    return {
        "path": path,
        "format": file.suffix.removeprefix("."),
        "mediatype": _MEDIA.get(file.suffix, "application/octet-stream"),
        "bytes": file.stat().st_size,
        "hash": f"sha256:{digest(file)}",
    }


def _sqlite_resource(
    folder: Path, tables: Sequence[DatasetTable]
) -> list[dict[str, Any]]:
    names = ", ".join(table.name for table in tables)
    return [
        {
            "name": "record",
            "title": "All tables in one SQLite file",
            "description": f"Tables: {names}. Columns as in schema/.",
            **_file(folder, SQLITE_NAME),
        }
    ]


def _parquet_resource(
    folder: Path, file: DatasetFile, tables: Sequence[DatasetTable]
) -> dict[str, Any]:
    table = next(each for each in tables if each.name == file.table)
    return {
        "name": f"{file.table}-{file.month}" if file.month else file.table,
        "title": f"{file.table}, {file.month}" if file.month else file.table,
        "description": table.about,
        **_file(folder, file.path),
        "rows": file.rows,
        "table": file.table,
        "schema": schema_path(table),
    }


def _extra(folder: Path, path: str) -> dict[str, Any]:
    name = Path(path).stem.replace("_", "-").lower()
    resource = {"name": name, **_file(folder, path)}
    if Path(path).suffix == ".csv":
        resource["schema"] = {"fields": _fields_of_csv(folder / path)}
    return resource


def _fields_of_csv(file: Path) -> list[dict[str, str]]:
    """The columns of a small table; of numbers where every cell is one."""
    with file.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    columns = zip(*rows, strict=True) if rows else ([] for _ in header)
    return [
        {"name": name, "type": "number" if all(map(_is_number, cells)) else "string"}
        for name, cells in zip(header, columns, strict=True)
    ]


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", cell) is not None


def as_text(value: Any) -> str:
    """JSON for people and programs, the same each time."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
