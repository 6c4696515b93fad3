"""Use case: parse what is stored again with the current code, as it was served.

Nothing is deleted: of one answer of the site, what today's code reads stands. What it
no longer understands stays as it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.database.engine.column_types import load_json, unsorted_json
from nof1_tracker.database.repositories import Repositories
from nof1_tracker.database.write.versions.served_rows import (
    SERVED_ROWS,
    ServedRow,
    ServedRows,
)
from nof1_tracker.records.enums import Endpoint, EquitySource, RowKind
from nof1_tracker.records.parsed import Conversation, ParsedPayload
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.records.run_summary import RunSummary, StoredRows
from nof1_tracker.records.stored import Tally
from nof1_tracker.scraper import parse
from nof1_tracker.scraper.wire.shapes import KEYS
from nof1_tracker.services.reprocess.moved_rows import ORIGIN
from nof1_tracker.services.storing.store_payload import Report
from nof1_tracker.services.storing.store_records import store_records

_UNDATED = (Endpoint.LEADERBOARD, Endpoint.RENDERED_LEADERBOARD, Endpoint.ANALYTICS)
"""Endpoints of whose rows the time may be that of the capture."""


def reprocess_stored(
    engine: Engine, clock: Clock, summary: RunSummary, report: Report = lambda _: None
) -> None:
    """Parses all stored rows again that older code read, a chunk per transaction.

    Adds what became of them to the summary. No event is made of what it changes.

    Raises:
        DatabaseError: The database failed; the chunks up to then stay stored.
    """
    parser = parse.PARSER_VERSION
    with UnitOfWork(engine) as unit:
        queries = unit.repositories.served_rows
        totals = [queries.count(rows, parser) for rows in SERVED_ROWS]
    done = 0
    for rows in SERVED_ROWS:
        for chunk in _chunks(engine, rows, parser):
            _read_again(engine, clock, rows, chunk, summary)
            done += len(chunk)
            report(f"reading stored rows again: {done:,} of {sum(totals):,}")


def _chunks(
    engine: Engine, rows: ServedRows, parser: int
) -> Iterator[Sequence[ServedRow]]:
    after = 0
    while True:
        with UnitOfWork(engine) as unit:
            chunk = unit.repositories.served_rows.chunk(rows, parser, after)
        if not chunk:
            return
        yield chunk
        after = chunk[-1].id


def _read_again(
    engine: Engine,
    clock: Clock,
    rows: ServedRows,
    chunk: Sequence[ServedRow],
    summary: RunSummary,
) -> None:
    """Stores what today's code reads in a chunk, in one transaction."""
    started = clock.monotonic()
    payloads = [_parsed(rows, each) for each in _bodies(rows, chunk)]
    outcomes = []
    with UnitOfWork(engine, writes=True) as unit:
        repositories = unit.repositories
        before = repositories.changes.reached()
        for parsed in payloads:
            if rows.are_positions:
                outcomes.append((parsed, _store_positions(repositories, parsed)))
            else:
                done = store_records(repositories, parsed)
                outcomes.append((done.parsed, done.rows))
        repositories.events.skip(before, repositories.changes.reached())
        unit.commit()
    seconds = (clock.monotonic() - started) / len(outcomes)
    for parsed, stored in outcomes:
        _add(summary, rows, parsed, stored, seconds)


def _bodies(
    rows: ServedRows, chunk: Sequence[ServedRow]
) -> Iterator[Sequence[ServedRow]]:
    """The rows that can have been parts of one body, the oldest first."""
    groups: dict[Any, list[ServedRow]] = defaultdict(list)
    for row in sorted(chunk, key=lambda each: each.dated_at):
        is_undated = rows.endpoint in _UNDATED
        columns = tuple(row.raw) if _is_table(rows) else ()
        time = row.dated_at if is_undated else None
        groups[row.observed_at, time, row.open_positions, columns].append(row)
    yield from groups.values()


def _is_table(rows: ServedRows) -> bool:
    return rows.endpoint is Endpoint.RENDERED_LEADERBOARD


