"""The sentences of reports, the same in every format for people.

Plain text, with the site's names unescaped: each format escapes them in its own way.
"""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from nof1_tracker.analyzer.equity.equity_metrics import (
    LEAST_COVERAGE,
    LEAST_RETURNS,
    Withheld,
)
from nof1_tracker.analyzer.report.season_report import (
    Coverage,
    ModelReport,
    Ranking,
    ReportRules,
    SeasonReport,
)
from nof1_tracker.rendering.text import listed, percent, span, whole

MARK = "*"
"""Follows a figure that rests on only part of the trades."""
GAP_MARK = "°"
"""Follows a figure that rests on equity with gaps."""


def lacks_equity(model: ModelReport) -> bool:
    """True where its equity has gaps longer than `max_gap`."""
    return model.equity is not None and model.equity.gaps > 0


def lacks_chats(model: ModelReport) -> bool:
    """True where conversations are missing between those that are stored."""
    return model.mind.cycles.missed > 0


def as_percent(fraction: float | None, *, signed: bool = False) -> str:
    """A computed fraction as a percentage."""
    number = None if fraction is None else Decimal(repr(fraction))
    return percent(number, signed=signed)


def probability(fraction: float) -> str:
    """A probability in whole percent; never rounded to 0 % or 100 %."""
    if fraction > 0.99:
        return "over 99 %"
    return "under 1 %" if fraction < 0.01 else f"{fraction * 100:.0f} %"


def verdict_sentence(report: SeasonReport) -> str | None:
    """Whether the trades support the leader; None without a leader."""
    verdict = report.ranking.verdict
    if verdict.leader is None:
        return None
    names = _names(report)
    leader, chance = names[verdict.leader], verdict.leader_probability
    of_these = "" if _leads_all(report, verdict.leader) else " of these"
    if not verdict.adjacent:
        return f"{leader} is alone here: there is no one to compare it with."
    if chance is None:
        return (
            f"{leader} has the most equity{of_these}; there are too few trades to say"
            " whether it trades best."
        )
    rival = names[_closest(report.ranking, verdict.leader)]
    partly = _resting_on_part(report, verdict.leader)
    if verdict.leader_supported:
        return (
            f"{leader} has the most equity{of_these}, and the trades support it: its"
            f" mean trade beats that of {rival}, the closest, with a probability of"
            f" {probability(chance)}{partly}."
        )
    if chance >= verdict.confidence:
        return (
            f"{leader} has the most equity{of_these} and the best mean trade of those"
            f" that can be compared ({probability(chance)}){partly}, but not all have"
            " enough trades."
        )
    return (
        f"{leader} has the most equity{of_these}, but the trades do not show that it"
        f" trades best: its mean trade beats that of {rival} with a probability of"
        f" {probability(chance)}{partly}, and {probability_asked(verdict.confidence)} is"
        " required."
    )


def _resting_on_part(report: SeasonReport, leader: str) -> str:
    """Whose trades are stored only in part, of the leader and its closest rival."""
    pair = leader, _closest(report.ranking, leader)
    parts = [
        f"{whole(each.coverage.stored)} of {whole(each.coverage.reported or 0)} of"
        f" {each.account.name}"
        for each in report.partial
        if each.account.account_id in pair
    ]
    return f" (stored trades: {listed(parts)})" if parts else ""


def _leads_all(report: SeasonReport, leader: str) -> bool:
    """True where no account is ahead of it, including those outside the report."""
    standings = (m.standing for m in report.models if m.account.account_id == leader)
    return any(each is not None and each.rank == 1 for each in standings)


def pairs_sentence(ranking: Ranking) -> str | None:
    """How many pairs differ, and how many of equals would; None below two pairs."""
    calls = ranking.calls
    if calls.pairs < 2:
        return None
    look = "looks" if calls.called == 1 else "look"
    stand = "stands" if len(calls.standing) == 1 else "stand"
    return (
        f"{whole(calls.called)} of {whole(calls.pairs)} pairs of models {look} different;"
        f" among equals chance alone would make about {calls.by_chance:.1f} look so."
        f" Tested together (Holm), {whole(len(calls.standing))} {stand}."
    )


def withheld_sentence(model: ModelReport) -> str | None:
    """Why it has no Sharpe ratio; None where it has one, or no curve."""
    equity = model.equity
    if equity is None or equity.withheld is None:
        return None
    match equity.withheld:
        case Withheld.FEW_RETURNS:
            known = "1 return is" if equity.periods == 1 else f"{equity.periods} are"
            why = f"of the {LEAST_RETURNS} returns that they need, {known} known"
        case Withheld.GAPS:
            # 89.6 % is not enough, and must not read as 90 %.
            share, needed = int(equity.coverage * 100), round(LEAST_COVERAGE * 100)
            why = f"{share} % of the time was observed, and they need {needed} %"
        case Withheld.FLAT:
            why = "the returns hardly deviate"
    return f"Sharpe, Sortino, volatility and their intervals are withheld: {why}."


