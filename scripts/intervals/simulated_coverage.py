"""Measures how often the intervals of reports hold the truth: `make intervals`.

Accounts are drawn whose true figures are known, and the report's own code computes
their intervals. The table goes into docs/explanation/uncertainty.md.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nof1_tracker.analyzer.uncertainty.interval import CONFIDENCE, Interval
from nof1_tracker.analyzer.uncertainty.intervals import return_intervals
from nof1_tracker.analyzer.uncertainty.mean_trade import MeanTrade, mean_trade
from nof1_tracker.records.account_columns import FloatArray, IntArray

PAGE = Path(__file__).parents[2] / "docs/explanation/uncertainty.md"
BEGIN, END = "<!-- measured by make intervals -->\n", "<!-- end -->\n"
DRAWS = 1_000
TRADES, RETURNS = (10, 20, 50, 100), (100, 240, 400)
_HOUR = np.timedelta64(1, "h")
_START = np.datetime64("2025-10-18", "us")
_COMMON = 0.6
"""Share of the variance of a leg that its whole burst has in common."""
_DEVIATION, _DRIFT = 0.01, 0.0005
"""Of hourly returns, about as those of Season 1."""

Draw = Callable[[np.random.Generator, int], FloatArray]


@dataclass(frozen=True, slots=True)
class Legs:
    """A kind of account: how its nets are drawn, and in what bursts they close."""

    name: str
    draw: Draw
    truth: float
    burst: float = 1.0


def _lognormal(spread: float) -> Draw:
    return lambda rng, size: rng.lognormal(0, spread, size)


def _rare_win(rng: np.random.Generator, size: int) -> FloatArray:
    """Small losses, and one win in thirty that is twenty times as large."""
    return np.where(rng.random(size) < 1 / 30, 20.0, -0.7) + rng.normal(size=size)


LEGS = (
    Legs("normal", lambda rng, size: rng.normal(size=size), 0.0),
    Legs("Student's t, 4 degrees", lambda rng, size: rng.standard_t(4, size), 0.0),
    Legs("skewed (lognormal, 0.5)", _lognormal(0.5), math.exp(0.125)),
    Legs("strongly skewed (lognormal, 0.8)", _lognormal(0.8), math.exp(0.32)),
    Legs("normal, in bursts of 2", lambda rng, size: rng.normal(size=size), 0.0, 2.0),
    Legs("one win in thirty, 20 times as large", _rare_win, (20 - 0.7 * 29) / 30),
)


def drawn_legs(
    kind: Legs, size: int, draws: int, rng: np.random.Generator
) -> Iterator[MeanTrade | None]:
    """What the report says of that many accounts of `size` independent legs each."""
    for _ in range(draws):
        bursts = _bursts(kind.burst, size, rng)
        legs = len(bursts)
        nets = kind.draw(rng, legs)
        if kind.burst > 1:
            together = kind.draw(rng, int(bursts[-1]) + 1)[bursts]
            nets = math.sqrt(_COMMON) * together + math.sqrt(1 - _COMMON) * nets
        yield mean_trade(nets, _START + bursts * _HOUR)


def _bursts(mean_size: float, count: int, rng: np.random.Generator) -> IntArray:
    """The number of each leg's burst."""
    if mean_size <= 1:
        return np.arange(count)
    # Bursts differ in size, so that it takes more of them to tell as much.
    bursts = math.ceil(count * (2 - 1 / mean_size))
    return np.repeat(np.arange(bursts), rng.geometric(1 / mean_size, bursts))


def share_of_legs(kind: Legs, size: int, draws: int, seed: int = 1) -> float:
    """Share of the intervals of the mean that hold the truth, of those there are."""
    found = drawn_legs(kind, size, draws, np.random.default_rng([seed, size]))
    return _share(
        (each.net.interval(CONFIDENCE) for each in found if each and each.net),
        kind.truth,
    )


