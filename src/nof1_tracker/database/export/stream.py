"""Reads exported rows as a stream, so that memory does not grow with their number.

Values stay as the database writes them (see `export_rows.ColumnType`). Season and
account are read as keys that the writer looks up: six columns for the cost of one.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import Compiled, Select, Text, cast, func, select, text, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from nof1_tracker.database.engine.column_types import ExactNumeric
from nof1_tracker.database.engine.errors import explain
from nof1_tracker.database.export.read_ahead import produced_ahead
from nof1_tracker.database.export.row_kinds import ROW_KINDS
from nof1_tracker.database.export.source_columns import (
    ACCOUNT,
    RAW_ABOUT,
    SEASON,
    RowKind,
    Source,
)
from nof1_tracker.database.models import LLMModel, Season
from nof1_tracker.database.read.filters import ACCOUNT_ID
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.export_rows import (
    Batch,
    Column,
    ColumnType,
    ExportFilter,
    ExportKind,
)

_WITHOUT_RAW = {
    ExportKind.DECISIONS: (
        "Export their conversations: `nof1-tracker export chats --raw`."
    ),
    ExportKind.EXCHANGE_EQUITIES: "They are computed: leave out --raw.",
}
_ROWS_AT_ONCE = {ExportKind.CHATS: 200, ExportKind.DECISIONS: 1000}
"""Rows per batch, by their size: thoughts take 10 kB each, prompts as much again."""
_ROWS_AT_MOST = 4000
_RAW_ROWS_AT_MOST = 200
_BLOCK_BYTES = 4_000_000
_SEASON_PLACE, _ACCOUNT_PLACE, _FIRST_PLACE = 0, 1, 2


class TableExtract:
    """The wanted rows of one kind. Use it once, within a frozen unit of work."""

    def __init__(self, session: Session, wanted: ExportFilter) -> None:
        """Looks up what the keys stand for.

        Raises:
            ConfigurationError: The payload is requested of rows that have none.
        """
        self._connection = session.connection()
        self._wanted = wanted
        self._kind = ROW_KINDS[wanted.kind]
        self._sources = _sources(wanted)
        self.columns: Sequence[Column] = columns(
            wanted,
            _labels(session, Season.id, [SEASON]),
            _labels(session, LLMModel.id, ACCOUNT),
        )

    @property
    def _is_postgresql(self) -> bool:
        return self._connection.dialect.name == "postgresql"

    def batches(self) -> Generator[Batch, None, None]:
        """All rows in batches, each with one sequence of values per column.

        Raises:
            DatabaseError: The database fails midway.
        """
        cheapest = _as_text if self._is_postgresql else _as_stored
        size = _ROWS_AT_ONCE.get(self._wanted.kind, _ROWS_AT_MOST)
        size = min(size, _RAW_ROWS_AT_MOST) if self._wanted.with_raw else size
        with self._driver_errors(), closing(self._cursor(cheapest)) as cursor:
            while rows := cursor.fetchmany(size):
                yield list(zip(*rows, strict=True))

    def _cursor(self, shape: Callable[[Source], Any]) -> Any:
        """The driver's own cursor, so that no row object is made per row."""
        query = self._query(shape)
        if not self._is_postgresql:
            return self._connection.execute(query).cursor
        cursor: Any = self._connection.connection.cursor(name="export")
        compiled = self._compiled(query)
        cursor.execute(str(compiled), compiled.params)
        return cursor

    def csv_blocks(self) -> Generator[bytes, None, None] | None:
        """The rows as PostgreSQL's COPY writes them; None on SQLite.

        Raises:
            DatabaseError: The database fails midway.
        """
        return produced_ahead(self._copy) if self._is_postgresql else None

    def _copy(self, hand_over: Callable[[bytes], None]) -> None:
        self._connection.execute(text("SET LOCAL TIME ZONE 'UTC'"))
        query = self._compiled(self._query(_as_it_is))
        blocks = _Blocks(hand_over)
        with self._driver_errors():
            cursor: Any = self._connection.connection.cursor()
            rows = cursor.mogrify(str(query), query.params).decode()
            try:
                cursor.copy_expert(f"COPY ({rows}) TO STDOUT (FORMAT csv)", blocks)
            except BaseException:
                # The rest of the rows is still in transit on this connection.
                self._connection.invalidate()
                raise
        blocks.flush()

    def _compiled(self, query: Select[Any]) -> Compiled:
        """The query as the driver accepts it."""
        return query.compile(
            dialect=self._connection.dialect,
            compile_kwargs={"render_postcompile": True},
        )

    def _query(self, shape: Callable[[Source], Any]) -> Select[Any]:
        kind = self._kind
        keys = (kind.season_id, kind.model_id)
        query = kind.joined.add_columns(
            *(type_coerce(key, NullType()).label(None) for key in keys),
            *(shape(source).label(None) for source in self._sources),
        )
        return self._narrowed(query, kind).order_by(kind.order)

    def _narrowed(self, query: Select[Any], kind: RowKind) -> Select[Any]:
        wanted = self._wanted
        if wanted.account_ids is not None:
            accounts = select(LLMModel.id).where(ACCOUNT_ID.in_(wanted.account_ids))
            query = query.where(kind.model_id.in_(accounts))
        if wanted.season is not None:
            seasons = select(Season.id).where(Season.season_number == wanted.season)
            query = query.where(kind.season_id.in_(seasons))
        if wanted.since is not None:
            query = query.where(kind.observed_at >= wanted.since)
        if wanted.until is not None:
            query = query.where(kind.observed_at < wanted.until)
        return query

    @contextmanager
    def _driver_errors(self) -> Iterator[None]:
        """Converts the driver's own errors, which SQLAlchemy does not see here."""
        try:
            yield
        except self._connection.dialect.loaded_dbapi.Error as error:
            raise explain(error) from error


