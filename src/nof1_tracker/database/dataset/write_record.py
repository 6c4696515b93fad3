"""Brings the rows of a dataset into a database, through what stores every other row.

So what stands rules: a row that is there already is weighed against the one that
comes. What follows from stored rows (ranks, open trades, headlines) is derived again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import Any

from sqlalchemy import Enum as SqlEnum
from sqlalchemy.orm import InstrumentedAttribute, Session

from nof1_tracker.database.dataset.read_record import VERSIONS, row_name
from nof1_tracker.database.dataset.record_tables import RECORD_TABLES, RecordTable
from nof1_tracker.database.engine.column_types import JsonText, load_json
from nof1_tracker.database.hours.refresh_hours import refresh_hours
from nof1_tracker.database.models import ModelChat
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.database.write.accounts import AccountRow, BroughtAccount
from nof1_tracker.database.write.references import store_price_rows
from nof1_tracker.database.write.upsert import values_by_key
from nof1_tracker.database.write.versions.store_versions import Stored, store_versions
from nof1_tracker.database.write.versions.version_order import FIGURES_ONLY
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.enums import PriceSource, SeasonStatus, TradeSource
from nof1_tracker.records.export_rows import LoadedTable
from nof1_tracker.records.parsed import Account
from nof1_tracker.records.stored import SeasonSpan

Row = Mapping[str, Any]
Rows = Callable[[str], Iterable[Row]]
"""The rows of a table of the dataset, as values by column name."""

_AT_ONCE = 2000
_BY_NAME = {table.name: table for table in RECORD_TABLES}


class RecordWriter:
    """Stores one dataset. Use it within a writing unit of work.

    Attributes:
        notes: What was decided about seasons and accounts, one line each for a person.
    """

    def __init__(
        self, session: Session, repositories: Repositories, rows: Rows
    ) -> None:
        self._session = session
        self._repositories = repositories
        self._rows = rows
        self._new_chats: set[str] = set()
        self._entries: set[tuple[int, int]] = set()
        self._ranked: set[int] = set()
        self._traded: set[int] = set()
        self._headlines: set[int] = set()
        self.notes: list[str] = []

    def store(self) -> list[LoadedTable]:
        """Stores every table; returns what that did, table by table.

        Raises:
            ConfigurationError: A value has no place in its column.
        """
        with _told("seasons"):
            self._store_seasons()
        with _told("accounts"):
            accounts = self._store_accounts()
        done = [
            accounts,
            self._store_table("snapshots", self._snapshot, self._note_snapshots),
            self._store_table("positions", self._position, self._note_entries),
            self._store_table("trades", self._leg, self._note_legs),
            self._store_table("conversations", self._chat, self._note_chats),
            self._store_table("decisions", self._decision, self._note_decisions),
            self._store_table("statistics", self._statistics, _note_nothing),
            self._store_table("prices", _price, _note_nothing),
        ]
        self._derive()
        self.notes += self._repositories.accounts.notes
        return done

    def _derive(self) -> None:
        """What follows from the rows that are new or changed."""
        for model_id in sorted(self._traded):
            self._repositories.reconstructed_legs.drop_served(model_id)
        if self._entries:
            self._repositories.trades.refresh(self._entries, self._accounts)
        self._repositories.reassigned(self._ranked)
        self._repositories.chats.refresh_headlines(sorted(self._headlines))

    # --- seasons and accounts ---------------------------------------------------

    def _store_seasons(self) -> None:
        """Adds the seasons that are not known; in an empty database, those of the file."""
        seasons = self._repositories.seasons
        is_empty = not any(any(seasons.row_counts(each.id)) for each in seasons.spans)
        for span in self._spans:
            known = seasons.by_number(span.number)
            if span.start is None or (known and not is_empty):
                continue
            if known and replace(known, id=0, until=None) == span:
                continue
            try:
                changed = seasons.save(replace(span, id=known.id if known else 0))
            except ConfigurationError as error:
                self.notes.append(f"{span.name} was left out: {error.message}")
                continue
            self._ranked |= changed

    @cached_property
    def _spans(self) -> Sequence[SeasonSpan]:
        """The seasons of the dataset by start, each until the next."""
        found = [_span(row) for row in self._rows("seasons")]
        return sorted(found, key=lambda span: (span.start is not None, span.start))

    def _season_id(self, number: Decimal | None, time: datetime) -> int:
        """The season of a time; of a row that was put elsewhere, that one."""
        seasons = self._repositories.seasons
        by_time = [each for each in self._spans if each.start and each.start <= time]
        natural = by_time[-1].number if by_time else Decimal(0)
        if number is None or number == natural:
            return seasons.id_at(time)
        asked_for = seasons.by_number(number.normalize() + 0)
        return asked_for.id if asked_for else seasons.id_at(time)

    def _store_accounts(self) -> LoadedTable:
        return LoadedTable("accounts", len(self._accounts), self._new_accounts, 0)

    @cached_property
    def _accounts(self) -> Mapping[str, AccountRow]:
        """The stored rows of the dataset's accounts, by the id that they have there."""
        aliases: dict[str, dict[str, datetime | None]] = defaultdict(dict)
        for row in self._rows("aliases"):
            aliases[row["model_id"]][row["alias"]] = row["observed_at"]
        brought = self._repositories.accounts.bring(
            _known(row, aliases[row["model_id"]]) for row in self._rows("accounts")
        )
        self._new_accounts = brought.new
        return brought.accounts

    def _account_id(self, row: Row) -> int:
        try:
            return self._accounts[row["model_id"]].id
        except KeyError:
            raise ConfigurationError(
                f"A row is of the account {row['model_id']!r}, which is not in the"
                " dataset.",
                "Get the dataset again from where it was published.",
            ) from None

    # --- rows ---------------------------------------------------------------------

    def _store_table(
        self,
        name: str,
        adapt: Callable[[dict[str, Any], Row], dict[str, Any] | None],
        note: Callable[[Stored], None],
    ) -> LoadedTable:
        table = _BY_NAME[name]
        assert table.versioned is not None  # noqa: S101  rows of no others come here
        total = inserted = updated = 0
        source = iter(self._rows(name))
        while chunk := list(islice(source, _AT_ONCE)):
            self._prepare(name, chunk)
            with _told(name):
                rows = [
                    version
                    for row in chunk
                    if (stored := adapt(_columns(table, row), row)) is not None
                    for version in self._served(table, stored, row)
                ]
            if name == "prices":
                done = store_price_rows(self._session, rows)
            else:
                done = store_versions(self._session, table.versioned, rows)
            note(done)
            total += len(chunk)
            inserted += done.tally.inserted
            updated += done.tally.updated
        return LoadedTable(name, total, inserted, updated)

    def _prepare(self, name: str, chunk: Sequence[Row]) -> None:
        """Looks up the conversations that the decisions of a chunk are part of."""
        if name == "decisions":
            wanted = {row["conversation_id"] for row in chunk}
            key = ModelChat.conversation_id
            self._chat_ids = values_by_key(
                self._session, key, ModelChat.id, filter(None, wanted)
            )

    def _served(
        self, table: RecordTable, stored: dict[str, Any], row: Row
    ) -> Iterator[dict[str, Any]]:
        """The row in each version in which it was served."""
        kind = table.versioned
        assert kind is not None  # noqa: S101  see _store_table
        has_raw = "raw_data" in kind.table.c
        name = row_name([row[each] for each in table.key if each in row])
        found = self._versions.get((table.name, name), ())
        for version in found or (row,):
            values = dict(stored)
            if found:
                dialect = self._session.get_bind().dialect
                values |= kind.load(load_json(version["fields"]), dialect)
                if table.name == "conversations":
                    values["content"] = values["content"] or ""
            raw = version.get("raw")
            values |= {
                "stated": version["stated"] or 0,
                "raw_digest": version["digest"],
                "first_observed_at": version["first_observed_at"],
                "last_observed_at": version["last_observed_at"],
                "parser": 0 if _is_whole(table, version) else FIGURES_ONLY,
            }
            if has_raw and raw is not None:
                values["raw_data"] = JsonText(raw)
            elif has_raw:
                values.setdefault("raw_data", None)
            yield values

    @cached_property
    def _versions(self) -> Mapping[tuple[str, str], Sequence[Row]]:
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self._rows(VERSIONS):
            found[row["table"], row["row"]].append(row)
        return found

    def _snapshot(self, stored: dict[str, Any], row: Row) -> dict[str, Any]:
        season = self._season_id(row["season"], row["observed_at"])
        return stored | {
            "roi": stored["pnl_percent"],
            "model_id": self._account_id(row),
            "season_id": season,
        }

    def _position(self, stored: dict[str, Any], row: Row) -> dict[str, Any]:
        plan = {"invalidation_condition": row.get("invalidation_condition")}
        return stored | plan | {"model_id": self._account_id(row)}

    def _leg(self, stored: dict[str, Any], row: Row) -> dict[str, Any] | None:
        """None for an open position: that follows from the positions."""
        if row["exit_price"] is None or row["trade_id"] is None:
            return None
        opened_at = row["opened_at"] or row["opened_not_later_than"]
        unset = ("leverage", "confidence", "opened_not_earlier_than")
        leg = {name: stored[name] for name in stored if name not in unset}
        of_fills = row["source"] == TradeSource.HYPERLIQUID
        return leg | {
            "source": TradeSource.HYPERLIQUID if of_fills else TradeSource.SITE,
            "opened_at": opened_at,
            "model_id": self._account_id(row),
            "season_id": self._season_id(row["season"], opened_at),
        }

    def _chat(self, stored: dict[str, Any], row: Row) -> dict[str, Any] | None:
        if row["conversation_id"] is None:
            return None
        return stored | {
            "content": row.get("content") or "",
            "summary": row.get("summary"),
            "model_id": self._account_id(row),
            "season_id": self._season_id(row["season"], row["observed_at"]),
        }

    def _decision(self, stored: dict[str, Any], row: Row) -> dict[str, Any] | None:
        chat_id = self._chat_ids.get(row["conversation_id"])
        if chat_id is None:
            return None
        return stored | {
            "invalidation_condition": row.get("invalidation_condition"),
            "justification": row.get("justification"),
            "model_chat_id": chat_id,
        }

    def _statistics(self, stored: dict[str, Any], row: Row) -> dict[str, Any]:
        figures = JsonText(row["figures"] or "{}")
        return stored | {"raw_data": figures, "model_id": self._account_id(row)}

    # --- what follows ---------------------------------------------------------------

    def _note_snapshots(self, done: Stored) -> None:
        self._ranked |= {row["season_id"] for row in done.changed}
        refresh_hours(self._session, done.changed)

    def _note_entries(self, done: Stored) -> None:
        self._entries |= {
            (row["model_id"], row["entry_oid"])
            for row in done.changed
            if row["entry_oid"] is not None
        }

    def _note_legs(self, done: Stored) -> None:
        self._repositories.trades.follow_openings(done.updated)
        self._traded |= {row["model_id"] for row in done.changed}
        self._note_entries(done)

    def _note_chats(self, done: Stored) -> None:
        self._new_chats |= {row["conversation_id"] for row in done.inserted}
        self._headlines |= done.updated.keys()

    def _note_decisions(self, done: Stored) -> None:
        """Conversations that are new have the headline of the dataset already."""
        new = {
            chat_id
            for name, chat_id in self._chat_ids.items()
            if name in self._new_chats
        }
        self._headlines |= {row["model_chat_id"] for row in done.changed} - new


