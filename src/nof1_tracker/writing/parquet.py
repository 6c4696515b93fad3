"""Parquet, written with pyarrow: the only module that imports it.

Decimals keep the precision and scale of their columns, unless floats are wanted, times are UTC microseconds,
words are dictionaries. The metadata of each column states its meaning.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from nof1_tracker.errors import DatabaseError
from nof1_tracker.records.export_rows import Column, ColumnType, Extract
from nof1_tracker.writing.exact_numbers import exact

ROWS_PER_GROUP = 131_072
_BYTES_PER_GROUP = 64_000_000
"""Rows are held back until either limit is reached: long texts fill a group sooner."""
_ROWS_PER_PIECE = 16_384
"""The same for what is written piece by piece."""
_WORD = pa.dictionary(pa.int32(), pa.string())
_TIME = pa.timestamp("us", "UTC")
_TYPES = {
    ColumnType.INTEGER: pa.int64(),
    ColumnType.FLOAT: pa.float64(),
    ColumnType.TIME: _TIME,
    ColumnType.TEXT: pa.string(),
    ColumnType.WORD: _WORD,
    ColumnType.FLAG: pa.bool_(),
    ColumnType.JSON: pa.string(),
}


def write_parquet(extract: Extract, file: IO[bytes], *, floats: bool = False) -> None:
    """Writes all rows, a group at a time.

    Args:
        floats: Decimals are written as 64-bit floats, the nearest of each.

    Raises:
        DatabaseError: The database fails, or holds a value that its column may not hold.
    """
    schema = pa.schema([_field(column) for column in extract.columns])
    written = pa.schema([_as_float(each) for each in schema]) if floats else schema
    try:
        with (
            closing(_record_batches(extract, schema)) as batches,
            pq.ParquetWriter(file, written, **options(extract.columns)) as writer,
        ):
            for group in _groups(batches, schema):
                writer.write_table(_with_floats(group, written) if floats else group)
    except pa.ArrowInvalid as error:
        raise DatabaseError(
            f"A stored value does not fit its column: {error}.",
            "Find it with --format csv.",
        ) from error


class ParquetRows:
    """Rows as Parquet, piece by piece: each call returns the bytes that are due."""

    def __init__(self, columns: Sequence[Column]) -> None:
        """Args: columns: Each value is that of its place in a row."""
        self._columns = columns
        self._schema = pa.schema([_field(column) for column in columns])
        self._written = BytesIO()
        self._held: list[pa.RecordBatch] = []
        # Positions in the file go on, whatever was taken out of the buffer.
        self._sink = pa.PythonFile(_Piecewise(self._written), mode="w")
        self._writer = pq.ParquetWriter(self._sink, self._schema, **options(columns))

    def rows(self, rows: Sequence[Sequence[Any]]) -> bytes:
        """Adds rows; they are held back until a group is full.

        Raises:
            DatabaseError: A value is not one that its column may hold.
        """
        values = [
            _array([row[column.place] for row in rows], column)
            for column in self._columns
        ]
        self._held.append(pa.record_batch(values, schema=self._schema))
        if sum(each.num_rows for each in self._held) >= _ROWS_PER_PIECE:
            self._write_group()
        return self._taken()

    def end(self) -> bytes:
        """What is held back, and the footer."""
        self._write_group()
        self._writer.close()
        return self._taken()

    def _write_group(self) -> None:
        held, self._held = self._held, []
        if held:
            self._writer.write_table(pa.Table.from_batches(held, self._schema))

    def _taken(self) -> bytes:
        taken = self._written.getvalue()
        self._written.seek(0)
        self._written.truncate()
        return taken


class _Piecewise(RawIOBase):
    """Passes on what is written, and counts it."""

    def __init__(self, beneath: BytesIO) -> None:
        super().__init__()
        self._beneath, self._count = beneath, 0

    def writable(self) -> bool:
        return True

    def write(self, content: Any, /) -> int:
        self._count += len(content)
        return self._beneath.write(content)

    def tell(self) -> int:
        return self._count


def options(columns: Sequence[Column]) -> dict[str, Any]:
    """pyarrow's options for a small file, no slower to write than its defaults."""
    of_type: dict[ColumnType, list[str]] = {kind: [] for kind in ColumnType}
    for column in columns:
        if column.labels is None or column.type is ColumnType.WORD:
            of_type[column.type].append(column.name)
    splits = dict.fromkeys(of_type[ColumnType.DECIMAL], "BYTE_STREAM_SPLIT")
    deltas = dict.fromkeys(of_type[ColumnType.TIME], "DELTA_BINARY_PACKED")
    return {
        "compression": "zstd",
        "use_dictionary": [*of_type[ColumnType.WORD], *of_type[ColumnType.TEXT]],
        "column_encoding": splits | deltas,
    }


def _field(column: Column) -> pa.Field:
    return pa.field(column.name, _type(column), metadata={"about": column.about})


def _with_floats(group: pa.Table, written: pa.Schema) -> pa.Table:
    """The rows with floats; pyarrow's own cast of decimals is not to the nearest."""
    columns = [
        column.cast(pa.string()) if pa.types.is_decimal(column.type) else column
        for column in group.columns
    ]
    return pa.table(columns, names=group.column_names).cast(written)


