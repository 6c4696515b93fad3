"""Cases out of a season's decisions, by rule."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeVar

from nof1_tracker.game.cases.questions import ask, can_ask
from nof1_tracker.records.asking.listed_rows import (
    ListedDecision,
    ObservedPosition,
    ObservedPrice,
)
from nof1_tracker.records.enums import ChatDecision
from nof1_tracker.records.headline import SIGNALS
from nof1_tracker.records.progress.cases import (
    BuiltCase,
    Case,
    CaseEvidence,
    OwnDecision,
    Revealed,
    Situation,
)
from nof1_tracker.records.progress.player_history import (
    CompletedCase,
    ModuleSize,
    Notion,
)

MODULES: Final[Mapping[int, tuple[Notion, ...]]] = {
    1: (Notion.FEE,),
    2: (Notion.UNREALIZED_PNL, Notion.FEE),
    3: (Notion.STOP_DISTANCE, Notion.POSITION_SIZE),
    4: (Notion.LIQUIDATION_PRICE, Notion.POSITION_SIZE, Notion.FEE),
    5: (
        Notion.RISK_MULTIPLE,
        Notion.LIQUIDATION_PRICE,
        Notion.STOP_DISTANCE,
        Notion.UNREALIZED_PNL,
    ),
}
"""What the cases of a module ask, by number; the first is the notion at stake."""
MODULE_SIZE: Final = 24
"""A module has at most this many cases, so that it can be completed."""
HELD_CASES: Final = 4
"""Of the decisions to hold one position, at most this many become cases."""
_Row = TypeVar("_Row")


def build_cases(evidence: Iterable[CaseEvidence]) -> tuple[BuiltCase, ...]:
    """The cases of a season, module by module, oldest first.

    Candidates are the decisions that acted, and of those that held a position four,
    evenly spread. Each goes to the module that can use it and has the fewest so far; of
    a module's, 24 stay, evenly spread over the season. While a season runs they change
    as it grows: what is handed out has to be kept.
    """
    modules: dict[int, list[BuiltCase]] = {number: [] for number in MODULES}
    for each in sorted(_candidates(evidence), key=_order):
        situation = situation_of(each)
        fitting = _modules_of(situation) if situation else []
        if situation and fitting:
            module = min(fitting, key=lambda number: (len(modules[number]), number))
            case = case_of(situation, _id_of(each.decision), module)
            modules[module].append(BuiltCase(case, reveal_of(each)))
    return tuple(
        each for built in modules.values() for each in _spread(built, MODULE_SIZE)
    )


def situation_of(evidence: CaseEvidence) -> Situation | None:
    """What was known when the model was asked; None without a price of the symbol.

    Whatever is dated later is left out, wherever it is from.
    """
    asked_at, symbol = evidence.asked_at, evidence.decision.symbol
    prices = _newest(evidence.prices, asked_at)
    if symbol not in prices or evidence.equity <= 0:
        return None
    positions = tuple(
        each for each in evidence.positions if each.observed_at <= asked_at
    )
    return Situation(
        season=evidence.season,
        account_id=evidence.decision.account_id,
        name=evidence.decision.name,
        symbol=symbol,
        asked_at=asked_at,
        equity=evidence.equity,
        available_cash=evidence.available_cash,
        price=prices[symbol].price,
        position=_of_symbol(positions, symbol),
        positions=positions,
        prices=tuple(prices[each] for each in sorted(prices)),
        prompt=evidence.prompt,
    )


def case_of(situation: Situation, case_id: str, module: int) -> Case:
    """The case of a module; it depends on nothing that the model did.

    Raises:
        ValueError: The situation does not hold what the module asks.
    """
    notions = MODULES[module]
    return Case(
        case_id=case_id,
        module=module,
        at_stake=notions[0],
        situation=situation,
        questions=tuple(ask(each, situation, case_id) for each in notions),
        options=_options(situation),
    )


def reveal_of(evidence: CaseEvidence) -> tuple[Revealed, ...]:
    """What the model did and why, and what came of it, with when it became known."""
    decision = evidence.decision
    legs = (
        Revealed(known_at=leg.closed_at, leg=leg)
        for leg in evidence.legs
        if leg.closed_at is not None and leg.closed_at > evidence.asked_at
    )
    decided = Revealed(known_at=decision.observed_at, decision=decision)
    return decided, *sorted(legs, key=lambda each: each.known_at)


def complete_case(
    case: Case, answers: Mapping[Notion, Decimal], at: datetime
) -> CompletedCase:
    """The case as answered: graded for its arithmetic alone.

    Args:
        answers: In the units of the questions; one that is missing is not right.
    """
    right = (
        each.notion
        for each in case.questions
        if each.notion in answers and each.accepts(answers[each.notion])
    )
    return CompletedCase(
        case_id=case.case_id,
        season=case.situation.season,
        module=case.module,
        completed_at=at,
        asked=tuple(each.notion for each in case.questions),
        right=tuple(right),
    )


def module_sizes(cases: Iterable[BuiltCase]) -> tuple[ModuleSize, ...]:
    """How many cases each module has, by season and number."""
    modules = Counter((each.case.situation.season, each.case.module) for each in cases)
    return tuple(
        ModuleSize(season, module, size)
        for (season, module), size in sorted(modules.items())
    )


# --- which decisions --------------------------------------------------------------


def _candidates(evidence: Iterable[CaseEvidence]) -> Iterator[CaseEvidence]:
    held: dict[tuple[str, str, int | None], list[CaseEvidence]] = defaultdict(list)
    for each in {_id_of(each.decision): each for each in evidence}.values():
        if SIGNALS.get(each.decision.signal) is not ChatDecision.HOLD:
            yield each
        else:
            held[_position_key(each)].append(each)
    for decisions in held.values():
        yield from _spread(sorted(decisions, key=_order), HELD_CASES)


def _spread(rows: Sequence[_Row], most: int) -> Sequence[_Row]:
    """At most that many, evenly spread, the first and the last among them."""
    if len(rows) <= most:
        return rows
    return [rows[place * (len(rows) - 1) // (most - 1)] for place in range(most)]


def _position_key(evidence: CaseEvidence) -> tuple[str, str, int | None]:
    decision = evidence.decision
    held = _of_symbol(evidence.positions, decision.symbol)
    return decision.account_id, decision.symbol, held.entry_oid if held else None


def _order(evidence: CaseEvidence) -> tuple[datetime, str]:
    return evidence.asked_at, _id_of(evidence.decision)


def _id_of(decision: ListedDecision) -> str:
    said_in = decision.conversation_id or decision.observed_at.isoformat()
    return f"{said_in}:{decision.symbol}"


def _modules_of(situation: Situation) -> list[int]:
    return [
        module
        for module, notions in MODULES.items()
        if all(can_ask(each, situation) for each in notions)
    ]


# --- what was known ---------------------------------------------------------------


def _newest(
    prices: Iterable[ObservedPrice], until: datetime
) -> dict[str, ObservedPrice]:
    found: dict[str, ObservedPrice] = {}
    for each in sorted(prices, key=lambda price: price.observed_at):
        if each.observed_at <= until and each.price > 0:
            found[each.symbol] = each
    return found


def _of_symbol(
    positions: Iterable[ObservedPosition], symbol: str
) -> ObservedPosition | None:
    return next((each for each in positions if each.symbol == symbol), None)


def _options(situation: Situation) -> tuple[OwnDecision, ...]:
    if situation.position is not None:
        return OwnDecision.HOLD, OwnDecision.CLOSE
    return OwnDecision.BUY, OwnDecision.SELL, OwnDecision.STAY_OUT
