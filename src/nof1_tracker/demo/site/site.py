"""The simulated arena's site, on loopback: pages and /api/* like the real one."""

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from nof1_tracker.demo.arena.arena import Arena
from nof1_tracker.demo.loopback_server import LoopbackServer, OnLoopback
from nof1_tracker.demo.site.checkpoint import Checkpoint
from nof1_tracker.demo.site.faults import Gone, Moved
from nof1_tracker.demo.site.pages import page
from nof1_tracker.demo.site.payloads import Payloads
from nof1_tracker.demo.site.reply import HTML, Fault, Reply
from nof1_tracker.demo.site.standings_table import standings

API = "/api/"
EVERYTHING = "*"
_REMEMBERED = 24


@dataclass(slots=True)
class _Trouble:
    """A fault on one path; `left` is the number of requests left, None: no limit."""

    fault: Fault
    left: int | None


class DemoSite(OnLoopback):
    """Serves an arena on 127.0.0.1 while it is entered as a context.

    Attributes:
        requests: Every requested path, including its query, in order.
        refused: Those of them that got the checkpoint's page.
    """

    def __init__(
        self,
        arena: Arena,
        port: int = 0,
        speed: float = 60.0,
        at: datetime | None = None,
        prerendered: bool = False,
    ) -> None:
        """Args:
        port: 0 takes a free port.
        speed: Simulated seconds per second; 0 stops the clock.
        at: Simulated time to start at; by default, three quarters into the season.
        prerendered: Whether the page comes with the leaderboard's table filled in, so
            that the table is there when every endpoint fails.
        """
        self.arena = arena
        self.requests: list[str] = []
        self.refused: list[str] = []
        self._checkpoint: Checkpoint | None = None
        self._payloads = Payloads(arena)
        self._prerendered = prerendered
        self._speed = speed
        self._base = at or arena.start + (arena.end - arena.start) * 0.75
        self._began = time.monotonic()
        self._troubles: dict[str, _Trouble] = {}
        self._lock = threading.RLock()
        self._bodies: OrderedDict[tuple[str, str, datetime], Reply] = OrderedDict()
        self._server = LoopbackServer(self.answer, port)

    @property
    def now(self) -> datetime:
        """The simulated time."""
        passed = (time.monotonic() - self._began) * self._speed
        return self._base + timedelta(seconds=passed)

    def advance(self, by: timedelta) -> None:
        """Lets simulated time pass."""
        self._base += by

    def misbehave(self, where: str, fault: Fault, times: int | None = None) -> None:
        """Applies a fault to one endpoint or path, replacing any earlier fault there.

        Args:
            where: An endpoint ("trades"), a path ("/leaderboard"), or "*" for all
                endpoints.
            times: Number of requests that it affects; None: all until `behave`.
        """
        with self._lock:
            self._troubles[_path(where)] = _Trouble(fault, times)

    def guard(self, checkpoint: Checkpoint) -> None:
        """Puts a bot checkpoint in front of the site, instead of any earlier one."""
        self._checkpoint = checkpoint

    def behave(self) -> None:
        """Ends all faults, and takes the checkpoint away."""
        with self._lock:
            self._troubles.clear()
            self._checkpoint = None

    def answer(self, target: str, headers: Message) -> Reply:
        """What a client gets: the checkpoint's page, or the reply."""
        refusal = self.refusal(target, headers.get("Cookie", ""))
        return refusal or self.reply(target, headers.get("If-None-Match", ""))

    def refusal(self, target: str, cookies: str) -> Reply | None:
        """The checkpoint's page, for a GET of that path; None if it is let in."""
        checkpoint = self._checkpoint
        if checkpoint is None or not checkpoint.refuses(target, cookies):
            return None
        self.requests.append(target)
        self.refused.append(target)
        return checkpoint.answer()

    def reply(self, target: str, known_etag: str = "") -> Reply:
        """The reply to a GET of that path, including its query."""
        self.requests.append(target)
        url = urlsplit(target)
        path, query = unquote(url.path), dict(parse_qsl(url.query))
        with self._lock:
            fault = self._fault_on(path)
            source = self._source_of(path)
            frozen = fault.frozen_at if fault else None
            reply = self._honest(source, query, frozen or self.now)
            if fault is not None and reply.status == 200:
                reply = _with_query(fault.spoil(reply), url.query)
        etag = dict(reply.headers).get("ETag")
        if etag and known_etag and _matches(known_etag, etag):
            return replace(reply, status=304, body=b"")
        return reply

    def _fault_on(self, path: str) -> Fault | None:
        where = path if path in self._troubles else EVERYTHING
        trouble = self._troubles.get(where)
        if trouble is None or (where == EVERYTHING and not path.startswith(API)):
            return None
        if trouble.left is not None:
            trouble.left -= 1
            if trouble.left <= 0:
                del self._troubles[where]
        return trouble.fault

    def _source_of(self, path: str) -> str:
        """The usual path of the payload that a moved path serves."""
        for usual, trouble in self._troubles.items():
            if trouble.fault.serves_at == path:
                return usual
        return path

    def _honest(self, path: str, query: Mapping[str, str], at: datetime) -> Reply:
        if path == "/api/positions":
            return Gone().answer()
        if path.startswith(API):
            return self._api(path.removeprefix(API), query, at)
        cells: list[list[str]] = []
        if self._prerendered and path == "/leaderboard":
            cells = standings(self.arena, self.arena.seconds(at))
        html = page(self.arena, path, self._moves(), cells)
        if html is None:
            return Reply(404, b"<h1>404: this page could not be found</h1>", HTML)
        return Reply(200, html.encode(), HTML)

    def _api(self, endpoint: str, query: Mapping[str, str], at: datetime) -> Reply:
        place = (endpoint, json.dumps(sorted(query.items())), at)
        known = self._bodies.get(place)
        if known is not None:
            return known
        payload = self._payloads.serve(endpoint, at, query)
        if payload is None:
            return Reply(404, b'{"error":"Not Found"}')
        reply = Reply(200, _encode(payload), headers=(("ETag", _etag(payload)),))
        self._bodies[place] = reply
        if len(self._bodies) > _REMEMBERED:
            self._bodies.popitem(last=False)
        return reply

    def _moves(self) -> dict[str, str]:
        """The paths from which the pages fetch the endpoints that have moved."""
        return {
            usual.removeprefix(API): trouble.fault.to
            for usual, trouble in self._troubles.items()
            if isinstance(trouble.fault, Moved)
        }


def _with_query(reply: Reply, query: str) -> Reply:
    """The reply whose redirect, if any, keeps the query of the request."""
    headers = tuple(
        (name, f"{value}?{query}" if name == "Location" and query else value)
        for name, value in reply.headers
    )
    return replace(reply, headers=headers)


def _path(where: str) -> str:
    return where if where.startswith("/") or where == EVERYTHING else API + where


def _encode(payload: Mapping[str, Any]) -> bytes:
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()


def _etag(payload: Mapping[str, Any]) -> str:
    """The ETag of the content without `serverTime`, so that time does not change it."""
    content = {k: v for k, v in payload.items() if k != "serverTime"}
    return f'W/"{hashlib.sha256(_encode(content)).hexdigest()[:24]}"'


def _matches(known: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags
