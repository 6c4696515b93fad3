"""How a model decides: from its conversations, its decisions and their outcomes.

Everything is per account. Confidence is read as stored (0..100) and returned as a
fraction; times are aware UTC, spans are seconds. Undefined is None.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from statistics import fmean, median, stdev

import numpy as np

from nof1_tracker.analyzer.decisions.calibration import (
    TENTHS,
    Calibration,
    calibrate,
    find_forecasts,
)
from nof1_tracker.analyzer.decisions.plan_discipline import (
    Flips,
    PlanDiscipline,
    count_flips,
    plan_discipline,
)
from nof1_tracker.analyzer.trades.entries import Matches, group_entries, match_decisions
from nof1_tracker.records.account_columns import PlanColumns
from nof1_tracker.records.season_history import ChatPoint, EntryDecision

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class DecisionRules:
    """The limits that the metrics below depend on; every report states them.

    Attributes:
        fill_before: A decision may be dated this long after its own fill (nof1.ai
            dates a conversation about 10 s after its orders).
        fill_within: A decision may be dated this long before its fill: two cycles of
            the arena.
        flip_within: Longest time from an exit to the opposite entry of a flip.
        level_tolerance: How far from a stop or target an exit may be and still count
            as at that level, as a fraction of the level: the exchange rounds prices
            to five digits, and a stop is filled at the market (0.11 % past the stop
            has been observed).
        edges: Edges of the bins in the reliability table, fractions from 0 to 1.
    """

    fill_before: timedelta = timedelta(seconds=60)
    fill_within: timedelta = timedelta(minutes=5)
    flip_within: timedelta = timedelta(hours=1)
    level_tolerance: float = 0.002
    edges: tuple[float, ...] = TENTHS


RULES = DecisionRules()


# --- conversations ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answers:
    """Number of conversations, and of those without a readable decision.

    Attributes:
        failed_share: Fraction; None without conversations.
        span_seconds: From the first to the last; None for fewer than two.
    """

    conversations: int
    failed: int
    failed_share: float | None
    span_seconds: float | None


@dataclass(frozen=True, slots=True)
class MissedCycles:
    """Conversations that are not stored, according to their numbering.

    Attributes:
        stored: Number of distinct cycle_ids.
        missed: (last - first + 1) - stored; before the first and after the last,
            nothing is known to be missing.
        longest: Longest run of missing cycles.
        share: missed / (last - first + 1), a fraction; None without any cycle_id.
    """

    stored: int
    missed: int
    longest: int
    share: float | None


def count_answers(answers: Sequence[ChatPoint]) -> Answers:
    """Counts the conversations and the failed ones, and measures their time span."""
    times = [each.answered_at for each in answers]
    failed = sum(not each.parsed for each in answers)
    return Answers(
        conversations=len(answers),
        failed=failed,
        failed_share=failed / len(answers) if answers else None,
        span_seconds=(
            (max(times) - min(times)).total_seconds() if len(times) > 1 else None
        ),
    )


def missed_cycles(cycle_ids: Iterable[int | None]) -> MissedCycles:
    """The gaps in one account's numbering; a repeated cycle counts once."""
    known = sorted({each for each in cycle_ids if each is not None})
    if not known:
        return MissedCycles(0, 0, 0, None)
    expected = known[-1] - known[0] + 1
    missed = expected - len(known)
    longest = max((later - one - 1 for one, later in pairwise(known)), default=0)
    return MissedCycles(len(known), missed, longest, missed / expected)


# --- decisions --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DecisionMix:
    """Decisions (one per conversation and symbol) by signal.

    Attributes:
        counts: By the site's word for the signal, most frequent first.
        per_day: The counts divided by the days that the conversations span; None
            where the span is unknown or 0. Missed cycles make it too low.
        hold_share: Holds / all decisions, a fraction; None without decisions.
    """

    total: int
    counts: tuple[tuple[str, int], ...]
    per_day: tuple[tuple[str, float], ...] | None
    hold_share: float | None


