"""One reader of the feed in this process, and all of its listeners."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

from nof1_tracker.database.connection import Engine
from nof1_tracker.records.live.feed_entries import FeedPart
from nof1_tracker.services.live.follow_feed import follow_feed
from nof1_tracker.web.live.server_sent_events import messages_of
from nof1_tracker.web.workers import BusyError

HEARTBEAT = 15.0
"""Seconds of silence after which a listener is sent a comment."""
MOST_LISTENERS = 2000
"""Listeners of a process; each holds a connection and some kilobytes."""
MOST_WAITING = 64
"""Parts of the feed that wait for a listener before it counts as too slow."""

log = logging.getLogger(__name__)

_STOP_WITHIN = 2.0
"""Seconds that stopping waits for the reader."""


@dataclass(frozen=True, slots=True)
class Told:
    """A part of the feed as it is sent.

    Attributes:
        version: The version that it leads to.
        entries: The messages of each entry, with its version.
        is_whole: See `FeedPart`.
    """

    version: int
    entries: Sequence[tuple[int, bytes]]
    is_whole: bool

    def after(self, version: int) -> bytes:
        """The messages of the entries after that version."""
        return b"".join(text for each, text in self.entries if each > version)


def told(part: FeedPart) -> Told:
    """The part as it is sent; made once, however many listen."""
    entries = [(each.version, messages_of(each)) for each in part.entries]
    return Told(part.version, entries, part.is_whole)


@dataclass(eq=False)
class Listener:
    """A listener: what waits to be sent, and whether it is over.

    Attributes:
        over: Set once nothing more will come: it is too slow, or the server ends.
    """

    waiting: asyncio.Queue[Told] = field(
        default_factory=lambda: asyncio.Queue(MOST_WAITING)
    )
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, part: Told) -> None:
        """Hands over a part; a listener that does not keep up gets nothing more."""
        try:
            self.waiting.put_nowait(part)
        except asyncio.QueueFull:
            self.over.set()


class LiveFeed:
    """Follows the feed once somebody listens, and hands each part to every listener.

    Args:
        heartbeat: Seconds of silence after which a listener gets a comment, so that
            neither side takes the connection for dead.
        most: How many may listen at once.
    """

    def __init__(self, engine: Engine, heartbeat: float, most: int) -> None:
        self.heartbeat = heartbeat
        self.engine = engine
        self._most = most
        self._listeners: set[Listener] = set()
        self._ends = Event()
        self._follower: Thread | None = None

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """A new listener, while the context lasts.

        Raises:
            BusyError: Too many listen already.
        """
        if len(self._listeners) >= self._most:
            raise BusyError
        listener = Listener()
        self._listeners.add(listener)
        if self._ends.is_set():
            listener.over.set()
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def follow(self, version: int) -> None:
        """Begins to read what is committed after that version, if nobody has yet.

        Every listener has read up to there, or further.
        """
        if self._follower is None and not self._ends.is_set():
            words = (asyncio.get_running_loop(), version)
            self._follower = Thread(
                target=self._read, args=words, name="live feed", daemon=True
            )
            self._follower.start()

    def _read(self, loop: asyncio.AbstractEventLoop, version: int) -> None:
        try:
            for part in follow_feed(self.engine, self._ends, version):
                loop.call_soon_threadsafe(self.publish, told(part))
        except Exception:
            if not self._ends.is_set():  # else the loop may be closed already
                log.exception("The live feed has failed, and begins again.")
                loop.call_soon_threadsafe(self._begin_again)

    def _begin_again(self) -> None:
        """Sends everybody away; the first to come again has the feed followed."""
        self._follower = None
        self._send_away()

    def publish(self, part: Told) -> None:
        """Hands a part to every listener. Call it in the event loop."""
        for listener in self._listeners:
            listener.tell(part)

    def end(self) -> None:
        """Announces nothing more, and sends every listener away."""
        self._ends.set()
        self._send_away()

    def _send_away(self) -> None:
        for listener in self._listeners:
            listener.over.set()

    def stop(self) -> None:
        """Waits for the reader to end, for a moment."""
        self._ends.set()
        if self._follower is not None:
            self._follower.join(_STOP_WITHIN)
