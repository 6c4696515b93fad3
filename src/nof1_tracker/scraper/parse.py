"""Parses a payload as served into records; the entry point of this package."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypedDict

from nof1_tracker.clock import MOST_AHEAD, latest_believed
from nof1_tracker.errors import PayloadError
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.parsed import (
    Conversation,
    Inception,
    Leg,
    ParsedPayload,
    Price,
    Rejected,
    ReportedStatistics,
    Served,
    Snapshot,
)
from nof1_tracker.records.payloads import (
    FetchFailure,
    NotModified,
    PayloadSource,
    RawPayload,
    Request,
)
from nof1_tracker.records.stored import SettledHours
from nof1_tracker.scraper.leaderboard import (
    parse_account_totals,
    parse_analytics,
    parse_inception,
    parse_leaderboard,
    parse_prices,
)
from nof1_tracker.scraper.model_chat import parse_conversations
from nof1_tracker.scraper.parsing.rendered_table import (
    parse_rendered_leaderboard,
    table_rows,
)
from nof1_tracker.scraper.trades import parse_trades
from nof1_tracker.scraper.wire.fields import instant
from nof1_tracker.scraper.wire.json_text import (
    MAX_EXCERPT,
    Document,
    body_excerpt,
    decode,
)
from nof1_tracker.scraper.wire.payload_rows import PayloadRows
from nof1_tracker.scraper.wire.row_shape import traits_of
from nof1_tracker.scraper.wire.shapes import TOP_KEYS, locate, rows_of

PARSER_VERSION = 3
"""Raised with each change of what is read from a row: rows that are stored are read
again then, where they are met."""
_EXPECTED_KEYS = frozenset({"serverTime", "lastHourlyMarkerRead"})
_HOUR = "since_inception_hourly_marker"


class _Records(TypedDict, total=False):
    snapshots: tuple[Snapshot, ...]
    legs: tuple[Leg, ...]
    conversations: tuple[Conversation, ...]
    statistics: tuple[ReportedStatistics, ...]
    prices: tuple[Price, ...]
    inceptions: tuple[Inception, ...]


def scrape(
    source: PayloadSource, requests: Sequence[Request]
) -> Iterator[ParsedPayload | NotModified | FetchFailure]:
    """Yields one result per request, in order of arrival.

    Raises:
        SourceUnreachableError: Raised by the source's `fetch`.
        BrowserUnavailableError: Raised by the source's `fetch`.
    """
    for result in source.fetch(requests):
        yield parse_payload(result) if isinstance(result, RawPayload) else result


def parse_payload(
    payload: RawPayload, settled: SettledHours | None = None
) -> ParsedPayload:
    """Everything that a payload contains; what cannot be parsed is in `rejected`.

    Args:
        settled: Leaves out the rows of account-totals of these hours, as the site does
            when it is asked for later rows only. A page asks for the whole season each
            time.
    """
    try:
        document = decode(payload.body)
    except PayloadError as error:
        return _refused(payload, payload.endpoint, str(error))
    found = locate(document.value)
    if found is None and payload.endpoint and document.value == []:
        found = payload.endpoint, []
    if found is None:
        return _refused(payload, payload.endpoint, _unrecognised(document.value))
    endpoint, value = found
    table = endpoint is Endpoint.RENDERED_LEADERBOARD
    rows = table_rows(value) if table else rows_of(endpoint, value)
    if rows is None:
        return _refused(payload, endpoint, "its rows are neither a list nor an object")
    if settled is not None and endpoint is Endpoint.ACCOUNT_TOTALS:
        rows = [row for row in rows if not _is_settled(row, settled)]
    stated = _clock(document.value)
    believed = _believed(stated, payload)
    payload_rows = PayloadRows(
        endpoint,
        rows,
        payload.captured_at,
        observed_at=believed or payload.captured_at,
        latest=_latest(believed, payload.observed_at),
    )
    if stated != believed:
        payload_rows.warn("its serverTime is more than a day ahead, and is ignored")
    _note_top(payload_rows, document, value)
    served = Served(believed or payload.observed_at, PARSER_VERSION)
    return _parsed(payload, payload_rows, served)


def _believed(stated: datetime | None, payload: RawPayload) -> datetime | None:
    """The payload's own clock, unless it is a day ahead of when it was served."""
    served_at = payload.observed_at and payload.captured_at
    is_ahead = stated is not None and stated > latest_believed(served_at)
    return None if is_ahead else stated


