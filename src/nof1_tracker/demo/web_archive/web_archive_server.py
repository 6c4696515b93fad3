"""The simulated web archive on loopback: searches page by page, and bodies as they were.

Source: https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server
"""

import json
import re
import threading
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from email.message import Message
from email.utils import format_datetime
from itertools import islice
from urllib.parse import parse_qs, quote_plus

from nof1_tracker.demo.arena.arena import Arena
from nof1_tracker.demo.loopback_server import LoopbackServer, OnLoopback
from nof1_tracker.demo.site.faults import TooManyRequests
from nof1_tracker.demo.site.reply import HTML, Fault, Reply
from nof1_tracker.demo.web_archive.holdings import Kept, holdings, url_key

COLUMNS = (
    "urlkey",
    "timestamp",
    "original",
    "mimetype",
    "statuscode",
    "digest",
    "length",
)
SEARCH = "/cdx/search/cdx"
_BODY = re.compile(r"/web/(\d{14})id_/(.+)", re.DOTALL)
_SEARCHES_PER_MINUTE = 24
_LOCKED_SECONDS = 3600


class DemoWebArchive(OnLoopback):
    """Serves what it kept of an arena's site while it is entered as a context.

    Attributes:
        kept: Every capture, in the order of a search.
        requests: Every requested path, including its query, in order.
    """

    def __init__(
        self,
        arena: Arena,
        port: int = 0,
        every: timedelta = timedelta(hours=3),
        most_rows: int = 50,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Args:
        port: 0 takes a free port.
        every: Time between two rounds of the archive.
        most_rows: Captures on one page of a search, whatever was asked for.
        seconds: The archive's own clock, by which it counts searches.
        """
        self.kept = holdings(arena, every)
        self.requests: list[str] = []
        self._most_rows = most_rows
        self._seconds = seconds
        self._searches: deque[float] = deque(maxlen=_SEARCHES_PER_MINUTE)
        self._locked_until = 0.0
        self._faults: dict[str, list[Fault]] = {}
        self._lock = threading.Lock()
        self._server = LoopbackServer(self.answer, port)

    def misbehave(self, below: str, *faults: Fault) -> None:
        """Spoils the next replies to paths that begin so, one fault each."""
        with self._lock:
            self._faults.setdefault(below, []).extend(faults)

    def answer(self, target: str, _: Message) -> Reply:
        """The reply to a GET of that path, including its query."""
        with self._lock:
            self.requests.append(target)
            reply = self._reply(target)
            fault = self._next_fault(target)
            return reply if fault is None else fault.spoil(reply)

    def _next_fault(self, target: str) -> Fault | None:
        for below, faults in self._faults.items():
            if faults and target.startswith(below):
                return faults.pop(0)
        return None

    def _reply(self, target: str) -> Reply:
        path, _, query = target.partition("?")
        if path == SEARCH:
            return self._refusal() or self._found(parse_qs(query))
        wanted = _BODY.fullmatch(target)
        return _missing() if wanted is None else self._body(*wanted.groups())

    # --- searches -------------------------------------------------------------

    def _refusal(self) -> Reply | None:
        """429 for a client that searches too often, and for an hour if it ignores that."""
        now = self._seconds()
        is_full = len(self._searches) == _SEARCHES_PER_MINUTE
        wait = max(
            self._searches[0] + 60 - now if is_full else 0.0, self._locked_until - now
        )
        if wait <= 0:
            self._searches.append(now)
            return None
        self._locked_until = now + (_LOCKED_SECONDS if self._locked_until else wait)
        return TooManyRequests(retry_after=int(self._locked_until - now) + 1).answer()

    def _found(self, query: dict[str, list[str]]) -> Reply:
        given = {name: values[-1] for name, values in query.items()}
        limit = min(int(given.get("limit", self._most_rows)), self._most_rows)
        rows = _collapsed(self._matching(given))
        page = [kept.row for kept in islice(rows, limit)]
        answer = [list(COLUMNS), *page] if page else []
        if len(page) == limit:
            key = quote_plus(f"{page[-1][0]} {page[-1][1]}")
            answer += [[], [key]]
        return Reply(200, json.dumps(answer).encode())

    def _matching(self, given: dict[str, str]) -> Sequence[Kept]:
        key = url_key(given.get("url", "").removesuffix("*"))
        is_prefix = given.get("url", "").endswith("*")
        first, last = given.get("from", ""), given.get("to", "9")
        after = given.get("resumeKey", "")
        return [
            kept
            for kept in self.kept
            if (kept.urlkey.startswith(key) if is_prefix else kept.urlkey == key)
            and first <= kept.timestamp
            and kept.timestamp <= last
            and f"{kept.urlkey} {kept.timestamp}" > after
        ]

    # --- bodies ---------------------------------------------------------------

    def _body(self, timestamp: str, original: str) -> Reply:
        of_url = [kept for kept in self.kept if kept.original == original]
        if not of_url:
            return _missing()
        found = next((k for k in of_url if k.timestamp == timestamp), None)
        return _moved(of_url, timestamp) if found is None else _replay(found)


def _collapsed(found: Sequence[Kept]) -> Iterator[Kept]:
    """Without captures whose body is that of the one before them."""
    before = ""
    for kept in found:
        if kept.digest != before:
            yield kept
        before = kept.digest


def _replay(kept: Kept) -> Reply:
    """The capture, with the headers of the site's answer under names of their own."""
    at = format_datetime(kept.at, usegmt=True)
    headers = [
        ("Memento-Datetime", at),
        ("x-archive-orig-date", at),
        ("x-archive-orig-content-type", kept.content_type),
    ]
    if kept.location:
        headers.append(("Location", kept.location))
    return Reply(kept.status, kept.body, kept.content_type, tuple(headers))


def _moved(of_url: Sequence[Kept], timestamp: str) -> Reply:
    """To the capture before that time, else to the first."""
    times = [kept.timestamp for kept in of_url]
    nearest = of_url[max(bisect_right(times, timestamp) - 1, 0)]
    where = f"/web/{nearest.timestamp}id_/{nearest.original}"
    return Reply(302, b"", HTML, (("Location", where),))


def _missing() -> Reply:
    return Reply(404, b"<h1>Not in the archive</h1>", HTML)
