"""A trade's story, as its page shows it: figures, steps with words, and a chart."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import simplejson

from nof1_tracker.analyzer.decisions.trade_story import Step, StepKind, TradeStory
from nof1_tracker.records.asking.listed_rows import ObservedPrice
from nof1_tracker.records.history.hyperliquid import Candle
from nof1_tracker.records.sanitize import clean
from nof1_tracker.rendering.html import cells
from nof1_tracker.rendering.html.cells import Cell, Fact
from nof1_tracker.rendering.story_steps import StepView, story_steps
from nof1_tracker.rendering.text import price, quantity
from nof1_tracker.rendering.trade_story_words import (
    TITLES,
    exit_words,
    level_words,
    missing_sentences,
    net_words,
    seen_words,
)
from nof1_tracker.rendering.trade_words import held

MOST_PRICES = 5000
"""Prices that are read for a chart."""
_MOST_DRAWN = 1500
_LEAST_CANDLES = 12
_MARGIN = timedelta(hours=2)
"""How much before and after the trade its chart shows."""


@dataclass(frozen=True, slots=True)
class StoryView:
    """A trade's story.

    Attributes:
        missing: What of its life is not stored, in sentences.
    """

    title: str
    facts: tuple[Fact, ...]
    steps: tuple[StepView, ...]
    missing: tuple[str, ...]


def chart_span(story: TradeStory) -> tuple[datetime, datetime]:
    """From when to when the chart of a trade shows prices."""
    times = [step.at for step in story.steps] + [step.until for step in story.steps]
    times += [
        leg.closed_at or leg.last_observed_at or leg.opened_at for leg in story.legs
    ]
    times += [leg.opened_at for leg in story.legs]
    return min(times) - _MARGIN, max(times) + _MARGIN


def story_view(story: TradeStory) -> StoryView:
    """The story in words and figures."""
    trade = story.trade
    return StoryView(
        title=clean(f"{trade.side.value} {trade.symbol}"),
        facts=tuple(_facts(story)),
        steps=story_steps(story),
        missing=tuple(missing_sentences(story)),
    )


def _facts(story: TradeStory) -> Sequence[Fact]:
    trade, plan = story.trade, story.plan
    size = f"{quantity(trade.quantity)} at {price(trade.entry_price)}"
    lever = "" if trade.leverage is None else f", {quantity(trade.leverage)}x"
    tone = cells.money(trade.net_pnl, signed=True).tone
    texts = {
        "Entry": f"{size}{lever}",
        "Exit": exit_words(trade),
        "Net $": net_words(story),
        "Fees $": cells.money(trade.fees).text,
        "Held": held(trade),
        "Stop": level_words(trade, plan.stop_loss if plan else None),
        "Worst seen": seen_words(trade, story.worst),
        "Target": level_words(trade, plan.profit_target if plan else None),
        "Best seen": seen_words(trade, story.best),
    }
    return [
        Fact(term, Cell(text, None, tone if term == "Net $" else ""))
        for term, text in texts.items()
    ]


def drawn_candles(candles: Sequence[Candle]) -> Sequence[Candle]:
    """Those of the shortest interval among them, in their order.

    None where they are so few that the prices between them say more.
    """
    if not candles:
        return ()
    shortest = min(candles, key=lambda each: each.closed_at - each.opened_at)
    found = [each for each in candles if each.interval == shortest.interval]
    return found if len(found) >= _LEAST_CANDLES else ()


def story_chart(
    story: TradeStory,
    prices: Sequence[ObservedPrice],
    candles: Sequence[Candle],
    hue: int | None,
) -> str:
    """What the page's script draws, as JSON.

    Args:
        prices, candles: In order of time. Candles, all of one interval, are drawn in
            place of the prices.
        hue: Number of the account's colour.
    """
    stride = max(1, -(-len(prices) // _MOST_DRAWN))
    drawn = [(_unix(each.observed_at), float(each.price)) for each in prices[::stride]]
    if candles:
        drawn = [(_unix(each.opened_at), float(each.close)) for each in candles]
    seen = dict(drawn)
    times = sorted(seen)
    plan, entry = story.plan, story.trade.entry_price
    steps = [
        {
            "t": _unix(step.at),
            "price": _price_of(step, story, times, seen),
            "kind": step.kind.value,
            "words": TITLES[step.kind],
        }
        for step in story.steps
        if step.kind is not StepKind.HELD
    ]
    levels = {
        "entry": entry,
        "stop": plan.stop_loss if plan else None,
        "target": plan.profit_target if plan else None,
    }
    chart: Mapping[str, Any] = {
        "prices": [[time, seen[time]] for time in times],
        "candles": [
            [_unix(each.opened_at), *map(float, _corners(each))] for each in candles
        ],
        "steps": steps,
        "levels": {name: float(level) for name, level in levels.items() if level},
        "hue": hue,
        "long": story.trade.side.value == "long",
    }
    return simplejson.dumps(chart, separators=(",", ":"), allow_nan=False)


def _corners(candle: Candle) -> tuple[Decimal, ...]:
    return candle.open, candle.high, candle.low, candle.close


def _price_of(
    step: Step, story: TradeStory, times: Sequence[int], seen: Mapping[int, float]
) -> float:
    """The price of an order, else the last one seen by then."""
    leg = step.leg
    if leg is not None and leg.exit_price is not None:
        return float(leg.exit_price)
    at = bisect_right(times, _unix(step.at)) - 1
    if step.kind is StepKind.OPENED or at < 0:
        return float(story.trade.entry_price or Decimal(0))
    return seen[times[at]]


def _unix(time: datetime) -> int:
    return int(time.timestamp())