def _latest(*observations: datetime | None) -> datetime:
    """The latest time to believe in rows that were observed then."""
    known = [at for at in observations if at is not None]
    return max(known) + MOST_AHEAD if known else latest_believed()


def _is_settled(row: Any, settled: SettledHours) -> bool:
    marker = row.get(_HOUR) if isinstance(row, dict) else None
    if not isinstance(marker, int) or marker > settled.last:
        return False
    try:
        return instant(row.get("timestamp")) <= settled.until
    except (TypeError, ValueError):
        return False


def _parsed(
    payload: RawPayload, payload_rows: PayloadRows, served: Served
) -> ParsedPayload:
    records = _records(payload_rows)
    return ParsedPayload(
        endpoint=payload_rows.endpoint,
        origin=payload.origin,
        transport=payload.transport,
        captured_at=payload.captured_at,
        observed_at=payload_rows.observed_at,
        fetched=len(payload_rows.rows),
        accounts=tuple(payload_rows.accounts.values()),
        rejected=tuple(payload_rows.rejected),
        warnings=payload_rows.warnings(),
        traits=traits_of(payload_rows.endpoint, payload_rows.rows),
        etag=payload.etag,
        served=served,
        rejected_rows=payload_rows.rejected_rows,
        rejected_parts=payload_rows.rejected_parts,
        **records,
    )


def _records(payload_rows: PayloadRows) -> _Records:
    if payload_rows.endpoint is Endpoint.CONVERSATIONS:
        conversations, snapshots, prices = parse_conversations(payload_rows)
        return {
            "conversations": conversations,
            "snapshots": snapshots,
            "prices": prices,
        }
    return _PARSERS[payload_rows.endpoint](payload_rows)


_PARSERS: Final[Mapping[Endpoint, Callable[[PayloadRows], _Records]]] = {
    Endpoint.ACCOUNT_TOTALS: lambda payload: {
        "snapshots": parse_account_totals(payload)
    },
    Endpoint.TRADES: lambda payload: {"legs": parse_trades(payload)},
    Endpoint.LEADERBOARD: lambda payload: {"snapshots": parse_leaderboard(payload)},
    Endpoint.ANALYTICS: lambda payload: {"statistics": parse_analytics(payload)},
    Endpoint.INCEPTION: lambda payload: {"inceptions": parse_inception(payload)},
    Endpoint.PRICES: lambda payload: {"prices": parse_prices(payload)},
    Endpoint.RENDERED_LEADERBOARD: lambda payload: {
        "snapshots": parse_rendered_leaderboard(payload)
    },
}


def _refused(
    payload: RawPayload, endpoint: Endpoint | None, reason: str
) -> ParsedPayload:
    """The parsed of a body of which nothing could be used."""
    name = endpoint or "unknown"
    rejected = Rejected(name, reason, body_excerpt(payload.body))
    return ParsedPayload(
        endpoint=endpoint,
        origin=payload.origin,
        transport=payload.transport,
        captured_at=payload.captured_at,
        observed_at=payload.captured_at,
        fetched=0,
        rejected=(rejected,),
        rejected_rows=1,
        etag=payload.etag,
    )


def _unrecognised(value: Any) -> str:
    if not isinstance(value, dict):
        return "a list whose rows are of no known kind"
    keys = ", ".join(key[:50] for key in list(value)[:8])
    return f"not a payload of the site that is known: its keys are {keys or '(none)'}"


def _clock(value: Any) -> datetime | None:
    """The source's clock in a payload; None where it states none."""
    try:
        return instant(value["serverTime"])
    except (TypeError, KeyError, ValueError):
        return None


def _note_top(payload_rows: PayloadRows, document: Document, rows: Any) -> None:
    """Notes what is found beside the rows: damage, repeated and unknown keys."""
    if document.fault:
        rest = (document.remainder or "")[:MAX_EXCERPT]
        payload_rows.reject_text(document.fault, rest)
    if document.repeated:
        payload_rows.reject_repeated(document.repeated)
    if not isinstance(document.value, dict) or document.value is rows:
        return
    for key, value in document.value.items():
        if value is rows and key not in TOP_KEYS:
            payload_rows.warn(f"the rows stand under the new key {key[:50]!r}")
        elif value is not rows and key not in _EXPECTED_KEYS:
            payload_rows.warn(f"unknown key {key[:50]!r} beside the rows")
            if isinstance(value, dict | list) and value:
                payload_rows.reject("not understood beside the rows", {key: value})
