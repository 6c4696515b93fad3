"""Questions of cases in words: what is given, what is wanted, how it is worked out."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from nof1_tracker.records.enums import ChatDecision
from nof1_tracker.records.headline import SIGNALS
from nof1_tracker.records.progress.cases import AnswerUnit, OwnDecision
from nof1_tracker.records.progress.worked_steps import StepUnit, WorkedStep
from nof1_tracker.rendering.text import price, quantity, usd

_MOST_PLACES: Final = 8
_DOLLARS: Final = frozenset({"margin", "equity", "notional", "at_risk"})
_PRICES: Final = frozenset({"price", "entry", "stop"})
_FOUND: Final = frozenset({"move", "loss", "risk", "gain", "ruin"})
"""Prices and differences of prices that an earlier step found."""
_SHARES: Final = frozenset({"rate", "share", "maintenance"})
_DECIDED: Final[Mapping[OwnDecision, str]] = {
    OwnDecision.BUY: "go long",
    OwnDecision.SELL: "go short",
    OwnDecision.STAY_OUT: "stay out",
    OwnDecision.HOLD: "hold the position",
    OwnDecision.CLOSE: "close the position",
}
_MODEL_DID: Final[Mapping[ChatDecision, str]] = {
    ChatDecision.BUY: "went long",
    ChatDecision.SELL: "went short",
    ChatDecision.HOLD: "held the position",
    ChatDecision.CLOSE: "closed the position",
}
_SAME: Final[Mapping[OwnDecision, ChatDecision]] = {
    OwnDecision.BUY: ChatDecision.BUY,
    OwnDecision.SELL: ChatDecision.SELL,
    OwnDecision.HOLD: ChatDecision.HOLD,
    OwnDecision.CLOSE: ChatDecision.CLOSE,
}


def asked_words(wording: str, givens: Mapping[str, Decimal | str]) -> str:
    """The question as a sentence, with each given in its unit.

    Args:
        wording: As in `lessons.json`, with the names of the givens in braces.
    """
    return wording.format_map(
        {name: _given(name, value) for name, value in givens.items()}
    )


def unit_words(unit: AnswerUnit, symbol: str) -> str:
    """What an answer is counted in, beside its field."""
    match unit:
        case AnswerUnit.USD:
            return "$"
        case AnswerUnit.USD_PER_UNIT:
            return f"$ per {symbol}"
        case AnswerUnit.UNITS:
            return f"units of {symbol}"
        case AnswerUnit.FRACTION:
            return "%"
        case AnswerUnit.MULTIPLE:
            return "R"


def tolerance_words(unit: AnswerUnit, share: Decimal, least: Decimal | None) -> str:
    """How far an answer may be off; the rule alone, which does not tell the answer.

    Args:
        share: As a fraction of the right answer.
        least: In the unit, whatever is right; None where nothing is.
    """
    relative = f"Right within {_percent(share)} of the answer"
    if least is None:
        return f"{relative}."
    smallest = {
        AnswerUnit.USD: f"${_exact(least)}",
        AnswerUnit.FRACTION: f"{_exact(least * 100)} percentage points",
    }.get(unit, f"{_exact(least)}")
    return f"{relative}, or within {smallest}."


def answer_words(unit: AnswerUnit, answer: Decimal, symbol: str) -> str:
    """An answer in its unit."""
    return _result(StepUnit(unit.value), answer, symbol)


def step_words(step: WorkedStep, symbol: str) -> tuple[str, str]:
    """A step's calculation with its numbers, and its result."""
    numbers = {name: _given(name, value) for name, value in step.terms.items()}
    return step.rule.format_map(numbers), _result(step.unit, step.value, symbol)


def decided_words(decision: OwnDecision) -> str:
    """What a player may do, or did."""
    return _DECIDED[decision]


def model_did_words(signal: str, *, held: bool) -> str:
    """What the model did, in the past tense; in the site's own word where it is new."""
    found = SIGNALS.get(signal)
    if found is ChatDecision.HOLD and not held:
        return "stayed out"
    return f"said {signal!r}" if found is None else _MODEL_DID[found]


def did_the_same(decision: OwnDecision, signal: str, *, held: bool) -> bool:
    """Whether the player decided what the model did."""
    found = SIGNALS.get(signal)
    if decision is OwnDecision.STAY_OUT:
        return found is ChatDecision.HOLD and not held
    return found is not None and _SAME[decision] is found


def _given(name: str, value: Decimal | str) -> str:
    if isinstance(value, str):
        return value
    if name in _FOUND:
        return _dollars(value, _shorter(price(abs(value))))
    if name in _DOLLARS | _PRICES:
        return _dollars(value, _shorter(f"{round(abs(value), _MOST_PLACES):,f}"))
    return _percent(value) if name in _SHARES else _exact(value)


def _result(unit: StepUnit, value: Decimal, symbol: str) -> str:
    match unit:
        case StepUnit.USD:
            return _dollars(value, usd(abs(value)))
        case StepUnit.USD_PER_UNIT:
            return _dollars(value, _shorter(price(abs(value))))
        case StepUnit.UNITS:
            return f"{quantity(value)} {symbol}"
        case StepUnit.FRACTION:
            return _percent(value)
        case StepUnit.MULTIPLE:
            return f"{value:z.2f} R"
        case StepUnit.NUMBER:
            return _exact(value)


def _dollars(value: Decimal, digits: str) -> str:
    return f"{'-' if value < 0 else ''}${digits}"


def _shorter(digits: str) -> str:
    """Without zeros at the end; an amount has cents, or none at all."""
    before, point, after = digits.partition(".")
    after = after.rstrip("0")
    return f"{before}{point}{after:0<2}" if after else before


def _percent(share: Decimal) -> str:
    """With as many digits as it has, up to four after the point."""
    return f"{_exact(round(share * 100, 4))} %"


def _exact(value: Decimal) -> str:
    """Its digits, so that who calculates with what is shown finds the same."""
    text = f"{round(value, _MOST_PLACES):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