@dataclass(frozen=True, slots=True)
class ConfidenceSpread:
    """Stated confidences, as fractions.

    Attributes:
        count: Number of stated confidences.
        mean, median, lowest, highest: None without any.
        std: Sample deviation (n - 1); None for fewer than two.
    """

    count: int
    mean: float | None
    median: float | None
    std: float | None
    lowest: float | None
    highest: float | None


def decision_mix(
    counts: Mapping[str, int], *, span_seconds: float | None
) -> DecisionMix:
    """Decisions by signal, in total and per day.

    Args:
        counts: Number of decisions by signal, e.g. from a GROUP BY.
        span_seconds: From the first to the last conversation; None if unknown.
    """
    ordered = tuple(Counter(counts).most_common())
    total = sum(counts.values())
    days = span_seconds / SECONDS_PER_DAY if span_seconds else None
    return DecisionMix(
        total=total,
        counts=ordered,
        per_day=tuple((word, each / days) for word, each in ordered) if days else None,
        hold_share=counts.get("hold", 0) / total if total else None,
    )


def confidence_spread(confidences: Iterable[float | None]) -> ConfidenceSpread:
    """Mean and spread of confidences given as 0..100; a None is not counted."""
    stated = [each / 100 for each in confidences if each is not None]
    return ConfidenceSpread(
        count=len(stated),
        mean=fmean(stated) if stated else None,
        median=median(stated) if stated else None,
        std=stdev(stated) if len(stated) > 1 else None,
        lowest=min(stated, default=None),
        highest=max(stated, default=None),
    )


@dataclass(frozen=True, slots=True)
class TimeToFill:
    """Seconds from a decision to its fill; see Matches.

    Attributes:
        matched: Number of entries whose decision is stored.
        entries: Number of all entries, including open ones.
        mean_seconds, median_seconds: None where no entry is matched.
    """

    matched: int
    entries: int
    mean_seconds: float | None
    median_seconds: float | None


def time_to_fill(matches: Matches) -> TimeToFill:
    """Mean and median over the entries whose decision is stored."""
    waits = matches.seconds_to_fill
    known = waits[np.isfinite(waits)].tolist()
    return TimeToFill(
        matched=len(known),
        entries=len(waits),
        mean_seconds=fmean(known) if known else None,
        median_seconds=median(known) if known else None,
    )


# --- all of it ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DecisionMetrics:
    """How one account's model decides.

    Attributes:
        confidence: Only of entry decisions; holds repeat the same number for days.
    """

    answers: Answers
    cycles: MissedCycles
    decisions: DecisionMix
    confidence: ConfidenceSpread
    calibration: Calibration
    discipline: PlanDiscipline
    flips: Flips
    time_to_fill: TimeToFill
    rules: DecisionRules


def decision_metrics(
    answers: Sequence[ChatPoint],
    signals: Mapping[str, int],
    decisions: Sequence[EntryDecision],
    plans: PlanColumns,
    *,
    rules: DecisionRules = RULES,
) -> DecisionMetrics:
    """All decision metrics of one account, from its conversations and trades.

    Args:
        answers: Its conversations, in any order.
        signals: Number of its decisions by signal, including holds.
        decisions: The decisions that open a position.
        plans: Its trades, including open ones.
    """
    counted = count_answers(answers)
    entries = group_entries(plans)
    matches = match_decisions(
        entries, decisions, before=rules.fill_before, within=rules.fill_within
    )
    return DecisionMetrics(
        answers=counted,
        cycles=missed_cycles(each.cycle_id for each in answers),
        decisions=decision_mix(signals, span_seconds=counted.span_seconds),
        confidence=confidence_spread(each.confidence for each in decisions),
        calibration=calibrate(find_forecasts(matches), edges=rules.edges),
        discipline=plan_discipline(matches, tolerance=rules.level_tolerance),
        flips=count_flips(entries, within=rules.flip_within),
        time_to_fill=time_to_fill(matches),
        rules=rules,
    )