def called_of_equals(sizes: tuple[int, int], draws: int, seed: int = 1) -> float:
    """Share of pairs of equal accounts that are called different."""
    rng = np.random.default_rng([seed, *sizes])
    pairs = zip(*(drawn_legs(LEGS[2], each, draws, rng) for each in sizes), strict=True)
    called = 0
    for first, second in pairs:
        if first and second and first.net and second.net:
            chance = (first.net - second.net).probability
            called += max(chance, 1 - chance) >= CONFIDENCE
    return called / draws


# --- returns ------------------------------------------------------------------------


def _autoregressive(slope: float) -> Draw:
    def draw(rng: np.random.Generator, size: int) -> FloatArray:
        noise, values = rng.normal(size=size + 100), np.empty(size + 100)
        values[0] = noise[0]
        for at in range(1, len(values)):
            values[at] = slope * values[at - 1] + noise[at]
        return values[100:] * math.sqrt(1 - slope**2)

    return draw


def _restless(rng: np.random.Generator, size: int) -> FloatArray:
    """Calm and wild hours in turns, as a GARCH(1, 1) has them."""
    noise, values, variance = rng.normal(size=size + 100), np.empty(size + 100), 1.0
    for at in range(len(values)):
        values[at] = math.sqrt(variance) * noise[at]
        variance = 0.05 + 0.2 * values[at] ** 2 + 0.75 * variance
    return values[100:]


RETURN_KINDS: dict[str, Draw] = {
    "normal": lambda rng, size: rng.normal(size=size),
    "Student's t, 4 degrees": lambda rng, size: rng.standard_t(4, size) / math.sqrt(2),
    "autocorrelated, 0.2": _autoregressive(0.2),
    "autocorrelated, 0.5": _autoregressive(0.5),
    "autocorrelated, 0.8": _autoregressive(0.8),
    "calm and wild hours in turns": _restless,
}


def shares_of_returns(
    draw: Draw, size: int, draws: int, seed: int = 1
) -> tuple[float, float]:
    """Shares of the intervals of total return and Sharpe ratio that hold the truth."""
    rng = np.random.default_rng([seed, size])
    found = [
        return_intervals(
            np.expm1(draw(rng, size) * _DEVIATION + _DRIFT),
            periods_per_year=1,
            level=CONFIDENCE,
        )
        for _ in range(draws)
    ]
    everything = np.expm1(draw(rng, 200_000) * _DEVIATION + _DRIFT)
    return (
        _share(
            (each.total_return for each in found if each.total_return),
            math.expm1(_DRIFT * size),
        ),
        _share(
            (each.sharpe_ratio for each in found),
            float(everything.mean() / everything.std()),
        ),
    )


def _share(intervals: Iterable[Interval], truth: float) -> float:
    return float(np.mean([each.low <= truth <= each.high for each in intervals]))


# --- the page -----------------------------------------------------------------------


def tables(draws: int = DRAWS) -> str:
    """All measurements in Markdown."""
    of_legs = [
        [kind.name, *(_percent(share_of_legs(kind, size, draws)) for size in TRADES)]
        for kind in LEGS
    ]
    of_returns = [
        [
            name,
            *(
                " / ".join(map(_percent, shares_of_returns(draw, size, draws)))
                for size in RETURNS
            ),
        ]
        for name, draw in RETURN_KINDS.items()
    ]
    of_pairs = [
        [f"{first} and {second}", _percent(called_of_equals((first, second), draws))]
        for first, second in ((3, 30), (10, 30), (20, 30), (30, 30))
    ]
    return "\n".join(
        (
            _table(
                ["nets of trades", *(f"{size} independent" for size in TRADES)], of_legs
            ),
            _table(
                ["return / Sharpe", *(f"{size} returns" for size in RETURNS)],
                of_returns,
            ),
            _table(["trades of two equal accounts", "called different"], of_pairs),
        )
    )


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    """Writes the tables into the page."""
    measured = tables()
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{measured}\n{END}{after}", encoding="utf-8")
