"""Questions on a situation, from what was known in it.

What a situation does not hold (a stop, a leverage) is drawn from the id of the case, so
that a question never depends on what the model then decided.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from hashlib import sha256
from typing import Final, TypeGuard, TypeVar

from nof1_tracker.game.cases.case_arithmetic import (
    distance,
    liquidation_price,
    risk_multiple,
    ruin_price,
    size_for_risk,
    unrealized_pnl,
)
from nof1_tracker.game.engine.fees import rates_at
from nof1_tracker.game.engine.margin import MOST_LEVERAGE
from nof1_tracker.records.asking.listed_rows import ObservedPosition
from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.progress.cases import AnswerUnit, Question, Situation
from nof1_tracker.records.progress.player_history import Notion

TOLERANCE: Final = Decimal("0.002")
"""How far an answer may be off, as a fraction of the right one."""
LEAST_TOLERANCE: Final[Mapping[AnswerUnit, Decimal]] = {
    AnswerUnit.USD: Decimal("0.005"),
    AnswerUnit.FRACTION: Decimal("0.00005"),
    AnswerUnit.MULTIPLE: Decimal("0.005"),
}
"""What rounding to cents, hundredths of a per cent or of R may cost, whatever is right."""
LEAST_EQUITY: Final = Decimal(1_000)
LEAST_PNL: Final = Decimal(1)
LEAST_PRICE_MOVE: Final = Decimal("0.25")
"""USD per unit; prompts round the entry price to cents, which is 2 % of this at most."""
LEAST_MOVE: Final = Decimal("0.002")
"""Prices nearer to each other than this fraction make no question."""
LEAST_MULTIPLE: Final = Decimal("0.25")
WRONG_CHOICES: Final = 3
_FACTORS: Final = tuple(
    Decimal(each) / 100 for each in (30, 50, 68, 85, 118, 136, 160, 190)
)
_SHOWN: Final = Context(prec=5)
_One = TypeVar("_One")


def can_ask(notion: Notion, situation: Situation) -> bool:
    """Whether the situation holds what the question needs."""
    held = situation.position
    if notion is Notion.UNREALIZED_PNL:
        return _has_moved(held) and abs(_pnl(held)) >= LEAST_PNL
    if notion is Notion.RISK_MULTIPLE:
        return _has_moved(held) and abs(_multiple(held)) >= LEAST_MULTIPLE
    if notion is Notion.LIQUIDATION_PRICE:
        return situation.symbol in MOST_LEVERAGE
    if notion in {Notion.FEE, Notion.POSITION_SIZE}:
        return situation.equity >= LEAST_EQUITY
    return True


def ask(notion: Notion, situation: Situation, case_id: str) -> Question:
    """The question on that notion.

    Raises:
        ValueError: The situation does not hold what it needs: see `can_ask`.
    """
    if not can_ask(notion, situation):
        raise ValueError(f"{notion} cannot be asked in {case_id}")
    draw = _Draw(f"{case_id}:{notion}")
    asked = _ASKED[notion](situation, draw)
    least = LEAST_TOLERANCE.get(asked.unit, Decimal(0))
    tolerance = max(abs(asked.right) * TOLERANCE, least)
    return Question(
        notion=notion,
        givens=tuple(asked.givens.items()),
        unit=asked.unit,
        right=asked.right,
        tolerance=tolerance,
        choices=_choices(asked, draw, apart=3 * tolerance),
    )


# --- choices ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question before its choices.

    Attributes:
        wrong: The answers of usual mistakes.
        base: What answers around the right one are counted from: a price lies about
            another price, and not about 0.
    """

    unit: AnswerUnit
    givens: Mapping[str, Decimal | str]
    right: Decimal
    wrong: Sequence[Decimal]
    base: Decimal = Decimal(0)


def _choices(asked: _Asked, draw: "_Draw", *, apart: Decimal) -> tuple[Decimal, ...]:
    """The right answer among three wrong ones, each at least so far from the others.

    Its place among the four is drawn, so that it says nothing; on either side usual
    mistakes come first.
    """
    beyond = asked.right - asked.base
    around = draw.shuffled([asked.base + beyond * factor for factor in _FACTORS])
    found, below = [asked.right], draw.one_of(range(WRONG_CHOICES + 1))
    room = {True: below, False: WRONG_CHOICES - below}
    for each in (*draw.shuffled(asked.wrong), *around):
        is_below = each < asked.right
        if room[is_below] and all(abs(each - other) >= apart for other in found):
            found.append(each)
            room[is_below] -= 1
    return tuple(sorted(found))


class _Draw:
    """Choices that look random, and are the same for the same case."""

    def __init__(self, seed: str) -> None:
        self._digest = iter(sha256(seed.encode()).digest())

    def shuffled(self, options: Sequence[_One]) -> list[_One]:
        left = list(options)
        return [left.pop(next(self._digest) % len(left)) for _ in options]

    def one_of(self, options: Sequence[_One]) -> _One:
        return options[next(self._digest) % len(options)]


# --- questions --------------------------------------------------------------------


def _ask_fee(situation: Situation, draw: _Draw) -> _Asked:
    leverage = Decimal(draw.one_of((5, 8, 10)))
    share = draw.one_of((Decimal("0.1"), Decimal("0.2"), Decimal("0.25")))
    margin = _SHOWN.create_decimal(situation.equity * share).to_integral_value()
    rates, notional = rates_at(situation.asked_at), margin * leverage
    return _Asked(
        AnswerUnit.USD,
        {"margin": margin, "leverage": leverage, "rate": rates.taker},
        notional * rates.taker,
        # On the margin alone; at the rate of resting orders; both ways.
        (margin * rates.taker, notional * rates.maker, 2 * notional * rates.taker),
    )


