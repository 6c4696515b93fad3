"""What was drawn when a game was opened, as JSON."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from nof1_tracker.records.play.stored_games import WindowPlan
from nof1_tracker.records.progress.play_windows import Turn


def plan_as_json(plan: WindowPlan) -> dict[str, Any]:
    """Prices as text, so that they keep their digits; turns by where they start."""
    turns = plan.turns
    return {
        "prices": {symbol: str(each) for symbol, each in plan.first_prices.items()},
        "accounts": list(plan.accounts),
        "turns": [[each.start.isoformat(), each.is_trade] for each in turns],
        "until": turns[-1].end.isoformat() if turns else None,
    }


def plan_from_json(stored: Mapping[str, Any]) -> WindowPlan:
    """The plan that was stored; an empty one where none was."""
    if not stored:
        return WindowPlan()
    starts = [(datetime.fromisoformat(at), trade) for at, trade in stored["turns"]]
    if stored["until"] is not None:
        starts.append((datetime.fromisoformat(stored["until"]), False))
    return WindowPlan(
        first_prices={name: Decimal(each) for name, each in stored["prices"].items()},
        accounts=tuple(stored["accounts"]),
        turns=tuple(
            Turn(start, end, is_trade)
            for (start, is_trade), (end, _) in pairwise(starts)
        ),
    )
