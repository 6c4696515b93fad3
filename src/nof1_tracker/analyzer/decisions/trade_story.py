"""A trade's life: what was decided, what happened, and the model's words at each step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from math import nan

import numpy as np

from nof1_tracker.analyzer.decisions.decision_metrics import RULES, DecisionRules
from nof1_tracker.analyzer.decisions.plan_discipline import (
    EXITS,
    Exit,
    classify_exits,
)
from nof1_tracker.records.asking.listed_rows import ListedDecision
from nof1_tracker.records.enums import ChatDecision, TradeSide
from nof1_tracker.records.headline import SIGNALS
from nof1_tracker.records.history.hyperliquid import Fill
from nof1_tracker.records.reading.trade_evidence import SeenPrice, TradeEvidence
from nof1_tracker.records.season_history import ENTRY_SIDES
from nof1_tracker.records.stored import StoredTrade


class StepKind(StrEnum):
    """What happened in a step."""

    DECIDED = "decided"
    """The model decided to open it."""
    OPENED = "opened"
    """Its order was filled."""
    ADDED = "added"
    """The model decided to open more of it."""
    HELD = "held"
    """The model looked at it and kept its plan, once or several times in a row."""
    REPLANNED = "replanned"
    """The model kept it with another stop or target than before."""
    EXITED = "exited"
    """The model decided to close it."""
    CLOSED = "closed"
    """A leg of it was closed."""


_ORDER = tuple(StepKind)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened in a trade's life.

    Attributes:
        until: When it happened last, in a step that happened several times.
        times: How often it happened in a row.
        decision: What the model decided and said, the last time; None for the orders.
        leg: The leg that was closed; None in any other step.
        exit: Where it was closed relative to the plan; None in any other step.
    """

    kind: StepKind
    at: datetime
    until: datetime
    times: int = 1
    decision: ListedDecision | None = None
    leg: StoredTrade | None = None
    exit: Exit | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Stop and target as the model stated them, USD per unit.

    Attributes:
        stated_at: When they were stated last, or last seen at the position.
    """

    stop_loss: Decimal | None
    profit_target: Decimal | None
    stated_at: datetime


@dataclass(frozen=True, slots=True)
class TradeStory:
    """A trade's life.

    Attributes:
        legs: All legs of its entry order, and what of it is open, oldest first.
        steps: In order of time.
        plan: As last known while it was held; None where none is known.
        fills: The executions of its entry order; empty where they are not stored.
        lowest, highest: Prices seen while it was held; None where none was.
        net_pnl: USD over the closed legs of the entry; None where none is closed or
            the net of one is not known.
        risk_usd: What the model said first that it risks; None where not known.
    """

    trade: StoredTrade
    legs: tuple[StoredTrade, ...]
    steps: tuple[Step, ...]
    plan: Plan | None
    fills: tuple[Fill, ...]
    lowest: SeenPrice | None
    highest: SeenPrice | None
    net_pnl: Decimal | None
    risk_usd: Decimal | None

    @property
    def worst(self) -> SeenPrice | None:
        """The price against it that went furthest."""
        return self.lowest if self.trade.side is TradeSide.LONG else self.highest

    @property
    def best(self) -> SeenPrice | None:
        """The price in its favour that went furthest."""
        return self.highest if self.trade.side is TradeSide.LONG else self.lowest

    @property
    def is_closed(self) -> bool:
        """True where nothing of the entry is open, or left unseen."""
        return all(leg.closed_at is not None for leg in self.legs)

    @property
    def risk_multiple(self) -> Decimal | None:
        """Net PnL in units of the stated risk; None while open, or where not known."""
        if not self.is_closed or self.net_pnl is None or not self.risk_usd:
            return None
        return self.net_pnl / self.risk_usd


def tell_story(evidence: TradeEvidence, *, rules: DecisionRules = RULES) -> TradeStory:
    """The story of a trade, from what is stored around it.

    A decision belongs to an order if it is at most `rules.fill_within` before it or at
    most `rules.fill_before` after it; of several, the nearest does.
    """
    opening = _opening(evidence, rules)
    prices = [*evidence.prices, *_marks(evidence)]
    closed = [leg for leg in evidence.legs if leg.closed_at is not None]
    return TradeStory(
        trade=evidence.trade,
        legs=evidence.legs,
        steps=tuple(_folded(_steps(evidence, opening, rules))),
        plan=_plan(evidence, opening, until=None),
        fills=evidence.fills,
        lowest=min(prices, key=lambda seen: seen.price, default=None),
        highest=max(prices, key=lambda seen: seen.price, default=None),
        net_pnl=_total([leg.net_pnl for leg in closed]),
        risk_usd=_risk(evidence, opening),
    )


def _total(nets: Sequence[Decimal | None]) -> Decimal | None:
    known = [net for net in nets if net is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(nets) else None


def _risk(evidence: TradeEvidence, opening: ListedDecision | None) -> Decimal | None:
    said = (*([opening] if opening else ()), *evidence.positions)
    return next((each.risk_usd for each in said if each.risk_usd), None)


def _marks(evidence: TradeEvidence) -> Iterator[SeenPrice]:
    """The marks at which its position was valued."""
    for seen in evidence.positions:
        if seen.mark_price is not None:
            yield SeenPrice(seen.observed_at, seen.mark_price)


# --- decisions and the orders that they gave --------------------------------------------


def _opening(evidence: TradeEvidence, rules: DecisionRules) -> ListedDecision | None:
    """The decision that opened it; None where it is not stored."""
    first = evidence.legs[0]
    earliest = first.opened_not_earlier_than or first.opened_at
    entries = [
        each
        for each in evidence.decisions
        if ENTRY_SIDES.get(each.signal) is first.side
        and earliest - rules.fill_within <= each.observed_at
    ]
    return _nearest(entries, first.opened_at, rules)


def _nearest(
    decisions: Sequence[ListedDecision], order: datetime, rules: DecisionRules
) -> ListedDecision | None:
    """The decision nearest to its order in time; it may be dated a little later."""
    latest = order + rules.fill_before
    fitting = [each for each in decisions if each.observed_at <= latest]
    return min(fitting, key=lambda one: abs(one.observed_at - order), default=None)


def _closing(
    evidence: TradeEvidence, leg: StoredTrade, rules: DecisionRules
) -> ListedDecision | None:
    """The decision that closed the leg; None where it is not stored, or an order did."""
    if leg.closed_at is None:
        return None
    earliest = leg.closed_at - rules.fill_within
    closings = [
        each
        for each in evidence.decisions
        if SIGNALS.get(each.signal) is ChatDecision.CLOSE
        and earliest <= each.observed_at
    ]
    return _nearest(closings, leg.closed_at, rules)


# --- its plan ---------------------------------------------------------------------------


def _plan(
    evidence: TradeEvidence, opening: ListedDecision | None, *, until: datetime | None
) -> Plan | None:
    """Stop and target as last known at a time, the opening decision's included."""
    seen = [each for each in evidence.positions if _is_by(each.observed_at, until)]
    held = [
        each
        for each in evidence.decisions
        if _is_hold(each) and _is_by(each.observed_at, until)
    ]
    stated = [
        Plan(each.stop_loss, each.profit_target, each.observed_at)
        for each in (*seen, *_during(evidence, held), *([opening] if opening else ()))
        if each.stop_loss or each.profit_target
    ]
    return max(stated, key=lambda plan: plan.stated_at, default=None)


