"""A process that parses what its parent sends, until the parent ends.

It is a module of its own so that it imports nothing but the parsers.
"""

import contextlib
import copyreg
import io
import pickle
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from multiprocessing.connection import Connection
from operator import attrgetter
from typing import Any

from nof1_tracker.database.columns.collector_pause import collector_paused
from nof1_tracker.database.engine.written_json import WrittenJson
from nof1_tracker.records.parsed import (
    Account,
    Conversation,
    Decision,
    ParsedPayload,
    Position,
    Price,
    Snapshot,
)
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.scraper.parse import parse_payload


def _by_values(kind: type) -> Callable[[Any], tuple[type, tuple[Any, ...]]]:
    values = attrgetter(*(each.name for each in fields(kind)))
    return lambda record: (kind, values(record))


class _Pickler(pickle.Pickler):
    """Packs records as their values, which takes half as long to unpack as their state."""

    dispatch_table = copyreg.dispatch_table | {
        kind: _by_values(kind)
        for kind in (Account, Conversation, Decision, Position, Price, Snapshot)
    }


def _packed(parsed: ParsedPayload | None) -> bytes:
    to = io.BytesIO()
    _Pickler(to, pickle.HIGHEST_PROTOCOL).dump(parsed)
    return to.getvalue()


def written(parsed: ParsedPayload) -> ParsedPayload:
    """The same, with the text of each row as served, which the parent stores."""
    snapshots = tuple(map(_snapshot, parsed.snapshots))
    conversations = tuple(map(_conversation, parsed.conversations))
    return replace(parsed, snapshots=snapshots, conversations=conversations)


def _snapshot(snapshot: Snapshot) -> Snapshot:
    positions = snapshot.positions
    if positions is not None:
        positions = tuple(
            replace(each, raw=WrittenJson.of(each.raw)) for each in positions
        )
    return replace(snapshot, positions=positions, raw=WrittenJson.of(snapshot.raw))


def _conversation(conversation: Conversation) -> Conversation:
    decisions = tuple(map(_decision, conversation.decisions))
    raw = WrittenJson.of(conversation.raw)
    return replace(conversation, decisions=decisions, raw=raw)


def _decision(decision: Decision) -> Decision:
    if not isinstance(decision.raw, dict):
        return decision
    return replace(decision, raw=WrittenJson.of(decision.raw))


def serve(connection: Connection) -> None:
    """Answers each payload with what is in it, or with None if parsing fails."""
    with contextlib.suppress(EOFError, OSError):  # the parent has ended
        while True:
            connection.send_bytes(_packed(_parsed(connection.recv())))


def _parsed(payload: RawPayload) -> ParsedPayload | None:
    try:
        with collector_paused():
            return written(parse_payload(payload))
    except Exception:  # noqa: BLE001 - the parent parses it again, and tells
        return None


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
