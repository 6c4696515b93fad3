"""The figures of how a model decides; see trade_figures."""

from typing import Annotated

from pydantic import with_config
from typing_extensions import TypedDict

from nof1_tracker.rendering.report_figures.declaration import Figure
from nof1_tracker.rendering.report_figures.trade_figures import DOCUMENTED
from nof1_tracker.rendering.report_figures.units import (
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

    conversations: Annotated[
        Count, Figure("Conversations", "Number of stored conversations")
    ]
    failed: Annotated[
        Count,
        Figure("Failed answers", "Conversations without a decision that could be read"),
    ]
    failed_share: Annotated[
        Fraction | None, Figure("Failed share", "Failed answers / conversations")
    ]
    span_seconds: Annotated[
        Seconds | None,
        Figure("Time of conversations", "From the first conversation to the last"),
    ]


@with_config(DOCUMENTED)
class CycleFigures(TypedDict):
    """Conversations that are not stored, according to their numbering."""

    stored: Annotated[
        Count, Figure("Cycles stored", "Number of distinct cycles that are stored")
    ]
    missed: Annotated[
        Count,
        Figure(
            "Missed cycles",
            "Cycles between the first and the last that are not stored",
            needs="stored",
        ),
    ]
    longest: Annotated[
        Count,
        Figure("Missed in a row", "Longest run of missing cycles", needs="stored"),
    ]
    share: Annotated[
        Fraction | None,
        Figure(
            "Missed share",
            "Missed cycles / those from the first to the last",
            "without any cycle_id",
        ),
    ]


@with_config(DOCUMENTED)
class DecisionFigures(TypedDict):
    """Decisions, one per conversation and symbol, by signal."""

    total: Annotated[
        Count,
        Figure("Decisions", "Number of decisions, one per conversation and symbol"),
    ]
    counts: Annotated[dict[str, int], COUNT]
    """By the site's word for the signal, most frequent first."""
    per_day: Annotated[dict[str, float], PER_DAY] | None
    """The same per day of conversations; missed cycles make it too low."""
    hold_share: Annotated[
        Fraction | None,
        Figure("Holds", "Decisions that hold / all decisions", "without decisions"),
    ]


@with_config(DOCUMENTED)
class ConfidenceFigures(TypedDict):
    """Stated confidences of the decisions that opened positions."""

    count: Annotated[Count, Figure("Entries decided", "Number of stated confidences")]
    mean: Annotated[
        Fraction | None,
        Figure("Mean confidence", "Mean of the stated confidences", "without any"),
    ]
    median: Annotated[
        Fraction | None,
        Figure("Median confidence", "Median of the stated confidences", "without any"),
    ]
    std: Annotated[
        Fraction | None,
        Figure(
            "Deviation of confidence",
            "Sample deviation (n - 1) of the stated confidences",
            "below two",
        ),
    ]
    lowest: Annotated[
        Fraction | None,
        Figure(
            "Lowest confidence", "The smallest of the stated confidences", "without any"
        ),
    ]
    highest: Annotated[
        Fraction | None,
        Figure(
            "Highest confidence", "The largest of the stated confidences", "without any"
        ),
    ]


@with_config(DOCUMENTED)
class BinFigures(TypedDict):
    """The bets with low <= confidence < high (in the last bin: <= high)."""

    low: Fraction
    """Lower edge."""
    high: Fraction
    """Upper edge."""
    count: Annotated[Count, Figure("Bets", "Number of bets in the bin")]
    wins: Annotated[Count, Figure("Wins", "Number of them that won")]
    mean_confidence: Annotated[
        Fraction | None,
        Figure(
            "Mean confidence", "Mean stated confidence of the bets", "in an empty bin"
        ),
    ]
    win_rate: Annotated[
        Fraction | None,
        Figure("Bets won", "Share of the bets that won", "in an empty bin"),
    ]


@with_config(DOCUMENTED)
class CalibrationFigures(TypedDict):
    """Stated confidence against the outcome of the entry."""

    bets: Annotated[
        Count, Figure("Bets", "Closed entries with a known confidence and outcome")
    ]
    from_decisions: Annotated[
        Count,
        Figure(
            "Bets by decision",
            "Those whose confidence is the conversation's, not the position's",
        ),
    ]
    win_rate: Annotated[
        Fraction | None,
        Figure("Bets won", "Share of the bets that won", "without bets"),
    ]
    mean_confidence: Annotated[
        Fraction | None,
        Figure("Confidence of bets", "Mean confidence of the bets", "without bets"),
    ]
    brier_score: Annotated[
        Ratio | None,
        Figure("Brier score", "Mean of (confidence - won)^2: 0 is best, 1 is worst"),
    ]
    reference_score: Annotated[
        Ratio | None,
        Figure("Brier of the win rate", "Brier score of always stating the win rate"),
    ]
    skill: Annotated[
        Ratio | None,
        Figure("Skill", "1 - Brier score / that of the win rate", signed=True),
    ]
    calibration_error: Annotated[
        Fraction | None,
        Figure(
            "Calibration error",
            "Sum over bins of their share of the bets x |mean confidence - win rate|",
        ),
    ]
    bins: list[BinFigures]
    """All bins, including empty ones."""


@with_config(DOCUMENTED)
class DisciplineFigures(TypedDict):
    """Closed entries by where their exit lies relative to the stated stop and
    target."""

    took_profit: Annotated[
        Count, Figure("Took profit", "Exits at the target or better")
    ]
    within_plan: Annotated[
        Count,
        Figure("Within the plan", "Exits between stop and target: closed by choice"),
    ]
    stopped: Annotated[Count, Figure("Stopped", "Exits at the stop")]
    beyond_stop: Annotated[
        Count,
        Figure(
            "Beyond the stop", "Exits worse than the stop by more than the tolerance"
        ),
    ]
    unknown: Annotated[
        Count, Figure("Plan not known", "The plan does not say, or contradicts itself")
    ]
    known: Annotated[
        Count, Figure("Plan known", "Exits of entries whose plan is known")
    ]
    respected_share: Annotated[
        Fraction | None,
        Figure("Stop respected", "1 - exits beyond the stop / exits with a known plan"),
    ]


@with_config(DOCUMENTED)
class FlipFigures(TypedDict):
    """Entries that soon reverse a position in the same symbol."""

    flips: Annotated[
        Count,
        Figure(
            "Flips",
            "Entries that reverse a position closed shortly before, as the rules define it",
            needs="entries",
        ),
    ]
    entries: Annotated[Count, Figure("Entries", "All entries, including open ones")]
    share: Annotated[
        Fraction | None, Figure("Flipped share", "Flips / entries", "without entries")
    ]


@with_config(DOCUMENTED)
class FillFigures(TypedDict):
    """Time from a decision to its fill; below 0 where the decision is dated later."""

    matched: Annotated[
        Count, Figure("Matched fills", "Entries whose decision is stored")
    ]
    entries: Annotated[
        Count,
        Figure(
            "Entries to fill",
            "All entries, including open ones",
            repeats="flips.entries",
        ),
    ]
    mean_seconds: Annotated[
        Seconds | None,
        Figure(
            "Mean time to fill",
            "Mean time from a decision to its fill",
            "where no entry is matched",
        ),
    ]
    median_seconds: Annotated[
        Seconds | None,
        Figure(
            "Median time to fill",
            "Median time from a decision to its fill",
            "where no entry is matched",
        ),
    ]


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
