"""ModelChat: one cycle of one model, as the conversations endpoint serves it."""

import json
from collections.abc import Mapping
from typing import Any

from nof1_tracker.demo.arena.arena import Arena, Contestant, Turn
from nof1_tracker.demo.arena.book import Holding
from nof1_tracker.demo.arena.market import noise, number
from nof1_tracker.demo.arena.trader import Action
from nof1_tracker.demo.site.prompt import prompt

Json = dict[str, Any]


def conversation(arena: Arena, turn: Turn) -> Json:
    """The row without the names that may change, which are added when it is served."""
    who = arena.accounts[turn.account]
    decisions = _decisions(arena, who, turn.cycle)
    text = _thoughts(arena, who, turn, decisions)
    response: Json = decisions
    if turn.failed:
        cut = json.dumps(decisions, indent=2)[:-3]
        response = {"failed_json_response_raw_text": f"{text}\n\n[{cut}"}
    return {
        "id": turn.conversation_id,
        "user_prompt": prompt(arena, who, turn.cycle),
        "llm_response": response,
        "cycle_id": turn.cycle,
        "inserted_at": turn.inserted_at,
        "cot_trace": response if _trace_is_dict(arena, who, turn) else text,
        "skill": "swing_trading",
        "cot_trace_summary": _summary(arena, who, turn, decisions),
        "timestamp": turn.timestamp,
    }


def _trace_is_dict(arena: Arena, who: Contestant, turn: Turn) -> bool:
    """Always for some models, and sometimes where the answer was not JSON."""
    odd = noise(arena.seed, who.index, turn.cycle, 6) < 0.5
    return who.entrant.trace_is_dict or (turn.failed and odd)


def _decisions(arena: Arena, who: Contestant, cycle: int) -> Json:
    """The model's signals by symbol: its actions, and hold for its other positions."""
    asked = who.cycles.asked(cycle)
    actions = {act.holding.symbol: act for act in who.actions.get(cycle, ())}
    held = {each.symbol: each for each in who.book.open_at(asked)}
    decided: Json = {}
    for symbol in arena.traded_symbols:
        if symbol in actions:
            decided[symbol] = _act(actions[symbol])
        elif symbol in held:
            decided[symbol] = _hold(held[symbol], asked)
    return decided


def _act(action: Action) -> Json:
    plan = action.holding.plan
    reasons = {
        "buy_to_enter": "Momentum has turned up and the downside is well defined.",
        "sell_to_enter": "The bounce has run out of buyers below resistance.",
        "close_position": "The plan has run its course: "
        f"{plan.invalidation_condition[0].lower()}{plan.invalidation_condition[1:]}.",
    }
    return _signal(
        action.holding, action.signal, action.quantity, reasons[action.signal]
    )


def _hold(holding: Holding, asked: float) -> Json:
    return _signal(holding, "hold", holding.quantity(asked), "")


def _signal(holding: Holding, signal: str, quantity: float, why: str) -> Json:
    plan = holding.plan
    return {
        "quantity": number(quantity),
        "stop_loss": number(plan.stop_loss),
        "signal": signal,
        "profit_target": number(plan.profit_target),
        "invalidation_condition": plan.invalidation_condition,
        "justification": why,
        "confidence": plan.confidence,
        "leverage": plan.leverage,
        "risk_usd": number(plan.risk_usd),
        "coin": holding.symbol,
    }


def _thoughts(
    arena: Arena, who: Contestant, turn: Turn, decisions: Mapping[str, Any]
) -> str:
    at = who.cycles.asked(turn.cycle)
    equity = f"${who.book.equity(at):,.2f}"
    lines = [f"Cycle {turn.cycle}, equity {equity}: my positions one by one."]
    for place, (symbol, said) in enumerate(decisions.items(), 1):
        lines.append(
            f"{place}. **{symbol}**: the mid is {arena.market.mid(symbol, at)}, my "
            f"target {said['profit_target']}, my stop {said['stop_loss']}. "
            f"{_verdict(said['signal'])}"
        )
    if not decisions:
        lines.append("I hold nothing and see no setup that is worth its fees.")
    lines.append("I keep to the plan and answer with one JSON object per coin.")
    return "\n\n".join(lines)


def _verdict(signal: str) -> str:
    return {
        "hold": "Neither has been reached and the reason for the trade stands: hold.",
        "close_position": "The reason for the trade is gone: close it.",
        "buy_to_enter": "The setup is there: enter long.",
        "sell_to_enter": "The setup is there: enter short.",
    }[signal]


def _summary(
    arena: Arena, who: Contestant, turn: Turn, decisions: Mapping[str, Any]
) -> str:
    equity = who.book.equity(who.cycles.asked(turn.cycle))
    moves = [
        f"{said['signal'].replace('_', ' ')} {symbol}"
        for symbol, said in decisions.items()
        if said["signal"] != "hold"
    ]
    held = len(decisions) - len(moves)
    mood = ("Patience pays.", "The plan stands.", "Nothing to chase here.")
    tail = mood[int(noise(arena.seed, who.index, turn.cycle, 4) * len(mood))]
    done = f"I {' and '.join(moves)}, and keep" if moves else "I keep"
    return f"At {equity / 100 - 100:+.2f}% {done} {held} position(s). {tail}"
