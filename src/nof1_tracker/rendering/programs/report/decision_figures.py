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
    """All that are stored."""
    failed: Count
    """Without a decision that could be read."""
    failed_share: Fraction | None
    """failed / conversations."""
    span_seconds: Seconds | None
    """From the first to the last."""


@with_config(DOCUMENTED)
class CycleFigures(TypedDict):
    """What the numbering of conversations says is not stored."""

    stored: Count
    """Different cycle_ids."""
    missed: Count
    """(last - first + 1) - stored."""
    longest: Count
    """Missing in a row, at most."""
    share: Fraction | None
    """missed / (last - first + 1); null without any cycle_id."""


@with_config(DOCUMENTED)
class DecisionFigures(TypedDict):
    """Decisions, one per conversation and symbol, by the site's word."""

    total: Count
    """One per conversation and symbol."""
    counts: Annotated[dict[str, int], COUNT]
    """By the site's word, most frequent first."""
    per_day: Annotated[dict[str, float], PER_DAY] | None
    """Missed cycles make it too low."""
    hold_share: Fraction | None
    """Holds / total; null without any."""


@with_config(DOCUMENTED)
class ConfidenceFigures(TypedDict):
    """Confidences of the decisions that opened positions."""

    count: Count
    """Those that were stated."""
    mean: Fraction | None
    """Null without any."""
    median: Fraction | None
    """Null without any."""
    std: Fraction | None
    """Deviation of the sample (n - 1); null below two."""
    lowest: Fraction | None
    """Null without any."""
    highest: Fraction | None
    """Null without any."""


@with_config(DOCUMENTED)
class BinFigures(TypedDict):
    """The bets with low <= confidence < high (of the last bin: <= high)."""

    low: Fraction
    """Lower edge."""
    high: Fraction
    """Upper edge."""
    count: Count
    """Bets in it."""
    wins: Count
    """Those that won."""
    mean_confidence: Fraction | None
    """Null in an empty bin."""
    win_rate: Fraction | None
    """wins / count; null in an empty bin."""


@with_config(DOCUMENTED)
class CalibrationFigures(TypedDict):
    """Confidence against the outcome of the entry that it opened."""

    bets: Count
    """Closed entries with a known confidence and outcome."""
    from_decisions: Count
    """Those whose confidence is the conversation's, not the position's."""
    win_rate: Fraction | None
    """Of the bets; null without any."""
    mean_confidence: Fraction | None
    """Of the bets; null without any."""
    brier_score: Ratio | None
    """0 is best, 1 is worst."""
    reference_score: Ratio | None
    """Brier score of stating the win rate every time."""
    skill: Ratio | None
    """1 - brier_score / reference_score."""
    calibration_error: Fraction | None
    """Sum over bins of count / bets x |mean_confidence - win_rate|."""
    bins: list[BinFigures]
    """All of them, also the empty ones."""


@with_config(DOCUMENTED)
class DisciplineFigures(TypedDict):
    """Closed entries by how their exit stands to the stated stop and target."""

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
    """All but the unknown."""
    respected_share: Fraction | None
    """1 - beyond_stop / known."""


@with_config(DOCUMENTED)
class FlipFigures(TypedDict):
    """Entries that soon reverse a position in the same symbol."""

    flips: Count
    """Entries that reverse one closed at most the rules' flip_within_seconds before."""
    entries: Count
    """All entries, open ones too."""
    share: Fraction | None
    """flips / entries; null without entries."""


@with_config(DOCUMENTED)
class FillFigures(TypedDict):
    """From a decision to the fill that it led to; below 0 if dated after it."""

    matched: Count
    """Entries whose decision is stored."""
    entries: Count
    """All entries, open ones too."""
    mean_seconds: Seconds | None
    """Null where none is matched."""
    median_seconds: Seconds | None
    """Null where none is matched."""


@with_config(DOCUMENTED)
class MindFigures(TypedDict):
    """How the model decides, from its conversations and what came of them."""

    answers: AnswerFigures
    """Conversations, and those that failed."""
    cycles: CycleFigures
    """Conversations that are not stored."""
    decisions: DecisionFigures
    """By kind, in all and per day."""
    confidence: ConfidenceFigures
    """Of its entry decisions."""
    calibration: CalibrationFigures
    """Does it win as often as its confidence says?"""
    discipline: DisciplineFigures
    """Does it keep to its own plan?"""
    flips: FlipFigures
    """Changes of mind."""
    time_to_fill: FillFigures
    """From a decision to its fill."""
