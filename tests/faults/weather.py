"""Draws a site's faults at random, the same for the same seed."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from nof1_tracker.demo.site import faults as bad
from nof1_tracker.demo.site.faults import Fault
from tests.worlds import ENDPOINTS

EVERYWHERE = "*"
_FIELDS = ("id", "model_id", "timestamp", "cycle_id", "realized_net_pnl", "positions")
_Draw = Callable[[random.Random, datetime], Fault]

MAKERS: Mapping[type[Fault], _Draw] = {
    bad.BadRow: lambda rng, _: bad.BadRow(rng.choice([None, 7, [], {}, "no row"])),
    bad.BrokenStrings: lambda *_: bad.BrokenStrings(),
    bad.Challenge: lambda *_: bad.Challenge(),
    bad.ConnectionCut: lambda rng, _: bad.ConnectionCut(rng.random()),
    bad.DeeplyNested: lambda *_: bad.DeeplyNested(),
    bad.DuplicatedRows: lambda *_: bad.DuplicatedRows(),
    bad.EmptyBody: lambda *_: bad.EmptyBody(),
    bad.EmptyRows: lambda *_: bad.EmptyRows(),
    bad.EndlessEarlyHints: lambda *_: bad.EndlessEarlyHints(),
    bad.ExtraField: lambda *_: bad.ExtraField(),
    bad.Frozen: lambda rng, at: bad.Frozen(at - timedelta(minutes=rng.uniform(1, 40))),
    bad.Gone: lambda rng, _: bad.Gone(rng.choice([404, 410])),
    bad.Hang: lambda *_: bad.Hang(),
    bad.HeaderDrip: lambda *_: bad.HeaderDrip(),
    bad.HostileText: lambda rng, _: bad.HostileText(names=rng.random() < 0.5),
    bad.MissingField: lambda rng, _: bad.MissingField(
        rng.choice(_FIELDS), rng.randint(1, 5)
    ),
    bad.Moved: lambda *_: bad.Moved("/api/v2/moved"),
    bad.NotModifiedUnasked: lambda *_: bad.NotModifiedUnasked(),
    bad.NotUtf8: lambda *_: bad.NotUtf8(),
    bad.NullNumbers: lambda rng, _: bad.NullNumbers(every=rng.randint(1, 5)),
    bad.NumbersAsStrings: lambda *_: bad.NumbersAsStrings(),
    bad.Oversize: lambda *_: bad.Oversize(50),
    bad.Packed: lambda rng, _: bad.Packed(layers=rng.choice([1, 2])),
    bad.Redirected: lambda *_: bad.Redirected("/api/v2/elsewhere"),
    bad.RenamedField: lambda rng, _: bad.RenamedField(rng.choice(_FIELDS), "renamed"),
    bad.ServerError: lambda rng, _: bad.ServerError(rng.choice([500, 502, 503, 504])),
    bad.ShuffledRows: lambda rng, _: bad.ShuffledRows(rng.randint(1, 1000)),
    bad.Slow: lambda rng, _: bad.Slow(rng.uniform(0.01, 0.1)),
    bad.TooManyRequests: lambda rng, _: bad.TooManyRequests(
        rng.choice([None, 1, 30, 120, 1800])
    ),
    bad.Truncated: lambda rng, _: bad.Truncated(rng.random()),
}
"""Draws the parameters of each kind of fault."""

_COSTLY = {
    bad.Hang: 0.2,
    bad.HeaderDrip: 0.2,
    bad.EndlessEarlyHints: 0.2,
    bad.Oversize: 0.2,
    bad.Packed: 0.2,
    bad.DeeplyNested: 0.5,
}
"""Relative frequency of kinds that take real time or much of the machine."""
_WALL_JUMPS = (
    timedelta(hours=1),
    timedelta(hours=-1),
    timedelta(days=2),
    timedelta(days=-2),
    timedelta(0),
)


@dataclass(frozen=True)
class Trouble:
    """A fault of one endpoint or all, for some requests or a whole cycle."""

    where: str
    fault: Fault
    times: int | None


@dataclass(frozen=True)
class Weather:
    """The faults during one cycle.

    Attributes:
        is_away: True if the site's machine refuses every connection.
        wall_jump: Error of our own wall clock from now on; None leaves it unchanged.
    """

    troubles: tuple[Trouble, ...] = ()
    is_away: bool = False
    wall_jump: timedelta | None = None


def weather_of(seed: int, cycle: int, at: datetime) -> Weather:
    """The faults of that cycle: one in three has none, one in thirty is an outage."""
    rng = random.Random(f"{seed}:{cycle}")  # noqa: S311  reproducible, not secret
    jump = rng.choice(_WALL_JUMPS) if rng.random() < 0.05 else None
    if rng.random() < 1 / 3:
        return Weather(wall_jump=jump)
    if rng.random() < 1 / 20:
        return Weather(is_away=True, wall_jump=jump)
    if rng.random() < 1 / 10:
        return Weather((_trouble(rng, at, EVERYWHERE),), wall_jump=jump)
    places = rng.sample(ENDPOINTS, rng.randint(1, 3))
    return Weather(tuple(_trouble(rng, at, each) for each in places), wall_jump=jump)


def _trouble(rng: random.Random, at: datetime, where: str) -> Trouble:
    kinds = list(MAKERS)
    weights = [_COSTLY.get(kind, 1.0) for kind in kinds]
    (kind,) = rng.choices(kinds, weights)
    times = rng.choice([None, 1, 2, 3])
    return Trouble(where, MAKERS[kind](rng, at), times)
