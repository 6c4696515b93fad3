"""Makes faulty payloads of the simulated site, the same for the same seed."""

import json
import random
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Engine

from nof1_tracker.clock import SystemClock
from nof1_tracker.demo.arena.roster import SeasonName
from nof1_tracker.demo.site.payloads import Payloads
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.parsed import ParsedPayload
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.scraper.parse import parse_payload
from nof1_tracker.services.storing.store_payload import Intake
from tests.unit.scraper.site_rows import DOCUMENTS, counted
from tests.worlds import ENDPOINTS, arena_of, midday

SLOW = 1.0
"""Most seconds of processor time that a payload may take."""
ROWS = 4
"""Rows of each payload: few, so that many payloads can be tried."""

_WORDS = (
    "",
    " ",
    "NaN",
    "Infinity",
    "-1",
    "1e400",
    "0x10",
    "1,000.50",
    "١٢٣",
    "null",
    "true",
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE trades; --",
    "\x1b[2J",
    "\u202eevil",
    "\ud800",
    "\x00",
    "a" * 5000,
    "\U0001f4a5" * 300,
    "2025-10-28T07:00:00Z",
)
_NUMBERS = (
    0,
    -0.0,
    -1,
    1,
    2**31,
    2**63,
    2**64,
    -(2**63) - 1,
    10**29,
    10**400,
    1e-320,
    1e308,
    float("nan"),
    float("inf"),
    253402300800,
    -62135596801,
    0.1 + 0.2,
)
_TOKENS: tuple[bytes, ...] = (
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b",",
    b":",
    b"\\",
    b"\\u0000",
    b"\\ud83d",
)
_TOKENS += (b"null", b"1e999", b"-", b"\xff", b"\x00", b"\xef\xbb\xbf", b"<", b"NaN")


@dataclass(frozen=True)
class Mutant:
    """A faulty body.

    Attributes:
        endpoint: Endpoint of the original payload.
        sound: Number of rows left unchanged; None if not known.
    """

    endpoint: Endpoint
    body: bytes
    captured_at: datetime
    sound: int | None

    @property
    def payload(self) -> RawPayload:
        url = f"http://arena.test/api/{self.endpoint}"
        return RawPayload(self.body, url, self.captured_at, "http", self.endpoint)


@cache
def originals() -> tuple[tuple[Endpoint, dict[str, Any], datetime], ...]:
    """Short payloads of every endpoint, of both seasons, and the rendered table."""
    found = []
    seasons: tuple[SeasonName, ...] = ("1", "1.5")
    for season in seasons:
        arena = arena_of(season, 0.2)
        at, payloads = midday(arena), Payloads(arena_of(season, 0.2))
        for name in ENDPOINTS:
            document = payloads.serve(name, at)
            assert document is not None
            key, rows = next(iter(document.items()))
            some = list(rows)[-ROWS:]
            document[key] = (
                {each: rows[each] for each in some} if isinstance(rows, dict) else some
            )
            found.append((Endpoint(name), document, at))
    table = DOCUMENTS[Endpoint.RENDERED_LEADERBOARD]
    found.append((Endpoint.RENDERED_LEADERBOARD, table, at))
    return tuple(found)


def mutants(seed: int, number: int) -> Iterator[Mutant]:
    """That many mutants, each altered in its rows, its whole tree, or its bytes."""
    for place in range(number):
        rng = random.Random(f"{seed}:{place}")  # noqa: S311  reproducible, not secret
        endpoint, document, at = rng.choice(originals())
        spoil = rng.choice(_WAYS)
        body, sound = spoil(rng, deepcopy(document))
        yield Mutant(endpoint, body, at, sound)


def _in_one_row(rng: random.Random, document: Any) -> tuple[bytes, int | None]:
    """Alters one row; all others must be kept."""
    rows = next(iter(document.values()))
    if "rows" in rows:
        rows = rows["rows"]
    key = rng.choice(list(rows) if isinstance(rows, dict) else range(len(rows)))
    for _ in range(rng.randint(1, 3)):
        rows[key] = _spoilt(rng, rows[key])
    return _bytes(document), len(rows) - 1


def _anywhere(rng: random.Random, document: Any) -> tuple[bytes, int | None]:
    for _ in range(rng.randint(1, 6)):
        document = _spoilt(rng, document)
    return _bytes(document), None


