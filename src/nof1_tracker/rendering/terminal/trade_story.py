"""A trade's life on a terminal."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.analyzer.decisions.trade_story import Step, StepKind, TradeStory
from nof1_tracker.records.asking.listed_rows import ListedDecision
from nof1_tracker.records.sanitize import clean
from nof1_tracker.records.stored import StoredTrade
from nof1_tracker.rendering.decision_words import decision_terms
from nof1_tracker.rendering.terminal.chats import prose, readable
from nof1_tracker.rendering.terminal.console import signed_style
from nof1_tracker.rendering.text import moment, price, quantity, span, whole
from nof1_tracker.rendering.trade_story_words import (
    TITLES,
    exit_words,
    level_words,
    missing_sentences,
    net_words,
    seen_words,
    step_details,
)
from nof1_tracker.rendering.trade_words import held

_STYLES = {
    StepKind.DECIDED: "bold",
    StepKind.OPENED: "bold cyan",
    StepKind.ADDED: "bold",
    StepKind.HELD: "",
    StepKind.REPLANNED: "bold yellow",
    StepKind.EXITED: "bold",
    StepKind.CLOSED: "bold cyan",
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
    table.add_row("Exit", exit_words(trade))
    table.add_row("Net $", Text(net_words(story), signed_style(trade.net_pnl)))
    table.add_row("Held", held(trade))
    plan = story.plan
    stop, target = (plan.stop_loss, plan.profit_target) if plan else (None, None)
    table.add_row("Stop", level_words(trade, stop))
    table.add_row("Worst seen", seen_words(trade, story.worst))
    table.add_row("Target", level_words(trade, target))
    table.add_row("Best seen", seen_words(trade, story.best))
    return table


def _step(step: Step, story: TradeStory) -> Text:
    """When, what, and its figures."""
    title, style = TITLES[step.kind], _STYLES[step.kind]
    line = Text.assemble((moment(step.at), "dim"), "  ", (title, style))
    if step.times > 1:
        line.append(f" {whole(step.times)} times, {span(step.until - step.at)}")
    if details := step_details(step, story):
        line.append(f"  {details}")
    return line


def _decision(decision: ListedDecision) -> Text:
    """The terms that the model stated, its reasons, and when its plan is void."""
    said = [decision.justification, decision.invalidation_condition]
    words = [Text(readable(text), "dim") for text in said if text]
    return Text("\n").join([Text(clean(decision_terms(decision))), *words])


def _missing(story: TradeStory) -> list[Text]:
    lines = [Text(each, "dim") for each in missing_sentences(story)]
    return [Text(), *lines] if lines else []
