"""The life of a trade in words, the same on a terminal and on a page."""

from collections.abc import Iterator
from decimal import Decimal

from nof1_tracker.analyzer.decisions.plan_discipline import Exit
from nof1_tracker.analyzer.decisions.trade_story import Step, StepKind, TradeStory
from nof1_tracker.records.reading.trade_evidence import SeenPrice
from nof1_tracker.records.stored import StoredTrade
from nof1_tracker.rendering.text import (
    UNKNOWN,
    moment,
    percent,
    price,
    quantity,
    usd,
    whole,
)
from nof1_tracker.rendering.trade_words import opening

TITLES = {
    StepKind.DECIDED: "decided to open",
    StepKind.OPENED: "opened",
    StepKind.ADDED: "decided to add",
    StepKind.HELD: "held",
    StepKind.REPLANNED: "changed its plan",
    StepKind.EXITED: "decided to close",
    StepKind.CLOSED: "closed",
}
_EXITS = {
    Exit.TOOK_PROFIT: "at its target",
    Exit.WITHIN_PLAN: "between stop and target",
    Exit.STOPPED: "at its stop",
    Exit.BEYOND_STOP: "beyond its stop",
    Exit.UNKNOWN: "",
}


def exit_words(trade: StoredTrade) -> str:
    """At which price it was closed, or what it is, and when."""
    if trade.exit_price is not None:
        return f"{price(trade.exit_price)}, {moment(trade.closed_at)} UTC"
    seen = trade.last_observed_at
    last = "" if seen is None else f", last seen {moment(seen)} UTC"
    return f"{trade.status.value}{last}"


def net_words(story: TradeStory) -> str:
    """Net PnL of the leg and of its entry, and in units of the risk stated."""
    trade = story.trade
    parts = [usd(trade.net_pnl, signed=True)]
    if len(story.legs) > 1:
        net = usd(story.net_pnl, signed=True)
        parts.append(f"{net} over all {whole(len(story.legs))} parts of its entry")
    if story.risk_multiple is not None:
        parts.append(
            f"{story.risk_multiple:+.2f} times the risk of {usd(story.risk_usd)}"
        )
    return ", ".join(parts)


def level_words(trade: StoredTrade, level: Decimal | None) -> str:
    """A price, and how far it is from the entry."""
    if not level or not trade.entry_price:
        return price(level or None)
    return f"{price(level)} ({percent(level / trade.entry_price - 1, signed=True)})"


def seen_words(trade: StoredTrade, seen: SeenPrice | None) -> str:
    """A price that was seen, and when."""
    if seen is None:
        return UNKNOWN
    return f"{level_words(trade, seen.price)}, {moment(seen.at)} UTC"


def step_details(step: Step, story: TradeStory) -> str:
    """The figures of an order; empty for a decision."""
    if step.kind is StepKind.OPENED:
        return _opened(story)
    return _closed(step.leg, step.exit) if step.leg is not None else ""


def _opened(story: TradeStory) -> str:
    first = story.legs[0]
    total = sum((leg.quantity for leg in story.legs), Decimal(0))
    words = [f"{quantity(total)} at {price(first.entry_price)}"]
    if not first.opened_at_known:
        words.append(opening(first))
    if first.entry_oid is not None:
        words.append(f"order {first.entry_oid}")
    if story.fills:
        takers = all(fill.is_taker for fill in story.fills)
        words.append(f"{whole(len(story.fills))} fills{' as taker' if takers else ''}")
    return ", ".join(words)


def _closed(leg: StoredTrade, exit_: Exit | None) -> str:
    words = [
        f"{quantity(leg.quantity)} at {price(leg.exit_price)}",
        _EXITS[exit_] if exit_ else "",
        f"net $ {usd(leg.net_pnl, signed=True)}",
    ]
    return ", ".join(word for word in words if word)


def missing_sentences(story: TradeStory) -> Iterator[str]:
    """What of its life is not stored."""
    kinds = {step.kind for step in story.steps}
    if StepKind.DECIDED not in kinds:
        yield "The conversation that opened it is not stored."
    if StepKind.CLOSED in kinds and StepKind.EXITED not in kinds:
        yield "No stored conversation closed it: an order did, or it was missed."
