"""Files read back by the libraries that people read them with."""

import csv
import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from nof1_tracker.records.export_rows import Column, ColumnType

TEXTS = (ColumnType.TEXT, ColumnType.WORD)


def read_csv(file: Path, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """By the standard library, which reads NULL and empty text alike."""
    with file.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return [{c.name: _from_csv(row[c.name], c) for c in columns} for row in rows]


def _from_csv(cell: str, column: Column) -> Any:
    if column.type in TEXTS:
        return cell.removeprefix("'")
    if column.type is ColumnType.JSON:
        return json.loads(cell, parse_float=Decimal) if cell else None
    return _parsed(cell, column) if cell else None


def _parsed(cell: str, column: Column) -> Any:
    match column.type:
        case ColumnType.INTEGER:
            return int(cell)
        case ColumnType.DECIMAL:
            return Decimal(cell)
        case ColumnType.TIME:
            return datetime.fromisoformat(cell)
    return {"true": True, "false": False}[cell]


def read_jsonl(file: Path, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """By the standard library."""
    times = {column.name for column in columns if column.type is ColumnType.TIME}
    numbers = {column.name for column in columns if column.type is ColumnType.DECIMAL}
    lines = file.read_text("utf-8").split("\n")
    assert lines.pop() == ""
    rows = [json.loads(line, parse_float=Decimal) for line in lines]
    for row in rows:
        for name, value in row.items():
            if name in times and value is not None:
                row[name] = datetime.fromisoformat(value)
            if name in numbers:
                assert value is None or isinstance(value, int | Decimal)
    return rows


def read_parquet(file: Path, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """By pyarrow."""
    table = pq.read_table(file)
    texts = {column.name for column in columns if column.type is ColumnType.JSON}
    rows: list[dict[str, Any]] = table.to_pylist()
    return [
        {
            name: (
                json.loads(value, parse_float=Decimal)
                if name in texts and value
                else value
            )
            for name, value in row.items()
        }
        for row in rows
    ]
