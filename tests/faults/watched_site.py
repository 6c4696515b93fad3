"""A simulated site in a process of its own, which records what it really served.

The monitor's memory can be measured only if the site does not grow in its process.
"""

import json
import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

from nof1_tracker.demo import Arena, DemoSite
from nof1_tracker.demo.arena.roster import SeasonName
from nof1_tracker.demo.site.reply import JSON, Reply
from tests.databases import unused_port
from tests.faults.weather import Weather

Row = dict[str, Any]

_ROWS = {"/api/conversations": "conversations", "/api/trades": "trades"}
_ESSENTIALS = {
    "conversations": ("id", "run_id", "model_id", "timestamp"),
    "trades": (
        "id",
        "run_id",
        "model_id",
        "symbol",
        "side",
        "quantity",
        "entry_price",
        "exit_price",
        "entry_time",
        "exit_time",
        "realized_net_pnl",
    ),
}
"""Fields that must be present and unchanged for a row to be well-formed."""


@dataclass
class Served:
    """Rows that were served complete and well-formed, by their ids.

    Attributes:
        known: Every id that the arena has ever shown, well-formed or not.
        requests: Number of answered requests.
    """

    conversations: dict[str, Row] = field(default_factory=dict)
    trades: dict[str, Row] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    requests: int = 0


class WatchedSite(DemoSite):
    """A simulated site that records what it serves.

    Attributes:
        served: See `Served`.
    """

    def __init__(
        self,
        arena: Arena,
        port: int,
        clock: Callable[[], datetime],
        served: Served,
        *,
        salvages: bool,
    ) -> None:
        """Args:
        clock: Returns the simulated time.
        salvages: True if the visitor reads bodies that break off.
        """
        super().__init__(arena, port, speed=0)
        self.served = served
        self._clock = clock
        self._salvages = salvages
        self._honest_body = b""

    @property
    def now(self) -> datetime:
        return self._clock()

    def reply(self, target: str, known_etag: str = "") -> Reply:
        with self._lock:
            self._honest_body = b""
            reply = super().reply(target, known_etag)
            self.requests.clear()
            self.served.requests += 1
            if self._honest_body and reply.status == 200 and not reply.hangs:
                self._note(reply)
        return reply

    def _honest(self, path: str, query: Mapping[str, str], at: datetime) -> Reply:
        reply = super()._honest(path, query, at)
        if path in _ROWS:
            self._honest_body = reply.body
        return reply

    def _note(self, reply: Reply) -> None:
        """Notes the rows of a body that agree with the arena."""
        ((kind, rows),) = (
            (key, value)
            for key, value in json.loads(self._honest_body).items()
            if key in _ESSENTIALS
        )
        honest = {row["id"]: row for row in rows}
        self.served.known.update(honest)
        sink: dict[str, Row] = getattr(self.served, kind)
        for name in self._whole(reply, kind, honest):
            sink[name] = {key: honest[name].get(key) for key in _ESSENTIALS[kind]}

    def _whole(self, reply: Reply, kind: str, honest: dict[str, Row]) -> list[str]:
        if reply.padding or reply.content_type != JSON:
            return []
        sent = reply.body[: reply.cut_after]
        try:
            rows = json.loads(sent)[kind]
        except (ValueError, KeyError, TypeError, RecursionError):
            return self._whole_before_a_cut(sent, honest)
        return [row["id"] for row in rows if _is_sound(row, kind, honest)]

    def _whole_before_a_cut(self, sent: bytes, honest: dict[str, Row]) -> list[str]:
        """Complete rows of a body that breaks off; none if it is not UTF-8 at all."""
        is_prefix = self._honest_body.startswith(sent)
        if not (self._salvages and is_prefix):
            return []
        return [name for name, row in honest.items() if _encoded(row) in sent]


def _encoded(row: Row) -> bytes:
    return json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode()


def _is_sound(row: Any, kind: str, honest: Mapping[str, Row]) -> bool:
    if not isinstance(row, dict):
        return False
    name = row.get("id")
    truth = honest.get(name) if isinstance(name, str) else None
    if truth is None:
        return False
    return all(_same(row.get(key), truth.get(key)) for key in _ESSENTIALS[kind])


def _same(served: Any, truth: Any) -> bool:
    """True if the values are equal, even if a number is served as a string."""
    if not isinstance(truth, int | float) or isinstance(served, bool):
        return bool(served == truth)
    try:
        return float(served) == float(truth)
    except (TypeError, ValueError):
        return False


# --- the site's process ---------------------------------------------------------


@dataclass(frozen=True)
class SiteProcess:
    """The site, as seen from the monitor's process."""

    url: str
    start: datetime
    end: datetime
    _pipe: Connection
    _time: Any

    def set_time(self, at: datetime) -> None:
        self._time.value = at.timestamp()

    def turn(self, weather: Weather) -> None:
        """Sets the faults from now on."""
        self._pipe.send(weather)
        self._pipe.recv()

    def served(self) -> Served:
        """Everything served so far."""
        self._pipe.send(None)
        served: Served = self._pipe.recv()
        return served


@contextmanager
def site_process(
    season: SeasonName, days: float, *, salvages: bool = True
) -> Iterator[SiteProcess]:
    """A site of that season on loopback, ended with the context."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    time = spawn.Value("d", 0.0)
    port = unused_port()
    process = spawn.Process(
        target=_serve, args=(theirs, time, season, days, port, salvages), daemon=True
    )
    process.start()
    theirs.close()
    try:
        start, end = ours.recv()
        yield SiteProcess(f"http://127.0.0.1:{port}", start, end, ours, time)
    finally:
        ours.close()
        process.join(10)
        process.kill()


def _serve(
    pipe: Connection,
    time: Any,
    season: SeasonName,
    days: float,
    port: int,
    salvages: bool,
) -> None:
    """Serves until the pipe is closed, and obeys the commands in it."""
    arena, served = Arena(season=season, days=days), Served()
    pipe.send((arena.start, arena.end))

    def clock() -> datetime:
        return datetime.fromtimestamp(time.value, UTC)

    site: WatchedSite | None = None
    try:
        while True:
            weather = pipe.recv()
            if weather is None:
                pipe.send(served)
                continue
            if weather.is_away and site is not None:
                site.__exit__(None, None, None)
                site = None
            if not weather.is_away and site is None:
                site = WatchedSite(arena, port, clock, served, salvages=salvages)
                site.__enter__()
            if site is not None:
                _trouble(site, weather)
            pipe.send("done")
    except EOFError:
        pass
    finally:
        if site is not None:
            site.__exit__(None, None, None)


def _trouble(site: WatchedSite, weather: Weather) -> None:
    site.behave()
    for each in weather.troubles:
        site.misbehave(each.where, each.fault, each.times)