@contextmanager
def _told(table: str) -> Iterator[None]:
    """Tells rows that are not what `dataset build` writes as an error for people."""
    try:
        yield
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise ConfigurationError(
            f"A row of {table} in the dataset is not understood ({error});"
            " nothing was loaded.",
            "Get the dataset again from where it was published.",
        ) from error


def _note_nothing(_done: Stored) -> None:
    """Nothing follows from these rows."""


def _price(stored: dict[str, Any], _row: Row) -> dict[str, Any]:
    """Datasets of before had the site's own list of prices alone."""
    before = {
        "source": PriceSource.CRYPTO_PRICES,
        "funding_rate": None,
        "open_interest": None,
    }
    return before | stored


def _is_whole(table: RecordTable, version: Row) -> bool:
    """Whether nothing of the row as served is left out; prices are figures alone."""
    if table.name == "prices":
        return True
    if table.name == "decisions":
        return "justification" in version
    return version.get("raw") is not None


def _columns(table: RecordTable, row: Row) -> dict[str, Any]:
    """The row's values by column of the database, where the column is its own."""
    assert table.versioned is not None  # noqa: S101  see _store_table
    found = {}
    for source in table.sources:
        column = source.expression
        if source.name not in row or source.name in ("raw", "figures"):
            continue
        if not isinstance(column, InstrumentedAttribute):
            continue
        if column.class_.__table__ is table.versioned.table:
            found[column.key] = _stored(
                source.in_percent, column.type, row[source.name]
            )
    return found


