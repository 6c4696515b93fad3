"""Divides the difference between a copy and its model among its causes. Pure."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from nof1_tracker.game.whatif.copy_run import CopiedSpan, CopyRun, copy_model
from nof1_tracker.records.play.copy_scenario import (
    MOST_LATE,
    Attribution,
    DelayPoint,
    Scenario,
)

DELAYS = tuple(
    timedelta(seconds=each) for each in (0, 15, 30, 60, 120, 300, 900, 1800, 3600)
)
"""The delays of the curve."""


@dataclass(frozen=True, slots=True)
class ExplainedCopy:
    """A copy beside its model.

    Attributes:
        model: The model's own orders, replayed from the same start.
    """

    model: CopyRun
    copy: CopyRun
    attribution: Attribution


def explained_copy(span: CopiedSpan, scenario: Scenario) -> ExplainedCopy:
    """The copy, and how it comes from the model, one change after another."""
    model = copy_model(span, Scenario(), with_levels=True)
    copy = copy_model(span, scenario, with_levels=True)
    return ExplainedCopy(
        model, copy, attribution(span, scenario, model.equity, copy.equity)
    )


def attribution(
    span: CopiedSpan, scenario: Scenario, model: Decimal, copy: Decimal
) -> Attribution:
    """How the copy's equity comes from the model's, one change after another."""
    sized = Scenario(size=scenario.size, inverse=scenario.inverse)
    delayed = replace(sized, delay=scenario.delay)
    slipped = replace(delayed, slippage=scenario.slippage)
    steps = [
        model if each == Scenario() else copy_model(span, each).equity
        for each in (sized, delayed, slipped)
    ]
    return Attribution(
        sizing=steps[0] - model,
        delay=steps[1] - steps[0],
        slippage=steps[2] - steps[1],
        fees=copy - steps[2],
    )


def delay_curve(
    span: CopiedSpan, scenario: Scenario, delays: Sequence[timedelta] = DELAYS
) -> Sequence[DelayPoint]:
    """What the copy would have come to with each delay, all else equal."""
    return [_point(span, replace(scenario, delay=delay)) for delay in delays]


def equity_by_delay(
    span: CopiedSpan, scenario: Scenario, delays: Sequence[timedelta] = DELAYS
) -> Mapping[timedelta, Decimal | None]:
    """The equities of `delay_curve`; copies that are surely withheld are not made."""
    return {
        delay: (
            None
            if is_surely_withheld(span, delay)
            else _point(span, replace(scenario, delay=delay)).equity
        )
        for delay in delays
    }


def is_surely_withheld(span: CopiedSpan, delay: timedelta) -> bool:
    """Whether the entries alone are late too often, whatever becomes of the copy."""
    if not delay:
        return False
    known = span.known_at
    placed = [each for each in span.orders if each.at + delay <= span.until]
    entries = (each for each in placed if not each.closes)
    late = sum(
        _is_late(known.get(each.symbol, ()), each.at + delay, delay) for each in entries
    )
    return late > MOST_LATE * len(placed)


def _is_late(known: Sequence[datetime], placed: datetime, delay: timedelta) -> bool:
    place = bisect_right(known, placed)
    return place == len(known) or known[place] - placed > delay


def _point(span: CopiedSpan, scenario: Scenario) -> DelayPoint:
    run = copy_model(span, scenario)
    return DelayPoint(
        delay=scenario.delay,
        equity=None if run.orders.is_withheld else run.equity,
        orders=run.orders,
    )