def _as_float(field: pa.Field) -> pa.Field:
    return field.with_type(pa.float64()) if pa.types.is_decimal(field.type) else field


def _type(column: Column) -> pa.DataType:
    if column.type is ColumnType.DECIMAL:
        return pa.decimal128(column.precision, column.written_scale)
    return _TYPES[column.type]


def _groups(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        held.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= ROWS_PER_GROUP or size >= _BYTES_PER_GROUP:
            yield pa.Table.from_batches(held, schema)
            held, rows, size = [], 0, 0
    if held:
        yield pa.Table.from_batches(held, schema)


def _record_batches(
    extract: Extract, schema: pa.Schema
) -> Generator[pa.RecordBatch, None, None]:
    places = {column.place: column for column in extract.columns}
    labels = {
        column.name: _Labels(column)
        for column in extract.columns
        if column.labels is not None
    }
    with closing(_arrays(extract, places)) as read:
        for arrays in read:
            yield pa.record_batch(
                [
                    (
                        labels[column.name].of(arrays[column.place])
                        if column.name in labels
                        else arrays[column.place]
                    )
                    for column in extract.columns
                ],
                schema=schema,
            )


def _arrays(
    extract: Extract, places: dict[int, Column]
) -> Generator[dict[int, pa.Array], None, None]:
    """Arrays by column index, some rows at a time; keys are not yet replaced."""
    blocks = extract.csv_blocks()
    if blocks is not None:
        with closing(blocks):
            yield from (_parsed(block, places) for block in blocks)
        return
    with closing(extract.batches()) as batches:
        for batch in batches:
            yield {place: _array(batch[place], places[place]) for place in places}


# --- from CSV -------------------------------------------------------------------


def _parsed(block: bytes, places: dict[int, Column]) -> dict[int, pa.Array]:
    names = [str(place) for place in sorted(places)]
    table = csv.read_csv(
        pa.BufferReader(block),
        csv.ReadOptions(
            use_threads=False, column_names=names, block_size=len(block) + 1
        ),
        csv.ParseOptions(newlines_in_values=True),
        csv.ConvertOptions(
            column_types={str(p): _read_type(c) for p, c in places.items()},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    return {
        place: _as_fraction(table[str(place)].combine_chunks(), column)
        for place, column in places.items()
    }


def _read_type(column: Column) -> pa.DataType:
    """The type in the database, before keys and percentages are converted."""
    if column.labels is not None:
        return pa.int64()
    if column.type is ColumnType.DECIMAL:
        return pa.decimal128(column.precision, column.scale)
    return _TYPES[column.type]


def _as_fraction(array: pa.Array, column: Column) -> pa.Array:
    """The same digits with the point two places to the left, for percent columns."""
    if not column.in_percent or column.labels is not None:
        return array
    return pa.Array.from_buffers(
        _type(column), len(array), array.buffers(), offset=array.offset
    )


# --- from values ----------------------------------------------------------------


def _array(values: Sequence[Any], column: Column) -> pa.Array:
    if column.labels is not None:
        return pa.array(values, pa.int64())
    match column.type:
        case ColumnType.DECIMAL:
            return _decimals(values, column)
        case ColumnType.TIME:
            naive = pa.array(values, pa.string()).cast(pa.timestamp("us"))
            return naive.cast(_TIME)
        case ColumnType.WORD:
            return pa.array(values, pa.string()).dictionary_encode()
        case ColumnType.FLAG:
            return pa.array([None if v is None else bool(v) for v in values])
    return pa.array(values, _TYPES[column.type])


def _decimals(values: Sequence[Any], column: Column) -> pa.Array:
    """Doubles by their shortest digits; converted one by one where those do not fit."""
    try:
        shortest = pa.array(values, pa.float64()).cast(pa.string())
        return _as_fraction(shortest.cast(_read_type(column)), column)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        numbers = [None if value is None else exact(value, column) for value in values]
        return pa.array(numbers, _type(column))


class _Labels:
    """The values that keys stand for, as an array to take from."""

    def __init__(self, column: Column) -> None:
        labels = {k: v for k, v in (column.labels or {}).items() if v is not None}
        self._keys = pa.array(list(labels), pa.int64())
        kind = pa.string() if column.type is ColumnType.WORD else _type(column)
        self._values = pa.array(list(labels.values()), kind)
        self._is_word = column.type is ColumnType.WORD

    def of(self, keys: pa.Array) -> pa.Array:
        places = pc.index_in(keys, value_set=self._keys)
        if self._is_word:
            return pa.DictionaryArray.from_arrays(places, self._values)
        return self._values.take(places)


def shape_of(file: Path) -> tuple[int, Sequence[str]]:
    """The number of rows of a file, and the names of its columns.

    Raises:
        ValueError: It is not a Parquet file, or a damaged one.
    """
    try:
        with pq.ParquetFile(file) as found:
            return found.metadata.num_rows, found.schema_arrow.names
    except (pa.ArrowException, OSError) as error:
        raise ValueError(str(error)) from None
