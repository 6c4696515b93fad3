"""Reads the record as rows of a dataset, in the order of what names them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Enum as SqlEnum
from sqlalchemy import Select, String, Text, collate, nulls_first, type_coerce
from sqlalchemy.orm import Session

from nof1_tracker.database.dataset.record_tables import (
    RECORD_TABLES,
    WORDS,
    RecordTable,
)
from nof1_tracker.database.engine.column_types import dump_json
from nof1_tracker.database.engine.written_json import canonical_json
from nof1_tracker.database.export.source_columns import Source
from nof1_tracker.database.export.stream import column_of
from nof1_tracker.database.version_models import RevisionRow, RowVersion
from nof1_tracker.database.write.chats import CHATS
from nof1_tracker.database.write.versions.versioned_table import as_json
from nof1_tracker.records.export_rows import Column, ColumnType, DatasetTable, Values

_ROWS_AT_ONCE = 500
VERSIONS = "versions"
REVISIONS = "revisions"
_KEY_ABOUT = "what names the row in that table, as a JSON list"


def dataset_tables(*, with_texts: bool) -> tuple[DatasetTable, ...]:
    """The tables of a dataset with their columns; makes no query."""
    stated = [
        DatasetTable(
            name=table.name,
            about=table.about,
            columns=tuple(_columns(table.columns(with_texts=with_texts))),
            key=table.key,
            dated=table.dated,
        )
        for table in RECORD_TABLES
    ]
    return *stated, _versions_table(with_texts=with_texts), _REVISIONS_TABLE


def _columns(sources: Sequence[Source]) -> Iterator[Column]:
    """The columns of a file that holds fractions where a table holds percent."""
    for place, source in enumerate(sources):
        column = column_of(source, place)
        yield Column(
            name=column.name,
            type=column.type,
            about=column.about,
            place=place,
            precision=column.precision,
            scale=column.written_scale,
        )


def _plain(stated: Iterable[tuple[str, ColumnType, str]]) -> tuple[Column, ...]:
    return tuple(Column(*each, place) for place, each in enumerate(stated))


def _versions_table(*, with_texts: bool) -> DatasetTable:
    stated = [
        ("table", ColumnType.WORD, "the table of the row"),
        ("row", ColumnType.TEXT, _KEY_ABOUT),
        ("stated", ColumnType.INTEGER, "one bit per field that was served and valid"),
        ("digest", ColumnType.TEXT, "BLAKE2b, 128 bits, of the row as served"),
        ("first_observed_at", ColumnType.TIME, "when it was first served so"),
        ("last_observed_at", ColumnType.TIME, "when it was last served so"),
        ("fields", ColumnType.JSON, "its values by column of the database, as text"),
    ]
    if with_texts:
        stated.append(("raw", ColumnType.JSON, "the row as the site served it"))
    return DatasetTable(
        VERSIONS,
        "All versions of the rows that the site served in more than one.",
        _plain(stated),
        ("table", "row", "digest"),
    )


_REVISIONS_TABLE = DatasetTable(
    REVISIONS,
    "Changes of figures that the site had served before.",
    _plain(
        (
            ("table", ColumnType.WORD, "the table of the row"),
            ("row", ColumnType.TEXT, _KEY_ABOUT),
            ("field", ColumnType.TEXT, "column of the database that changed"),
            ("old", ColumnType.JSON, "value that gave way, as JSON"),
            ("new", ColumnType.JSON, "value that stands since, as JSON"),
            ("observed_before", ColumnType.TIME, "when the old one was observed"),
            ("observed_after", ColumnType.TIME, "when the new one was observed"),
            ("cause", ColumnType.WORD, "newer, fuller or parser"),
        )
    ),
    ("table", "row", "observed_after", "field"),
)


class RecordReader:
    """Reads every table of a dataset. Use it within a frozen unit of work."""

    def __init__(self, session: Session, *, with_texts: bool) -> None:
        self._session = session
        self._with_texts = with_texts

    def rows(self, table: str) -> Iterator[Values]:
        """The rows of a table, in order."""
        if table == VERSIONS:
            yield from self._all_versions()
        elif table == REVISIONS:
            yield from self._all_revisions()
        else:
            kind = next(each for each in RECORD_TABLES if each.name == table)
            yield from self._of_table(kind)

    def _of_table(self, table: RecordTable) -> Iterator[Values]:
        sources = table.columns(with_texts=self._with_texts)
        forms = [self._form(table, source) for source in sources]
        query = table.joined.add_columns(
            *(_selected(source).label(None) for source in sources)
        ).order_by(*self._order(table))
        for row in self._read(query):
            yield tuple(
                None if value is None else form(value)
                for form, value in zip(forms, row, strict=True)
            )

    def _form(self, table: RecordTable, source: Source) -> Callable[[Any], Any]:
        """What makes of a stored value the one that is published."""
        if source.in_percent:
            return lambda percent: percent.scaleb(-2)
        if source.name == "figures":
            return lambda served: canonical_json(numbers_in(served) or {})
        if source.type is ColumnType.JSON:
            return dump_json
        if source.name == "stated" and table.versioned is CHATS:
            return self._stated_of_chat
        return _as_it_is

    def _stated_of_chat(self, stated: int) -> int:
        """Without the thought's bit where the thought is left out."""
        return stated if self._with_texts else stated & ~1

    def _order(self, table: RecordTable) -> list[Any]:
        by_name = {source.name: source.expression for source in table.sources}
        return [self._sorted(by_name[name]) for name in table.key]

    def _sorted(self, expression: Any) -> Any:
        """In the order of the characters' numbers, whatever language the server has."""
        is_text = isinstance(expression.type, (String, Text, SqlEnum))
        if is_text and self._session.get_bind().dialect.name == "postgresql":
            expression = collate(expression, "C")
        return nulls_first(expression)

    def _read(self, query: Select[Any]) -> Iterator[Any]:
        return iter(
            self._session.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE})
        )

    def _all_versions(self) -> Iterator[Values]:
        for table in _versioned():
            query = self._noted(
                table,
                RowVersion,
                RowVersion.stated,
                RowVersion.raw_digest,
                RowVersion.first_observed_at,
                RowVersion.last_observed_at,
                RowVersion.fields,
                *([RowVersion.raw_data] if self._with_texts else []),
            ).order_by(*self._order(table), self._sorted(RowVersion.raw_digest))
            width = len(table.key)
            for row in self._read(query):
                stated, digest, first, last, fields, *raw = row[width:]
                if table.versioned is CHATS:
                    stated = self._stated_of_chat(stated)
                yield (
                    table.name,
                    row_name(row[:width]),
                    *(stated, digest, first, last, self._fields(fields)),
                    *(None if each is None else dump_json(each) for each in raw),
                )

    def _fields(self, fields: Mapping[str, Any]) -> str:
        return dump_json(
            {
                name: value
                for name, value in fields.items()
                if self._with_texts or name not in WORDS
            }
        )

    def _all_revisions(self) -> Iterator[Values]:
        for table in _versioned():
            query = self._noted(
                table,
                RevisionRow,
                RevisionRow.field,
                RevisionRow.old,
                RevisionRow.new,
                RevisionRow.observed_before,
                RevisionRow.observed_after,
                RevisionRow.cause,
            ).order_by(
                *self._order(table),
                self._sorted(RevisionRow.observed_after),
                self._sorted(RevisionRow.field),
                self._sorted(RevisionRow.cause),
                self._sorted(RevisionRow.observed_before),
            )
            width = len(table.key)
            for row in self._read(query):
                field, old, new, before, after, cause = row[width:]
                if self._with_texts or field not in WORDS:
                    yield (
                        table.name,
                        row_name(row[:width]),
                        field,
                        canonical_json(old),
                        None if new is None else canonical_json(new),
                        *(before, after, cause.value),
                    )

    def _noted(self, table: RecordTable, noted: Any, *columns: Any) -> Select[Any]:
        """What is noted of the table's rows, after the names of each row."""
        assert table.versioned is not None  # noqa: S101  by _versioned
        stored = table.versioned.table
        by_name = {source.name: source.expression for source in table.sources}
        return table.joined.join(
            noted,
            (noted.table_name == stored.name) & (noted.row_id == stored.c.id),
        ).add_columns(*(by_name[name].label(None) for name in table.key), *columns)