def _in_its_bytes(rng: random.Random, document: Any) -> tuple[bytes, int | None]:
    body = bytearray(_bytes(document))
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(body) + 1)
        removed = rng.choice([0, 0, 1, 1, 4, 100])
        body[at : at + removed] = rng.choice([b"", rng.randbytes(2), *_TOKENS])
    if rng.random() < 0.3:
        del body[rng.randrange(len(body) + 1) :]
    return bytes(body), None


_WAYS: tuple[Callable[[random.Random, Any], tuple[bytes, int | None]], ...] = (
    _in_one_row,
    _in_one_row,
    _anywhere,
    _in_its_bytes,
)


def _spoilt(rng: random.Random, value: Any) -> Any:
    """The value with one change, at any depth."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(list(value))
        return _spoilt_member(rng, value, key)
    if isinstance(value, list) and value and rng.random() < 0.85:
        place = rng.randrange(len(value))
        value[place] = _spoilt(rng, value[place])
        return value
    return _other(rng, value)


def _spoilt_member(rng: random.Random, value: dict[str, Any], key: str) -> Any:
    way = rng.random()
    if way < 0.1:
        del value[key]
    elif way < 0.2:
        value[rng.choice(list(value))] = value[key]
    elif way < 0.3:
        value[str(rng.choice(_WORDS))] = value.pop(key)
    else:
        value[key] = _spoilt(rng, value[key])
    return value


def _other(rng: random.Random, value: Any) -> Any:
    if isinstance(value, str) and value and rng.random() < 0.4:
        at = rng.randrange(len(value))
        return value[:at] + rng.choice(_WORDS) + value[at + rng.choice([0, 1, 50]) :]
    if isinstance(value, int | float) and rng.random() < 0.4:
        return rng.choice([str(value), -value, value * 10**6, value % 1])
    return rng.choice(
        [
            None,
            True,
            [],
            {},
            [value],
            {"a": value},
            _nested(rng.choice([3, 70, 600])),
            *rng.sample(_WORDS, 4),
            *rng.sample(_NUMBERS, 4),
        ]
    )


def _nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def _bytes(document: Any) -> bytes:
    return json.dumps(document).encode()


# --- trying them ----------------------------------------------------------------


@dataclass
class Trial:
    """The outcome of parsing mutants.

    Attributes:
        crashed, slow, lossy: Mutants that crashed the parser, that took longer than
            SLOW, and of which it lost sound rows; in words.
        slowest: Seconds of processor time of the slowest mutant.
        rows: Number of records read from all mutants.
        rejected: Number of mutants of which something was rejected.
    """

    tried: int = 0
    rows: int = 0
    rejected: int = 0
    slowest: float = 0.0
    crashed: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    lossy: list[str] = field(default_factory=list)


def try_mutants(seed: int, number: int) -> Trial:
    """Parses that many mutants."""
    trial = Trial()
    for place, mutant in enumerate(mutants(seed, number)):
        name = f"seed {seed}, mutant {place} ({mutant.endpoint})"
        started = time.process_time()
        try:
            parsed = parse_payload(mutant.payload)
        except Exception as error:  # noqa: BLE001  whatever it is, it is counted
            trial.crashed.append(f"{name}: {error!r:.200}")
            continue
        seconds = time.process_time() - started
        trial.tried += 1
        trial.slowest = max(trial.slowest, seconds)
        if seconds > SLOW:
            trial.slow.append(f"{name}: {seconds:.1f} s")
        _count(trial, name, mutant, parsed)
    return trial


def _count(trial: Trial, name: str, mutant: Mutant, parsed: ParsedPayload) -> None:
    read = counted(parsed)
    trial.rows += read
    trial.rejected += bool(parsed.rejected)
    if mutant.sound is not None and read < mutant.sound:
        trial.lossy.append(f"{name}: {read} of {mutant.sound} sound rows")


def store_mutants(engine: Engine, seed: int, number: int) -> list[str]:
    """Stores that many mutants; returns those that the database refused, in words."""
    failed = []
    intake = Intake(engine, SystemClock(), RunSummary("http", "mutants"))
    for place, mutant in enumerate(mutants(seed, number)):
        try:
            intake.take(mutant.payload)
        except Exception as error:  # noqa: BLE001  whatever it is, it is counted
            failed.append(f"seed {seed}, mutant {place} ({mutant.endpoint}): {error!r}")
    return failed
