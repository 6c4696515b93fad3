"""What is exported is what is stored, to the last digit and character."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv as arrow_csv
from sqlalchemy import Engine

from nof1_tracker.records.export_rows import (
    ColumnType,
    ExportFilter,
    ExportKind,
    FileFormat,
)
from nof1_tracker.records.sanitize import clean
from nof1_tracker.services.export import export_rows, exported_columns
from tests.integration.exporting.readers import (
    TEXTS,
    read_csv,
    read_jsonl,
    read_parquet,
)
from tests.integration.exporting.worlds import add_exchange_equities, expected, filled
from tests.integration.reading.boards import Run

READERS = {
    FileFormat.CSV: read_csv,
    FileFormat.JSONL: read_jsonl,
    FileFormat.PARQUET: read_parquet,
}


WITHOUT_RAW = (ExportKind.DECISIONS, ExportKind.EXCHANGE_EQUITIES)


def read_back(
    engine: Engine, file: Path, wanted: ExportFilter, file_format: FileFormat
) -> list[dict[str, Any]]:
    export_rows(engine, wanted, file_format, file)
    return READERS[file_format](file, exported_columns(wanted))


def in_csv(stored: str | None) -> str:
    """NULL is read as empty text; what steers a terminal is left out."""
    return clean(stored or "", multi_line=True)


@pytest.mark.parametrize("file_format", FileFormat)
@pytest.mark.parametrize("kind", ExportKind)
def test_every_row_comes_back_as_it_is_stored(
    engine: Engine, tmp_path: Path, kind: ExportKind, file_format: FileFormat
) -> None:
    add_exchange_equities(filled(engine))
    wanted = ExportFilter(kind, with_raw=kind not in WITHOUT_RAW)
    stored = expected(engine, kind)
    if file_format is FileFormat.CSV:
        texts = [c.name for c in exported_columns(wanted) if c.type in TEXTS]
        stored = [row | {n: in_csv(row[n]) for n in texts} for row in stored]

    rows = read_back(engine, tmp_path / "file", wanted, file_format)

    assert len(rows) > 1
    assert rows == stored


def test_a_line_of_csv_is_the_same_from_both_databases(
    engine: Engine, tmp_path: Path
) -> None:
    filled(engine)
    file = tmp_path / "positions.csv"
    export_rows(engine, ExportFilter(ExportKind.POSITIONS), FileFormat.CSV, file)
    first = file.read_text().splitlines()[1]

    assert first.startswith(
        '1,"alpha","\'=cmd|x","Ma,ker","al","V",false,2025-10-20T01:02:03.456789Z,'
        '"model_chat","xyz:NVDA","short",25.1499999999,0.00000001,,,12.5,'
    )


def test_arrow_tells_null_from_empty_text_in_csv(
    engine: Engine, tmp_path: Path
) -> None:
    filled(engine)
    file = tmp_path / "chats.csv"
    export_rows(engine, ExportFilter(ExportKind.CHATS), FileFormat.CSV, file)

    table = arrow_csv.read_csv(
        file,
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )

    summaries = table["summary"].to_pylist()
    assert (summaries[0], summaries[-1]) == ("", None)


def test_parquet_has_the_precision_and_scale_of_the_columns(
    engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "trades.parquet"
    export_rows(engine, ExportFilter(ExportKind.TRADES), FileFormat.PARQUET, file)

    schema = pq.read_schema(file)

    assert schema.field("net_pnl").type == pa.decimal128(24, 12)
    assert schema.field("net_return").type == pa.decimal128(10, 6)
    assert schema.field("closed_at").type == pa.timestamp("us", "UTC")
    assert schema.field("side").type == pa.dictionary(pa.int32(), pa.string())
    assert schema.field("entry_oid").type == pa.int64()
    assert b"USD" in schema.field("fees").metadata[b"about"]


@pytest.mark.parametrize("file_format", FileFormat)
@pytest.mark.parametrize("kind", ExportKind)
def test_an_empty_table_gives_a_whole_file_without_rows(
    engine: Engine, tmp_path: Path, kind: ExportKind, file_format: FileFormat
) -> None:
    rows = read_back(engine, tmp_path / "file", ExportFilter(kind), file_format)

    assert rows == []


@pytest.mark.parametrize("kind", ExportKind)
def test_every_column_says_what_it_is(kind: ExportKind) -> None:
    columns = exported_columns(ExportFilter(kind))

    assert all(column.about for column in columns)
    assert len({column.name for column in columns}) == len(columns)
    assert {"observed_at", "source", "model_id", "season"} <= {c.name for c in columns}
    assert all(c.precision for c in columns if c.type is ColumnType.DECIMAL)


@pytest.mark.captures
def test_real_rows_come_back_as_they_are_stored(
    engine: Engine, run: Run, captures: Path, tmp_path: Path
) -> None:
    run("import", str(captures / "2025-10-28T065103Z"))
    for kind in set(ExportKind) - {ExportKind.EXCHANGE_EQUITIES}:
        wanted = ExportFilter(kind)
        columns = [column.name for column in exported_columns(wanted)]
        stored = [{n: row[n] for n in columns} for row in expected(engine, kind)]
        assert len(stored) > 50
        for file_format in (FileFormat.JSONL, FileFormat.PARQUET):
            rows = read_back(engine, tmp_path / "file", wanted, file_format)
            assert rows == stored, (kind, file_format)