def power_sentence(report: SeasonReport) -> str | None:
    """How many more trades are needed; None where the leader is supported."""
    verdict, needed = report.ranking.verdict, report.ranking.trades_needed
    if verdict.leader_supported or not verdict.adjacent:
        return None
    runner_up = _names(report)[verdict.adjacent[0].lower]
    if verdict.adjacent[0].probability is None:
        return f"{runner_up}, the runner-up, has too few trades for a comparison."
    if needed is None:
        return (
            f"Over {runner_up}, the runner-up, its trades show no lead that more"
            " trades could confirm."
        )
    if needed == 0:
        return None
    return (
        f"If its lead over {runner_up}, the runner-up, is what it looks like, about"
        f" {whole(needed)} more trades of each would show it."
    )


def probability_asked(confidence: float) -> str:
    """The required confidence as a percentage, without trailing zeros."""
    return f"{confidence * 100:g} %"


def _closest(ranking: Ranking, leader: str) -> str:
    """The rival that the leader beats with the lowest probability."""
    names = ranking.matrix.names
    row = ranking.matrix.rows[names.index(leader)]
    rivals = [
        (chance, name)
        for name, chance in zip(names, row, strict=True)
        if name != leader and chance is not None
    ]
    return min(rivals, key=lambda each: each[0])[1]


def benchmark_sentence(report: SeasonReport) -> str | None:
    """How many models beat the benchmark; None where none can be compared with it."""
    held = [
        each.against_benchmark.excess_return
        for each in report.competitors
        if each.against_benchmark is not None
        and each.against_benchmark.excess_return is not None
    ]
    if report.benchmark is None or not held:
        return None
    ahead = sum(excess > 0 for excess in held)
    gained = _benchmark_return(report)
    return f"{report.benchmark} ({gained}): {ahead} of {len(held)} did better."


def _benchmark_return(report: SeasonReport) -> str:
    """The benchmark's own return, else its return over the longest comparison."""
    for each in report.models:
        if each.account.is_benchmark and each.account.name == report.benchmark:
            own = each.equity.total_return if each.equity else None
            return as_percent(own, signed=True)
    known = [
        (beside.until, beside.benchmark_return)
        for each in report.competitors
        if (beside := each.against_benchmark) is not None and beside.until is not None
    ]
    newest = max(known, key=lambda each: each[0], default=(None, None))
    return as_percent(newest[1], signed=True)


def coverage_text(coverage: Coverage) -> str:
    """How many of the trades are stored: 100 of 174 trades (57 %)."""
    if coverage.reported is None:
        return f"{whole(coverage.stored)} trades; nof1's own count is not known"
    part = f"{whole(coverage.stored)} of {whole(coverage.reported)} trades"
    if coverage.share is None or not coverage.is_partial:
        return part
    # 173 of 174 are not 100 %.
    return f"{part} ({min(int(coverage.share * 100 + 0.5), 99)} %)"


def partial_sentence(models: Iterable[ModelReport]) -> str | None:
    """Which models have only part of their trades stored; None where none has."""
    parts = [
        f"{each.account.name} {coverage_text(each.coverage)}"
        for each in models
        if each.coverage.is_partial
    ]
    if not parts:
        return None
    return (
        "only part of the trades is stored, and trade figures cover only that part:"
        f" {'; '.join(parts)}."
    )


def gaps_sentence(models: Iterable[ModelReport]) -> str | None:
    """Which models' equity has gaps, the longest first; None where none has."""
    gaps = sorted(
        (
            (each.equity.gap_seconds, each.account.name)
            for each in models
            if each.equity is not None and each.equity.gaps
        ),
        reverse=True,
    )
    if not gaps:
        return None
    parts = [f"{name} ({span(timedelta(seconds=length))})" for length, name in gaps]
    return f"equity was not observed for some time: {listed(parts)}."


def missed_sentence(models: Iterable[ModelReport]) -> str | None:
    """Which models have missing conversations, most first; None where none has."""
    shares = sorted(
        (
            (each.mind.cycles.share, each.account.name)
            for each in models
            if each.mind.cycles.missed and each.mind.cycles.share is not None
        ),
        reverse=True,
    )
    if not shares:
        return None
    parts = [f"{name} ({as_percent(share)})" for share, name in shares]
    return f"conversations are missing: {listed(parts)}."


def rules_sentence(rules: ReportRules) -> str:
    """The conventions that the figures rest on."""
    return (
        f"Equity every {_span(rules.step)}, gaps beyond {_span(rules.max_gap)};"
        f" ratios per year of 365 days, no riskless rate;"
        f" {probability_asked(rules.level)} intervals of Student's t, for bursts of"
        " trades, skewed nets and returns that depend on each other."
    )


def mind_rules_sentence(rules: ReportRules) -> str:
    """The limits that the figures on decisions depend on."""
    mind = rules.mind
    return (
        f"A fill belongs to a decision from {_span(mind.fill_within)} before it to"
        f" {_span(mind.fill_before)} after it; a flip follows an exit within"
        f" {_span(mind.flip_within)}; an exit is at its level within"
        f" {mind.level_tolerance * 100:g} %."
    )


def _span(length: timedelta) -> str:
    hours = length / timedelta(hours=1)
    return f"{hours:g} h" if hours >= 1 else span(length)


def _names(report: SeasonReport) -> dict[str, str]:
    return {each.account.account_id: each.account.name for each in report.models}
