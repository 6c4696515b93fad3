"""A process that parses what its parent sends, until the parent ends.

It is a module of its own so that it imports nothing but the parsers.
"""

import contextlib
import sys
from multiprocessing.connection import Connection

from nof1_tracker.database.columns.collector_pause import collector_paused
from nof1_tracker.records.parsed import ParsedPayload
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.scraper.parse import parse_payload


def serve(connection: Connection) -> None:
    """Answers each payload with what is in it, or with None if parsing fails."""
    with contextlib.suppress(EOFError, OSError):  # the parent has ended
        while True:
            connection.send(_parsed(connection.recv()))


def _parsed(payload: RawPayload) -> ParsedPayload | None:
    try:
        with collector_paused():
            return parse_payload(payload)
    except Exception:  # noqa: BLE001 - the parent parses it again, and tells
        return None


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
