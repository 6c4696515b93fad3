"""Which format a command writes, and which files it refuses."""

from enum import StrEnum
from pathlib import Path

import pytest

from nof1_tracker.cli.output.output_formats import (
    ObjectFormat,
    RowsFormat,
    choose_format,
)
from nof1_tracker.cli.report import Format
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.export_rows import FileFormat


@pytest.mark.parametrize(
    ("default", "file", "chosen"),
    [
        (RowsFormat.TABLE, None, "table"),
        (RowsFormat.TABLE, "rows.CSV", "csv"),
        (RowsFormat.TABLE, "rows.txt", "table"),
        (RowsFormat.TABLE, "no-ending", "table"),
        (RowsFormat.TABLE, "-", "table"),
        (Format.TABLE, "season.htm", "html"),
        (Format.TABLE, "season.md", "markdown"),
        (FileFormat.CSV, "trades.jsonl", "jsonl"),
        (FileFormat.CSV, None, "csv"),
    ],
)
def test_the_ending_of_the_file_names_the_format(
    default: StrEnum, file: str | None, chosen: str
) -> None:
    path = None if file is None else Path(file)

    assert choose_format(None, default, path) == chosen


@pytest.mark.parametrize(
    ("default", "file", "able"),
    [
        (Format.TABLE, "x.pdf", ".txt, .json, .csv, .md, .html, .htm"),
        (RowsFormat.TABLE, "x.html", ".txt, .json, .csv"),
        (ObjectFormat.TABLE, "x.csv", ".txt, .json"),
        (FileFormat.CSV, "x.txt", ".csv, .jsonl, .parquet"),
    ],
)
def test_an_ending_that_cannot_be_written_is_refused_with_those_that_can(
    default: StrEnum, file: str, able: str
) -> None:
    with pytest.raises(ConfigurationError, match="cannot write a file") as caught:
        choose_format(None, default, Path(file))

    assert f"It can write {able};" in caught.value.remedy


def test_a_format_that_is_named_goes_before_the_ending() -> None:
    assert choose_format(RowsFormat.CSV, RowsFormat.TABLE, Path("x.pdf")) == "csv"
    assert choose_format(None, Format.TABLE, Path("x.pdf"), as_json=True) == "json"
    assert choose_format(Format.JSON, Format.TABLE, None, as_json=True) == "json"


def test_json_and_another_format_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="two formats"):
        choose_format(RowsFormat.CSV, RowsFormat.TABLE, None, as_json=True)