class _Blocks:
    """A file for COPY, which writes one complete row at a time."""

    def __init__(self, hand_over: Callable[[bytes], None]) -> None:
        self._hand_over = hand_over
        self._rows: list[bytes] = []
        self._bytes = 0

    def write(self, row: bytes) -> None:
        self._rows.append(row)
        self._bytes += len(row)
        if self._bytes >= _BLOCK_BYTES:
            self.flush()

    def flush(self) -> None:
        if self._rows:
            self._hand_over(b"".join(self._rows))
        self._rows = []
        self._bytes = 0


def columns(
    wanted: ExportFilter,
    seasons: Mapping[str, Mapping[int, Any]],
    accounts: Mapping[str, Mapping[int, Any]],
) -> list[Column]:
    """Columns of the file: what identifies a row, its season and account, the rest.

    Raises:
        ConfigurationError: The payload is requested of rows that have none.
    """
    own = [
        column_of(source, place)
        for place, source in enumerate(_sources(wanted), _FIRST_PLACE)
    ]
    of_season = [column_of(SEASON, _SEASON_PLACE, seasons.get(SEASON.name, {}))]
    of_account = [
        column_of(source, _ACCOUNT_PLACE, accounts.get(source.name, {}))
        for source in ACCOUNT
    ]
    leading = ROW_KINDS[wanted.kind].leading
    return own[:leading] + of_season + of_account + own[leading:]


def _sources(wanted: ExportFilter) -> list[Source]:
    kind = ROW_KINDS[wanted.kind]
    if not wanted.with_raw:
        return list(kind.sources)
    if kind.raw is None:
        raise ConfigurationError(
            f"No payloads are kept for single {wanted.kind}.",
            _WITHOUT_RAW[wanted.kind],
        )
    return [*kind.sources, Source("raw", kind.raw, RAW_ABOUT)]


def column_of(
    source: Source, place: int, labels: Mapping[int, Any] | None = None
) -> Column:
    sql_type = source.expression.type
    is_word = labels is not None and source.type is ColumnType.TEXT
    precision, scale = _digits(sql_type)
    return Column(
        name=source.name,
        type=ColumnType.WORD if is_word else source.type,
        about=source.about,
        place=place,
        precision=precision,
        scale=scale,
        in_percent=source.in_percent,
        labels=labels,
    )


def _digits(sql_type: Any) -> tuple[int, int]:
    if not isinstance(sql_type, ExactNumeric):
        return 0, 0
    numeric: Any = sql_type.impl_instance
    return numeric.precision, numeric.scale


def _labels(
    session: Session, key: Any, sources: Sequence[Source]
) -> dict[str, dict[int, Any]]:
    """What the keys of a table stand for, by column."""
    rows = session.execute(
        select(key, *(source.expression for source in sources))
    ).all()
    return {
        source.name: {row[0]: row[place] for row in rows}
        for place, source in enumerate(sources, 1)
    }


def _as_it_is(source: Source) -> Any:
    return source.expression


def _as_stored(source: Source) -> Any:
    """The column as SQLite stores it: numbers are doubles, all else is text."""
    return type_coerce(source.expression, NullType())


def _as_text(source: Source) -> Any:
    """The column on PostgreSQL: as text where the driver would make objects."""
    match source.type:
        case ColumnType.DECIMAL:
            return cast(func.trim_scale(source.expression), Text)
        case ColumnType.TIME:
            return cast(func.timezone("UTC", source.expression), Text)
        case ColumnType.JSON:
            return cast(source.expression, Text)
    return type_coerce(source.expression, NullType())