def _parsed(rows: ServedRows, body: Sequence[ServedRow]) -> ParsedPayload:
    """What today's code reads in the rows; their faults are only counted."""
    newest = body[-1]
    observed_at = None if rows.endpoint in _UNDATED else newest.observed_at
    parsed = parse.parse_payload(
        RawPayload(
            body=_text(rows, body).encode(),
            origin=ORIGIN,
            captured_at=observed_at or newest.dated_at,
            transport=ORIGIN,
            endpoint=rows.endpoint,
            observed_at=newest.observed_at,
        )
    )
    parsed = replace(parsed, rejected=(), traits=())
    if rows.endpoint is Endpoint.CONVERSATIONS:
        return _in_served_order(parsed, body)
    if rows.endpoint is not Endpoint.ACCOUNT_TOTALS:
        return parsed
    shown = newest.open_positions
    snapshots = (replace(each, open_positions=shown) for each in parsed.snapshots)
    return replace(parsed, snapshots=tuple(snapshots))


def _in_served_order(parsed: ParsedPayload, body: Sequence[ServedRow]) -> ParsedPayload:
    """With texts as they were where they only differ in the order of their fields.

    Where a conversation has no thought, its text is the response as JSON; databases
    do not keep the order in which the site served its fields.
    """
    texts: dict[Any, list[str]] = defaultdict(list)
    for row in body:
        texts[row.raw.get("id")].append(row.content or "")
    conversations = (
        (
            each
            if each.has_thought
            else replace(each, content=_stored_text(each, texts[each.conversation_id]))
        )
        for each in parsed.conversations
    )
    return replace(parsed, conversations=tuple(conversations))


def _stored_text(conversation: Conversation, stored: Iterable[str]) -> str:
    """The stored text that is equal JSON; else the conversation's own."""
    wanted = _json_in(conversation.content)
    equal = (text for text in stored if wanted is not None and _json_in(text) == wanted)
    return next(equal, conversation.content)


def _json_in(text: str) -> Any:
    """The JSON value of a text; None for prose."""
    try:
        return load_json(text)
    except ValueError:
        return None


def _text(rows: ServedRows, body: Sequence[ServedRow]) -> str:
    """The rows as a body of their endpoint."""
    key = KEYS[rows.endpoint]
    served = [row.raw for row in body]
    if not _is_table(rows):
        return unsorted_json({key: served})
    cells = [list(row.values()) for row in served]
    return unsorted_json({key: {"columns": list(served[0]), "rows": cells}})


def _store_positions(
    repositories: Repositories, parsed: ParsedPayload
) -> list[StoredRows]:
    """Stores the positions without the rows that they were part of."""
    positions = [p for each in parsed.snapshots for p in each.positions or ()]
    accounts = repositories.accounts.ensure(parsed.accounts, parsed.observed_at)
    held = repositories.snapshots.store_positions(positions, accounts, parsed.served)
    entries = {(row["model_id"], row["entry_oid"]) for row in held.changed}
    if entries:
        repositories.trades.refresh(entries, accounts)
    source = EquitySource.ACCOUNT_TOTALS.value
    return [StoredRows(RowKind.POSITIONS, source, parsed.fetched, held.tally)]


def _add(
    summary: RunSummary,
    rows: ServedRows,
    parsed: ParsedPayload,
    stored: Sequence[StoredRows],
    seconds: float,
) -> None:
    """Adds the outcome; rows that are not understood any longer are unchanged."""
    kind = RowKind.POSITIONS if rows.are_positions else parsed.row_kind
    read = sum(each.tally.total for each in stored if each.kind is kind)
    source = next((each.source for each in stored if each.kind is kind), parsed.source)
    rest = Tally(unchanged=max(0, parsed.fetched - read))
    outcome = [*stored, StoredRows(kind, source, 0, rest)]
    fetched = 0 if rows.are_positions else parsed.fetched
    counted = replace(parsed, fetched=fetched, rejected_rows=0, rejected_parts=0)
    summary.add_payload(counted, outcome, seconds)
