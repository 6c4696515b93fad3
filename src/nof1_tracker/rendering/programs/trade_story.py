"""A trade's life as an object for programs."""

from typing import Any

from nof1_tracker.analyzer.decisions.trade_story import Plan, Step, TradeStory
from nof1_tracker.records.history.hyperliquid import Fill
from nof1_tracker.records.reading.trade_evidence import SeenPrice
from nof1_tracker.rendering.programs.listed_objects import decision_rows
from nof1_tracker.rendering.programs.output import exact, iso, ratio
from nof1_tracker.rendering.programs.trades import trade_rows


def story_object(story: TradeStory) -> dict[str, Any]:
    """The trade as in lists, its plan, what happened, and its steps in order.

    Prices are USD per unit. `risk_multiple` is the net PnL of the whole entry in units
    of the risk that the model stated. Decisions are as in the list of decisions.
    """
    (trade,) = trade_rows([story.trade])
    return {
        "trade": trade,
        "legs": trade_rows(story.legs),
        "plan": _plan(story.plan),
        "net_pnl": exact(story.net_pnl),
        "risk_usd": exact(story.risk_usd),
        "risk_multiple": ratio(story.risk_multiple),
        "lowest": _price(story.lowest),
        "highest": _price(story.highest),
        "steps": [_step(step) for step in story.steps],
        "fills": [_fill(fill) for fill in story.fills],
    }


def _plan(plan: Plan | None) -> dict[str, Any] | None:
    if plan is None:
        return None
    return {
        "stop_loss": exact(plan.stop_loss),
        "profit_target": exact(plan.profit_target),
        "stated_at": iso(plan.stated_at),
    }


def _price(seen: SeenPrice | None) -> dict[str, Any] | None:
    if seen is None:
        return None
    return {"price": exact(seen.price), "observed_at": iso(seen.at)}


def _step(step: Step) -> dict[str, Any]:
    decision = decision_rows([step.decision] if step.decision else [])
    return {
        "kind": step.kind.value,
        "at": iso(step.at),
        "until": iso(step.until),
        "times": step.times,
        "decision": decision[0] if decision else None,
        "trade_id": step.leg.trade_id if step.leg else None,
        "exit": step.exit.value if step.exit else None,
    }


def _fill(fill: Fill) -> dict[str, Any]:
    return {
        "side": fill.side.value,
        "quantity": exact(fill.quantity),
        "price": exact(fill.price),
        "filled_at": iso(fill.filled_at),
        "fee": exact(fill.fee),
        "is_taker": fill.is_taker,
    }