def _stored(in_percent: bool, kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, SqlEnum) and kind.enum_class is not None:
        return _word(kind.enum_class, value)
    return value.scaleb(2) if in_percent else value


def _word(words: Any, value: str) -> Any:
    try:
        return words(value)
    except ValueError:
        raise ConfigurationError(
            f"{value!r} is not one of {', '.join(words)}.",
            "A newer nof1-tracker may know it.",
        ) from None


def _known(row: Row, aliases: Mapping[str, datetime | None]) -> BroughtAccount:
    return BroughtAccount(
        account=_account(row, aliases),
        named_at=row["name_observed_at"],
        ids={row["model_id"]: row["id_observed_at"], **aliases},
        started_at=row["started_at"],
        is_active=row["is_active"],
    )


def _account(row: Row, aliases: Iterable[str]) -> Account:
    return Account(
        account_id=row["model_id"],
        name=row["name"],
        provider=row["provider"],
        base_model=row["base_model"] or row["model_id"],
        variant=row["variant"],
        served_name=row["served_name"],
        is_benchmark=row["is_benchmark"],
        aliases=tuple(aliases),
    )


def _span(row: Row) -> SeasonSpan:
    return SeasonSpan(
        id=0,
        number=row["season"].normalize() + 0,
        name=row["name"],
        start=row["start_date"],
        end=row["end_date"],
        initial_equity=row["initial_equity"],
        status=_word(SeasonStatus, row["status"]),
        is_provisional=row["is_provisional"],
    )