def _versioned() -> Iterator[RecordTable]:
    """The tables with versions, in the order of their names."""
    found = [table for table in RECORD_TABLES if table.versioned is not None]
    return iter(sorted(found, key=lambda table: table.name))


def _as_it_is(value: Any) -> Any:
    return value


def row_name(key: Sequence[Any]) -> str:
    """What names a row, as a JSON list."""
    return canonical_json([as_json(value) for value in key])


def _selected(source: Source) -> Any:
    """The column, with words as the database holds them: a few are in no enum."""
    is_word = source.type is ColumnType.WORD
    return type_coerce(source.expression, Text) if is_word else source.expression


def numbers_in(served: Any) -> Any:
    """The numbers of a JSON value by their names; None where it holds none.

    Their digits are written out, as PostgreSQL does, whichever database holds them.
    """
    if isinstance(served, dict):
        found = {key: numbers_in(value) for key, value in served.items()}
        return {key: each for key, each in found.items() if each is not None} or None
    if isinstance(served, bool) or not isinstance(served, int | Decimal):
        return None
    return served if isinstance(served, int) else _written_out(served)


def _written_out(number: Decimal) -> Decimal | int:
    plain = number.normalize()
    if plain == plain.to_integral_value():
        return int(plain)
    return Decimal(f"{plain:f}")