def _is_by(time: datetime, until: datetime | None) -> bool:
    return until is None or time <= until


def _is_hold(decision: ListedDecision) -> bool:
    """True where it neither opens nor closes, whatever word the site uses."""
    is_close = SIGNALS.get(decision.signal) is ChatDecision.CLOSE
    return not is_close and decision.signal not in ENTRY_SIDES


def _during(
    evidence: TradeEvidence, decisions: Sequence[ListedDecision]
) -> list[ListedDecision]:
    """Those made while it was held."""
    began = evidence.legs[0].opened_at
    ends = [leg.closed_at for leg in evidence.legs]
    over = None if None in ends else max(end for end in ends if end is not None)
    return [
        each
        for each in decisions
        if began <= each.observed_at and _is_by(each.observed_at, over)
    ]


def _exit(leg: StoredTrade, plan: Plan | None, *, tolerance: float) -> Exit:
    """Where the leg was closed, relative to the plan."""
    levels = (plan.stop_loss, plan.profit_target) if plan else (None, None)
    stop, target = (
        np.array([nan if level is None else float(level)]) for level in levels
    )
    (place,) = classify_exits(
        np.array([leg.side is TradeSide.LONG]),
        np.array([nan if leg.exit_price is None else float(leg.exit_price)]),
        stop_loss=stop,
        profit_target=target,
        tolerance=tolerance,
    )
    return EXITS[int(place)]


