"""Messages made of events: one by one, or many as a digest."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

from nof1_tracker.notify.quiet_hours import QuietHours
from nof1_tracker.records.events import Event, EventKind, StoredEvent
from nof1_tracker.records.sanitize import shortened

LONGEST_TITLE = 150
LONGEST_BODY = 1700
"""Characters; Discord accepts 2,000 including the title, WeCom 2,048 bytes."""
_LINES_PER_KIND = 8
_HEADING = 50
"""Characters reserved for a kind's heading and its count of omitted events."""

_NAMES: Mapping[EventKind, str] = {
    EventKind.LIQUIDATION: "Liquidations",
    EventKind.LARGE_LOSS: "Large losses",
    EventKind.DRAWDOWN: "Drawdowns",
    EventKind.STALE_SOURCE: "Stale sources",
    EventKind.ENDPOINT_HELD: "Pauses that the site asked for",
    EventKind.UNRECORDED: "Stored without being recorded",
    EventKind.GAP: "Gaps",
    EventKind.SCHEMA_DRIFT: "Changes at the source",
    EventKind.NEW_SEASON: "New seasons",
    EventKind.NEW_MODEL: "New models",
    EventKind.RANK_CHANGE: "Ranks",
    EventKind.LARGE_TRADE: "Large positions opened",
    EventKind.POSITION_OPENED: "Positions opened",
    EventKind.POSITION_CLOSED: "Positions closed",
    EventKind.RECOVERED: "Recovered",
}
"""Headings of the kinds in a digest, in its order: the gravest first."""

_PREFIXES: Mapping[EventKind, str] = {
    EventKind.LIQUIDATION: "Liquidation: ",
    EventKind.LARGE_LOSS: "Large loss: ",
    EventKind.LARGE_TRADE: "Large position: ",
    EventKind.DRAWDOWN: "Drawdown: ",
}
"""What a title does not say about its kind, for messages without a heading."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message; its texts are sanitized.

    Attributes:
        events: The events it reports, oldest first; never empty.
    """

    title: str
    text: str
    events: tuple[StoredEvent, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its events."""
        return tuple(stored.event.key for stored in self.events)


def for_machines(events: Sequence[StoredEvent]) -> Sequence[Message]:
    """One message per event, whatever the time of day and the number of events."""
    return [single(stored) for stored in events]


def single(stored: StoredEvent) -> Message:
    """A message with one event and its time."""
    event = stored.event
    when = f"{event.occurred_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    text = "\n".join(part for part in (event.text, when) if part)
    title = f"{_PREFIXES.get(event.kind, '')}{event.title}"
    return Message(
        shortened(title, LONGEST_TITLE), shortened(text, LONGEST_BODY), (stored,)
    )


def for_people(
    events: Sequence[StoredEvent], digest_over: int, quiet: QuietHours
) -> Sequence[Message]:
    """One message per event; a digest if they are many or held in quiet hours."""
    held = [stored for stored in events if quiet.holds(stored.detected_at)]
    if len(events) > digest_over:
        return (digest(events, f"{len(events)} events"),)
    if len(held) < 2:
        return [single(stored) for stored in events]
    others = [single(stored) for stored in events if stored not in held]
    return [digest(held, f"{len(held)} events in quiet hours {quiet}"), *others]


def digest(events: Sequence[StoredEvent], title: str) -> Message:
    """One message for many events: their titles by kind, as far as they fit."""
    by_kind: dict[EventKind, list[Event]] = defaultdict(list)
    for stored in events:
        by_kind[stored.event.kind].append(stored.event)
    kinds = [kind for kind in _NAMES if kind in by_kind]
    room = LONGEST_BODY - len(kinds) * _HEADING
    lines: list[str] = []
    for kind in kinds:
        titles = [event.title for event in by_kind[kind]]
        fitting = _fitting(titles, room)
        room -= sum(len(line) + 1 for line in fitting)
        lines += [f"{_NAMES[kind]}: {len(titles)}", *fitting]
    return Message(f"nof1-tracker: {title}", "\n".join(lines), tuple(events))


def _fitting(titles: Sequence[str], room: int) -> list[str]:
    """The first lines that fit, followed by the number of the others."""
    lines: list[str] = []
    for title in titles[:_LINES_PER_KIND]:
        line = f"- {shortened(title, LONGEST_TITLE)}"
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    more = len(titles) - len(lines)
    return [*lines, f"- and {more} more"] if more and lines else lines
