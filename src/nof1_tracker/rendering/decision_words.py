"""A decision for a symbol in words, the same in every format for people."""

from nof1_tracker.records.asking.listed_rows import ListedDecision
from nof1_tracker.rendering.text import UNKNOWN, price, quantity, usd


def decision_terms(decision: ListedDecision) -> str:
    """Its figures, those that the model stated."""
    terms = {
        "quantity": quantity(decision.quantity),
        "leverage": _with(quantity(decision.leverage), "x"),
        "confidence": _with(quantity(decision.confidence), " %"),
        "stop": price(decision.stop_loss),
        "target": price(decision.profit_target),
        "risk $": usd(decision.risk_usd),
    }
    stated = [f"{name} {text}" for name, text in terms.items() if text != UNKNOWN]
    return " · ".join(stated)


def _with(figure: str, unit: str) -> str:
    return figure if figure == UNKNOWN else f"{figure}{unit}"
