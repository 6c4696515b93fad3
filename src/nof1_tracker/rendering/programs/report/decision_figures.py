"""How a model decides, in a report for programs; see report_figures."""

from typing import Annotated

from pydantic import with_config
from typing_extensions import TypedDict

from nof1_tracker.rendering.programs.report.report_figures import DOCUMENTED
from nof1_tracker.rendering.programs.report.units import (
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
    """Number of stored conversations."""
    failed: Count
    """Conversations without a decision that could be read."""
    failed_share: Fraction | None
    """failed / conversations."""
    span_seconds: Seconds | None
    """From the first conversation to the last."""


@with_config(DOCUMENTED)
class CycleFigures(TypedDict):
    """Conversations that are not stored, according to their numbering."""

    stored: Count
    """Number of distinct cycle_ids."""
    missed: Count
    """(last - first + 1) - stored."""
    longest: Count
    """Longest run of missing cycles."""
    share: Fraction | None
    """missed / (last - first + 1); null without any cycle_id."""


@with_config(DOCUMENTED)
class DecisionFigures(TypedDict):
    """Decisions, one per conversation and symbol, by signal."""

    total: Count
    """Number of decisions, one per conversation and symbol."""
    counts: Annotated[dict[str, int], COUNT]
    """By the site's word for the signal, most frequent first."""
    per_day: Annotated[dict[str, float], PER_DAY] | None
    """The same per day of conversations; missed cycles make it too low."""
    hold_share: Fraction | None
    """Holds / total; null without decisions."""


@with_config(DOCUMENTED)
class ConfidenceFigures(TypedDict):
    """Stated confidences of the decisions that opened positions."""

    count: Count
    """Number of stated confidences."""
    mean: Fraction | None
    """Null without any."""
    median: Fraction | None
    """Null without any."""
    std: Fraction | None
    """Sample deviation (n - 1); null below two."""
    lowest: Fraction | None
    """Null without any."""
    highest: Fraction | None
    """Null without any."""


@with_config(DOCUMENTED)
class BinFigures(TypedDict):
    """The bets with low <= confidence < high (in the last bin: <= high)."""

    low: Fraction
    """Lower edge."""
    high: Fraction
    """Upper edge."""
    count: Count
    """Number of bets in the bin."""
    wins: Count
    """Number of them that won."""
    mean_confidence: Fraction | None
    """Null in an empty bin."""
    win_rate: Fraction | None
    """wins / count; null in an empty bin."""


@with_config(DOCUMENTED)
class CalibrationFigures(TypedDict):
    """Stated confidence against the outcome of the entry."""

    bets: Count
    """Closed entries with a known confidence and outcome."""
    from_decisions: Count
    """Those whose confidence is the conversation's, not the position's."""
    win_rate: Fraction | None
    """Share of the bets that won; null without bets."""
    mean_confidence: Fraction | None
    """Mean confidence of the bets; null without bets."""
    brier_score: Ratio | None
    """Mean of (confidence - won)^2: 0 is best, 1 is worst."""
    reference_score: Ratio | None
    """Brier score of always stating the win rate."""
    skill: Ratio | None
    """1 - brier_score / reference_score."""
    calibration_error: Fraction | None
    """Sum over bins of count / bets x |mean_confidence - win_rate|."""
    bins: list[BinFigures]
    """All bins, including empty ones."""


@with_config(DOCUMENTED)
class DisciplineFigures(TypedDict):
    """Closed entries by where their exit lies relative to the stated stop and
    target."""

    took_profit: Count
    """At the target or better."""
    within_plan: Count
    """Between stop and target: closed by choice."""
    stopped: Count
    """At the stop."""
    beyond_stop: Count
    """Worse than the stop by more than the tolerance."""
    unknown: Count
    """The plan does not say, or contradicts itself."""
    known: Count
    """All except the unknown."""
    respected_share: Fraction | None
    """1 - beyond_stop / known."""


@with_config(DOCUMENTED)
class FlipFigures(TypedDict):
    """Entries that soon reverse a position in the same symbol."""

    flips: Count
    """Entries that reverse one closed at most the rules' flip_within_seconds before."""
    entries: Count
    """All entries, including open ones."""
    share: Fraction | None
    """flips / entries; null without entries."""


@with_config(DOCUMENTED)
class FillFigures(TypedDict):
    """Time from a decision to its fill; below 0 where the decision is dated later."""

    matched: Count
    """Entries whose decision is stored."""
    entries: Count
    """All entries, including open ones."""
    mean_seconds: Seconds | None
    """Mean time; null where no entry is matched."""
    median_seconds: Seconds | None
    """Median time; null where no entry is matched."""


@with_config(DOCUMENTED)
class MindFigures(TypedDict):
    """How the model decides, from its conversations and their outcomes."""

    answers: AnswerFigures
    """Conversations, and those that failed."""
    cycles: CycleFigures
    """Conversations that are not stored."""
    decisions: DecisionFigures
    """Decisions by signal, in total and per day."""
    confidence: ConfidenceFigures
    """Confidences of its entry decisions."""
    calibration: CalibrationFigures
    """Does it win as often as its confidence says?"""
    discipline: DisciplineFigures
    """Does it keep to its own plan?"""
    flips: FlipFigures
    """Reversals soon after an exit."""
    time_to_fill: FillFigures
    """Time from a decision to its fill."""
