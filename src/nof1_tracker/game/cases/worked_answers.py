"""The right answers, worked out step by step; the last step is the answer."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.progress.player_history import Notion
from nof1_tracker.records.progress.worked_steps import StepUnit, WorkedStep

Terms = Mapping[str, Decimal]


def worked_answer(
    notion: Notion, givens: Mapping[str, Decimal | str]
) -> tuple[WorkedStep, ...]:
    """How the answer of a question follows from what it states.

    Args:
        givens: As in `Question`.
    """
    numbers = {
        name: value for name, value in givens.items() if isinstance(value, Decimal)
    }
    is_long = givens.get("side", TradeSide.LONG.value) == TradeSide.LONG.value
    return tuple(_WORKED[notion](numbers, is_long))


def _fee(given: Terms, _is_long: bool) -> Iterator[WorkedStep]:
    notional = given["margin"] * given["leverage"]
    yield _step("notional", "{margin} x {leverage}", given, notional, StepUnit.USD)
    found = {**given, "notional": notional}
    fee = notional * given["rate"]
    yield _step("fee", "{notional} x {rate}", found, fee, StepUnit.USD)


def _pnl(given: Terms, is_long: bool) -> Iterator[WorkedStep]:
    gain, rule = _gain(given, is_long=is_long)
    yield _step("gain per unit", rule, given, gain, StepUnit.USD_PER_UNIT)
    found = {**given, "gain": gain}
    pnl = gain * given["quantity"]
    yield _step("unrealized PnL", "{gain} x {quantity}", found, pnl, StepUnit.USD)


def _distance(given: Terms, _is_long: bool) -> Iterator[WorkedStep]:
    move, rule = _apart(given, "price", "stop")
    yield _step("move to the stop", rule, given, move, StepUnit.USD_PER_UNIT)
    found = {**given, "move": move}
    far = move / given["price"]
    yield _step("distance", "{move} / {price}", found, far, StepUnit.FRACTION)


def _size(given: Terms, _is_long: bool) -> Iterator[WorkedStep]:
    at_risk = given["equity"] * given["share"]
    yield _step("amount at risk", "{equity} x {share}", given, at_risk, StepUnit.USD)
    loss, rule = _apart(given, "price", "stop")
    yield _step("loss per unit at the stop", rule, given, loss, StepUnit.USD_PER_UNIT)
    found = {**given, "at_risk": at_risk, "loss": loss}
    size = at_risk / loss
    yield _step("size", "{at_risk} / {loss}", found, size, StepUnit.UNITS)


def _liquidation(given: Terms, is_long: bool) -> Iterator[WorkedStep]:
    maintenance = 1 / (2 * given["most"])
    rule = "1 / (2 x {most})"
    yield _step("maintenance margin", rule, given, maintenance, StepUnit.FRACTION)
    found = {**given, "maintenance": maintenance}
    sign, mark = (-1, "-") if is_long else (1, "+")
    ruin = given["price"] * (1 + sign / given["leverage"])
    rule = f"{{price}} x (1 {mark} 1 / {{leverage}})"
    name = "price at which the margin is gone"
    yield _step(name, rule, given, ruin, StepUnit.USD_PER_UNIT)
    found["ruin"] = ruin
    price = ruin / (1 + sign * maintenance)
    rule = f"{{ruin}} / (1 {mark} {{maintenance}})"
    yield _step("liquidation price", rule, found, price, StepUnit.USD_PER_UNIT)


def _multiple(given: Terms, is_long: bool) -> Iterator[WorkedStep]:
    risk, rule = _apart(given, "entry", "stop")
    yield _step("risk per unit, 1 R", rule, given, risk, StepUnit.USD_PER_UNIT)
    gain, rule = _gain(given, is_long=is_long)
    yield _step("gain per unit", rule, given, gain, StepUnit.USD_PER_UNIT)
    found = {**given, "risk": risk, "gain": gain}
    yield _step("gain in R", "{gain} / {risk}", found, gain / risk, StepUnit.MULTIPLE)


_WORKED: Final[Mapping[Notion, Callable[[Terms, bool], Iterator[WorkedStep]]]] = {
    Notion.FEE: _fee,
    Notion.UNREALIZED_PNL: _pnl,
    Notion.STOP_DISTANCE: _distance,
    Notion.POSITION_SIZE: _size,
    Notion.LIQUIDATION_PRICE: _liquidation,
    Notion.RISK_MULTIPLE: _multiple,
}


def _step(
    name: str, rule: str, terms: Terms, value: Decimal, unit: StepUnit
) -> WorkedStep:
    return WorkedStep(name, rule, terms, value, unit)


def _gain(given: Terms, *, is_long: bool) -> tuple[Decimal, str]:
    """What a unit has gained, and its rule: a short gains when the price falls."""
    if is_long:
        return given["price"] - given["entry"], "{price} - {entry}"
    return given["entry"] - given["price"], "{entry} - {price}"


def _apart(given: Terms, one: str, other: str) -> tuple[Decimal, str]:
    """How far two prices are apart, and the rule: the lower from the higher."""
    low, high = sorted((one, other), key=lambda name: given[name])
    return given[high] - given[low], f"{{{high}}} - {{{low}}}"
