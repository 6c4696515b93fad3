"""Entries of the feed as server-sent events.

Only the last message of a transaction has its version as the id: a client that
is cut off before gets the whole transaction again, rather than half of it.
"""

from nof1_tracker.records.live.feed_entries import FeedChange, FeedEntry
from nof1_tracker.rendering.programs.output import iso, to_line

AGAIN = b"retry: 2000\n\n"
"""Lets a browser that is cut off come back after two seconds."""
HEARTBEAT = b": heartbeat\n\n"


def messages_of(entry: FeedEntry) -> bytes:
    """A message for each kind that the transaction changed."""
    *others, last = entry.changes
    parts = [_message(_kind(each), _content(entry, each)) for each in others]
    parts.append(_message(_kind(last), _content(entry, last), entry.version))
    return b"".join(parts)


def version_message(version: int, *, is_whole: bool) -> bytes:
    """Where the listener stands.

    `ready`: nothing up to this version is missing. `reset`: something may be, so that
    what the listener has may be out of date in any part.
    """
    event = "ready" if is_whole else "reset"
    return _message(event, to_line({"version": version}), version)


def _kind(change: FeedChange) -> str:
    return change.kind.value


def _content(entry: FeedEntry, change: FeedChange) -> str:
    return to_line(
        {
            "version": entry.version,
            "committed_at": iso(entry.committed_at),
            "kind": change.kind.value,
            "count": change.count,
            "ids": change.ids,
        }
    )


def _message(event: str, data: str, version: int | None = None) -> bytes:
    id_ = "" if version is None else f"id: {version}\n"
    return f"event: {event}\n{id_}data: {data}\n\n".encode()
