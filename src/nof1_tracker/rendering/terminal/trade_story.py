"""A trade's life on a terminal."""

from decimal import Decimal

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.analyzer.decisions.plan_discipline import Exit
from nof1_tracker.analyzer.decisions.trade_story import Step, StepKind, TradeStory
from nof1_tracker.records.asking.listed_rows import ListedDecision
from nof1_tracker.records.reading.trade_evidence import SeenPrice
from nof1_tracker.records.sanitize import clean
from nof1_tracker.records.stored import StoredTrade
from nof1_tracker.rendering.terminal.chats import prose, readable
from nof1_tracker.rendering.terminal.console import signed_style
from nof1_tracker.rendering.terminal.conversation import decision_terms
from nof1_tracker.rendering.terminal.trades import held, opening
from nof1_tracker.rendering.text import (
    UNKNOWN,
    moment,
    percent,
    price,
    quantity,
    span,
    usd,
    whole,
)

_TITLES = {
    StepKind.DECIDED: ("decided to open", "bold"),
    StepKind.OPENED: ("opened", "bold cyan"),
    StepKind.ADDED: ("decided to add", "bold"),
    StepKind.HELD: ("held", ""),
    StepKind.REPLANNED: ("changed its plan", "bold yellow"),
    StepKind.EXITED: ("decided to close", "bold"),
    StepKind.CLOSED: ("closed", "bold cyan"),
}
_EXITS = {
    Exit.TOOK_PROFIT: "at its target",
    Exit.WITHIN_PLAN: "between stop and target",
    Exit.STOPPED: "at its stop",
    Exit.BEYOND_STOP: "beyond its stop",
    Exit.UNKNOWN: "",
}


def story_report(story: TradeStory, width: int) -> RenderableType:
    """What it came to, then each step with the model's words."""
    parts: list[RenderableType] = [_title(story.trade), _outcome(story), Text()]
    for step in story.steps:
        parts.append(_step(step, story))
        if step.decision is not None:
            parts.append(prose(_decision(step.decision), width))
    return Group(*parts, *_missing(story))


def _title(trade: StoredTrade) -> Text:
    name = clean(f"{trade.name}, {trade.side.value} {trade.symbol}")
    return Text.assemble((name, "bold"), (f"  {clean(trade.trade_id or '')}", "dim"))


def _outcome(story: TradeStory) -> Table:
    """The trade in figures, its plan, and how far the price went."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    trade = story.trade
    size = f"{quantity(trade.quantity)} at {price(trade.entry_price)}"
    lever = "" if trade.leverage is None else f", {quantity(trade.leverage)}x"
    table.add_row("Entry", f"{size}{lever}")
    table.add_row("Exit", _exit(trade))
    table.add_row("Net $", _net(story))
    table.add_row("Held", held(trade))
    plan = story.plan
    stop, target = (plan.stop_loss, plan.profit_target) if plan else (None, None)
    table.add_row("Stop", _level(trade, stop))
    table.add_row("Worst seen", _seen(trade, story.worst))
    table.add_row("Target", _level(trade, target))
    table.add_row("Best seen", _seen(trade, story.best))
    return table


def _exit(trade: StoredTrade) -> str:
    if trade.exit_price is not None:
        return f"{price(trade.exit_price)}, {moment(trade.closed_at)} UTC"
    seen = trade.last_observed_at
    last = "" if seen is None else f", last seen {moment(seen)} UTC"
    return f"{trade.status.value}{last}"


def _net(story: TradeStory) -> Text:
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
    return Text(", ".join(parts), signed_style(trade.net_pnl))


def _level(trade: StoredTrade, level: Decimal | None) -> str:
    """A price, and how far it is from the entry."""
    if not level or not trade.entry_price:
        return price(level or None)
    return f"{price(level)} ({percent(level / trade.entry_price - 1, signed=True)})"


def _seen(trade: StoredTrade, seen: SeenPrice | None) -> str:
    if seen is None:
        return UNKNOWN
    return f"{_level(trade, seen.price)}, {moment(seen.at)} UTC"


def _step(step: Step, story: TradeStory) -> Text:
    """When, what, and its figures."""
    title, style = _TITLES[step.kind]
    line = Text.assemble((moment(step.at), "dim"), "  ", (title, style))
    if step.times > 1:
        line.append(f" {whole(step.times)} times, {span(step.until - step.at)}")
    if details := _details(step, story):
        line.append(f"  {details}")
    return line


def _details(step: Step, story: TradeStory) -> str:
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


def _decision(decision: ListedDecision) -> Text:
    """The terms that the model stated, its reasons, and when its plan is void."""
    said = [decision.justification, decision.invalidation_condition]
    words = [Text(readable(text), "dim") for text in said if text]
    return Text("\n").join([Text(clean(decision_terms(decision))), *words])


def _missing(story: TradeStory) -> list[Text]:
    """What of its life is not stored."""
    kinds = {step.kind for step in story.steps}
    lines = []
    if StepKind.DECIDED not in kinds:
        lines.append("The conversation that opened it is not stored.")
    if StepKind.CLOSED in kinds and StepKind.EXITED not in kinds:
        lines.append(
            "No stored conversation closed it: an order did, or it was missed."
        )
    return [Text(), *(Text(line, "dim") for line in lines)] if lines else []