def _ask_pnl(situation: Situation, _draw: _Draw) -> _Asked:
    held = _held(situation)
    right = _pnl(held)
    leverage = held.leverage or Decimal(10)
    return _Asked(
        AnswerUnit.USD,
        {
            "side": held.side.value,
            "quantity": held.quantity,
            "entry": held.entry_price,
            "price": _mark(held),
        },
        right,
        # The other side; multiplied by the leverage once more; for one unit.
        (-right, right * leverage, right / held.quantity),
    )


def _ask_distance(situation: Situation, draw: _Draw) -> _Asked:
    price = situation.price
    stop = _known_stop(situation) or _drawn_stop(situation, draw)
    right = distance(price, stop)
    held = situation.position
    entry = held.entry_price if held else price * Decimal("1.04")
    return _Asked(
        AnswerUnit.FRACTION,
        {"price": price, "stop": stop},
        right,
        # From the entry; with the leverage; half way.
        (distance(entry, stop), right * 10, right / 2),
    )


def _ask_size(situation: Situation, draw: _Draw) -> _Asked:
    share = draw.one_of((Decimal("0.005"), Decimal("0.01"), Decimal("0.02")))
    equity, price = _SHOWN.create_decimal(situation.equity), situation.price
    stop = _drawn_stop(situation, draw)
    right = size_for_risk(equity, share, price, stop)
    return _Asked(
        AnswerUnit.UNITS,
        {"equity": equity, "share": share, "price": price, "stop": stop},
        right,
        # What is put in instead of what is risked; all of equity; ten times as much.
        (equity * share / price, equity / price, right * 10),
    )


def _ask_liquidation(situation: Situation, draw: _Draw) -> _Asked:
    side, symbol, price = (
        draw.one_of(tuple(TradeSide)),
        situation.symbol,
        situation.price,
    )
    most = MOST_LEVERAGE[symbol]
    leverage = draw.one_of(
        [each for each in map(Decimal, (3, 5, 8, 10)) if each <= most]
    )
    other = TradeSide.SHORT if side is TradeSide.LONG else TradeSide.LONG
    return _Asked(
        AnswerUnit.USD_PER_UNIT,
        {"side": side.value, "price": price, "leverage": leverage, "most": most},
        liquidation_price(symbol, side, price, leverage),
        # Without maintenance margin; of the other side; with half of the leverage.
        (
            ruin_price(side, price, leverage),
            liquidation_price(symbol, other, price, leverage),
            liquidation_price(symbol, side, price, leverage / 2),
        ),
        base=price,
    )


def _ask_multiple(situation: Situation, _draw: _Draw) -> _Asked:
    held = _held(situation)
    price, stop, right = _mark(held), held.stop_loss or Decimal(0), _multiple(held)
    gain = unrealized_pnl(held.side, Decimal(1), held.entry_price, price)
    return _Asked(
        AnswerUnit.MULTIPLE,
        {
            "side": held.side.value,
            "entry": held.entry_price,
            "price": price,
            "stop": stop,
        },
        right,
        # The other side; of the risk that is left now; of the entry price.
        (
            -right,
            gain / (abs(price - stop) or Decimal(1)),
            100 * gain / held.entry_price,
        ),
    )


_ASKED: Final[Mapping[Notion, Callable[[Situation, _Draw], _Asked]]] = {
    Notion.FEE: _ask_fee,
    Notion.UNREALIZED_PNL: _ask_pnl,
    Notion.STOP_DISTANCE: _ask_distance,
    Notion.POSITION_SIZE: _ask_size,
    Notion.LIQUIDATION_PRICE: _ask_liquidation,
    Notion.RISK_MULTIPLE: _ask_multiple,
}


def _held(situation: Situation) -> ObservedPosition:
    if situation.position is None:
        raise ValueError(f"{situation.symbol} is not held")
    return situation.position


def _has_moved(held: ObservedPosition | None) -> TypeGuard[ObservedPosition]:
    """True where it is held, and its price has moved beyond what rounding does."""
    if held is None or held.mark_price is None:
        return False
    return abs(held.mark_price - held.entry_price) >= LEAST_PRICE_MOVE


def _mark(held: ObservedPosition) -> Decimal:
    """The price that it is valued at: its own, where prices of a prompt differ."""
    return held.entry_price if held.mark_price is None else held.mark_price


def _pnl(held: ObservedPosition) -> Decimal:
    return unrealized_pnl(held.side, held.quantity, held.entry_price, _mark(held))


def _multiple(held: ObservedPosition) -> Decimal:
    """Its risk multiple; 0 without a stop on the losing side of the entry."""
    stop, entry = held.stop_loss, held.entry_price
    if not stop or stop == entry:  # at the entry, nothing is at risk
        return Decimal(0)
    if (stop < entry) is not (held.side is TradeSide.LONG):
        return Decimal(0)
    return risk_multiple(held.side, entry, _mark(held), stop)


def _known_stop(situation: Situation) -> Decimal | None:
    """The stop of the position, where it is clearly away from the price."""
    stop = situation.position.stop_loss if situation.position else None
    if not stop or distance(situation.price, stop) < LEAST_MOVE:
        return None
    return stop


def _drawn_stop(situation: Situation, draw: _Draw) -> Decimal:
    away = draw.one_of(tuple(map(Decimal, ("0.01", "0.02", "0.03", "0.05"))))
    side = draw.one_of((-1, 1))
    return _SHOWN.create_decimal(situation.price * (1 + side * away))