# --- its steps --------------------------------------------------------------------------


def _steps(
    evidence: TradeEvidence, opening: ListedDecision | None, rules: DecisionRules
) -> list[Step]:
    """What happened, in order; a decision comes before the order that it gave."""
    opened = evidence.legs[0].opened_at
    found = [(opened, Step(StepKind.OPENED, opened, opened))]
    given = []
    if opening is not None:
        given.append(opening)
        found.append(_before(opened, StepKind.DECIDED, opening))
    for leg in evidence.legs:
        if leg.closed_at is None:
            continue
        found.append((leg.closed_at, _closed(evidence, opening, leg, rules)))
        closing = _closing(evidence, leg, rules)
        if closing is not None and closing not in given:
            given.append(closing)
            found.append(_before(leg.closed_at, StepKind.EXITED, closing))
    kept = [each for each in _during(evidence, evidence.decisions) if each not in given]
    found += [(step.at, step) for step in _looks(kept, opening)]
    found.sort(key=lambda pair: (pair[0], _ORDER.index(pair[1].kind)))
    return [step for _, step in found]


def _before(
    order: datetime, kind: StepKind, decision: ListedDecision
) -> tuple[datetime, Step]:
    """The step of a decision, and its place: before its order, however it is dated."""
    at = decision.observed_at
    return min(at, order), Step(kind, at, at, decision=decision)


def _closed(
    evidence: TradeEvidence,
    opening: ListedDecision | None,
    leg: StoredTrade,
    rules: DecisionRules,
) -> Step:
    at = leg.closed_at or leg.opened_at
    plan = _plan(evidence, opening, until=leg.closed_at)
    exit_ = _exit(leg, plan, tolerance=rules.level_tolerance)
    return Step(StepKind.CLOSED, at, at, leg=leg, exit=exit_)


def _looks(
    decisions: Sequence[ListedDecision], opening: ListedDecision | None
) -> Iterator[Step]:
    """A step for each decision made while it was held."""
    plan = _levels(opening) if opening else None
    for each in decisions:
        kind = StepKind.HELD
        if each.signal in ENTRY_SIDES:
            kind = StepKind.ADDED
        elif not _is_hold(each):
            kind = StepKind.EXITED
        elif plan is not None and any(_levels(each)) and _levels(each) != plan:
            kind = StepKind.REPLANNED
        if _is_hold(each) and any(_levels(each)):
            plan = _levels(each)
        yield Step(kind, each.observed_at, each.observed_at, decision=each)


def _levels(decision: ListedDecision) -> tuple[Decimal | None, Decimal | None]:
    return decision.stop_loss, decision.profit_target


def _folded(steps: Sequence[Step]) -> Iterator[Step]:
    """The steps; those in a row in which it was held are one, with the last words."""
    for kind, group in groupby(steps, key=lambda step: step.kind):
        if kind is not StepKind.HELD:
            yield from group
            continue
        first, *others = group
        last = others[-1] if others else first
        yield replace(last, at=first.at, times=1 + len(others))
