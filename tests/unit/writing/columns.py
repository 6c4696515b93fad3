"""Columns for tests of the writers."""

from typing import Any

from nof1_tracker.records.export_rows import Column, ColumnType


def column(kind: ColumnType, name: str = "it", place: int = 0, **more: Any) -> Column:
    return Column(name=name, type=kind, about="a test's", place=place, **more)


TEXT = column(ColumnType.TEXT)
USD = column(ColumnType.DECIMAL, precision=20, scale=8)
PERCENT = column(ColumnType.DECIMAL, precision=10, scale=4, in_percent=True)
