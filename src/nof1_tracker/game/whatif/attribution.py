"""Divides the difference between a copy and its model among its causes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from nof1_tracker.game.whatif.copy_run import CopiedSpan, CopyRun, copy_model
from nof1_tracker.records.play.copy_scenario import Attribution, DelayPoint, Scenario

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
    own = Scenario()
    sized = replace(own, size=scenario.size, inverse=scenario.inverse)
    delayed = replace(sized, delay=scenario.delay)
    slipped = replace(delayed, slippage=scenario.slippage)
    model = copy_model(span, own, with_levels=True)
    steps = [copy_model(span, each).equity for each in (sized, delayed, slipped)]
    copy = copy_model(span, scenario, with_levels=True)
    return ExplainedCopy(
        model,
        copy,
        Attribution(
            sizing=steps[0] - model.equity,
            delay=steps[1] - steps[0],
            slippage=steps[2] - steps[1],
            fees=copy.equity - steps[2],
        ),
    )


def delay_curve(
    span: CopiedSpan, scenario: Scenario, delays: Sequence[timedelta] = DELAYS
) -> Sequence[DelayPoint]:
    """What the copy would have come to with each delay, all else equal."""
    return [_point(span, replace(scenario, delay=delay)) for delay in delays]


def _point(span: CopiedSpan, scenario: Scenario) -> DelayPoint:
    run = copy_model(span, scenario)
    return DelayPoint(
        delay=scenario.delay,
        equity=None if run.orders.is_withheld else run.equity,
        orders=run.orders,
    )
