"""What a report for programs says of how a model decides; see report_figures."""

from typing import Annotated

from pydantic import with_config
from typing_extensions import TypedDict

from nof1_tracker.analyzer.report_figures import DOCUMENTED
from nof1_tracker.analyzer.units import (
    COUNT,
    PER_DAY,
    Count,
    Fraction,
    Ratio,
    Seconds,
)


@with_config(DOCUMENTED)
class AnswerFigures(TypedDict):
    """Conversations, and those without a decision that could be read."""

    conversations: Count
    failed: Count
    failed_share: Fraction | None
    span_seconds: Seconds | None
    """From the first to the last."""


@with_config(DOCUMENTED)
class CycleFigures(TypedDict):
    """What the numbering of conversations says is not stored."""

    stored: Count
    missed: Count
    longest: Count
    """Missing in a row, at most."""
    share: Fraction | None


@with_config(DOCUMENTED)
class DecisionFigures(TypedDict):
    """Decisions, one per conversation and symbol, by the site's word."""

    total: Count
    counts: Annotated[dict[str, int], COUNT]
    per_day: Annotated[dict[str, float], PER_DAY] | None
    """Missed cycles make it too low."""
    hold_share: Fraction | None


@with_config(DOCUMENTED)
class ConfidenceFigures(TypedDict):
    """Confidences of the decisions that opened positions."""

    count: Count
    mean: Fraction | None
    median: Fraction | None
    std: Fraction | None
    lowest: Fraction | None
    highest: Fraction | None


@with_config(DOCUMENTED)
class BinFigures(TypedDict):
    """The bets with low <= confidence < high (of the last bin: <= high)."""

    low: Fraction
    high: Fraction
    count: Count
    wins: Count
    mean_confidence: Fraction | None
    win_rate: Fraction | None


@with_config(DOCUMENTED)
class CalibrationFigures(TypedDict):
    """Confidence against the outcome of the entry that it opened."""

    bets: Count
    """Closed entries with a known confidence and outcome."""
    from_decisions: Count
    """Those whose confidence is the conversation's, not the position's."""
    win_rate: Fraction | None
    mean_confidence: Fraction | None
    brier_score: Ratio | None
    """0 is best, 1 is worst."""
    reference_score: Ratio | None
    """Brier score of stating the win rate every time."""
    skill: Ratio | None
    """1 - brier_score / reference_score."""
    calibration_error: Fraction | None
    bins: list[BinFigures]


@with_config(DOCUMENTED)
class DisciplineFigures(TypedDict):
    """Closed entries by how their exit stands to the stated stop and target."""

    took_profit: Count
    within_plan: Count
    stopped: Count
    beyond_stop: Count
    unknown: Count
    known: Count
    respected_share: Fraction | None
    """1 - beyond_stop / known."""


@with_config(DOCUMENTED)
class FlipFigures(TypedDict):
    """Entries that soon reverse a position in the same symbol."""

    flips: Count
    entries: Count
    share: Fraction | None


@with_config(DOCUMENTED)
class FillFigures(TypedDict):
    """From a decision to the fill that it led to; below 0 if dated after it."""

    matched: Count
    entries: Count
    mean_seconds: Seconds | None
    median_seconds: Seconds | None


@with_config(DOCUMENTED)
class MindFigures(TypedDict):
    """How the model decides, from its conversations and what came of them."""

    answers: AnswerFigures
    cycles: CycleFigures
    decisions: DecisionFigures
    confidence: ConfidenceFigures
    calibration: CalibrationFigures
    discipline: DisciplineFigures
    flips: FlipFigures
    time_to_fill: FillFigures
