"""What reports say in sentences, the same in every format for people.

Plain texts, with the site's names as they are: each format escapes them its way.
"""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from nof1_tracker.analyzer.report.season_report import (
    Coverage,
    ModelReport,
    Ranking,
    ReportRules,
    SeasonReport,
)
from nof1_tracker.rendering.text import percent, span, whole

MARK = "*"
"""Stands behind what rests on a part of the trades."""
GAP_MARK = "°"
"""Stands behind what rests on equity that was not always observed."""


def lacks_equity(model: ModelReport) -> bool:
    """True where its equity was not observed for longer than a gap may be."""
    return model.equity is not None and model.equity.gaps > 0


def lacks_chats(model: ModelReport) -> bool:
    """True where conversations are missing between those that are stored."""
    return model.mind.cycles.missed > 0


def as_percent(fraction: float | None, *, signed: bool = False) -> str:
    """A computed fraction in percent, with as many digits as say something."""
    number = None if fraction is None else Decimal(repr(fraction))
    return percent(number, signed=signed)


def probability(fraction: float) -> str:
    """A probability in whole percent; what is not certain is not called so."""
    if fraction > 0.99:
        return "over 99 %"
    return "under 1 %" if fraction < 0.01 else f"{fraction * 100:.0f} %"


def verdict_sentence(report: SeasonReport) -> str | None:
    """Whether the trades support the leader; None without one to speak of."""
    verdict = report.ranking.verdict
    if verdict.leader is None:
        return None
    names = _names(report)
    leader, chance = names[verdict.leader], verdict.leader_probability
    of_these = "" if _leads_all(report, verdict.leader) else " of these"
    if not verdict.adjacent:
        return f"{leader} is alone here: there is no one to hold it against."
    if chance is None:
        return (
            f"{leader} has the most equity{of_these}; there are too few trades to say"
            " whether it trades best."
        )
    rival = names[_closest(report.ranking, verdict.leader)]
    if verdict.leader_supported:
        return (
            f"{leader} has the most equity{of_these}, and the trades support it: its"
            f" mean trade beats that of {rival}, the closest, with a probability of"
            f" {probability(chance)}."
        )
    if chance >= verdict.confidence:
        return (
            f"{leader} has the most equity{of_these} and the best mean trade of those"
            f" that can be compared ({probability(chance)}), but not all have enough"
            " trades."
        )
    return (
        f"{leader} has the most equity{of_these}, but the trades cannot tell that it"
        f" trades best: its mean trade beats that of {rival} with a probability of"
        f" {probability(chance)}, and {probability_asked(verdict.confidence)} is asked"
        " for."
    )


def _leads_all(report: SeasonReport, leader: str) -> bool:
    """True where none is ahead of it, also of those that were not asked for."""
    standings = (m.standing for m in report.models if m.account.account_id == leader)
    return any(each is not None and each.rank == 1 for each in standings)


def power_sentence(report: SeasonReport) -> str | None:
    """How many trades it would still take; None where the leader is supported."""
    verdict, needed = report.ranking.verdict, report.ranking.trades_needed
    if verdict.leader_supported or not verdict.adjacent:
        return None
    runner_up = _names(report)[verdict.adjacent[0].lower]
    if verdict.adjacent[0].probability is None:
        return f"{runner_up}, the runner-up, has too few trades to hold it against."
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
    """The confidence that is asked for, in percent without idle digits."""
    return f"{confidence * 100:g} %"


def _closest(ranking: Ranking, leader: str) -> str:
    """The rival that the leader beats with the least probability."""
    names = ranking.matrix.names
    row = ranking.matrix.rows[names.index(leader)]
    rivals = [
        (chance, name)
        for name, chance in zip(names, row, strict=True)
        if name != leader and chance is not None
    ]
    return min(rivals, key=lambda each: each[0])[1]


def benchmark_sentence(report: SeasonReport) -> str | None:
    """Who is ahead of the benchmark; None where no model can be held against it."""
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
    """Its own return, else as the model says that is comparable with it for longest."""
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
        return f"{whole(coverage.stored)} trades; nof1 was not seen to count them"
    part = f"{whole(coverage.stored)} of {whole(coverage.reported)} trades"
    if coverage.share is None or not coverage.is_partial:
        return part
    # 173 of 174 are not 100 %.
    return f"{part} ({min(int(coverage.share * 100 + 0.5), 99)} %)"


def partial_sentence(models: Iterable[ModelReport]) -> str | None:
    """Of whom a part of the trades alone is stored; None where of nobody."""
    parts = [
        f"{each.account.name} {coverage_text(each.coverage)}"
        for each in models
        if each.coverage.is_partial
    ]
    if not parts:
        return None
    return (
        f"a part of the trades alone is stored, and figures of trades are of that"
        f" part: {'; '.join(parts)}."
    )


def gaps_sentence(models: Iterable[ModelReport]) -> str | None:
    """Whose equity has gaps, the longest first; None where nobody's."""
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
    return f"equity was not observed for some time: {_listed(parts)}."


def missed_sentence(models: Iterable[ModelReport]) -> str | None:
    """Of whom conversations are missing; None where of nobody."""
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
    return f"conversations are missing: {_listed(parts)}."


def _listed(parts: list[str], most: int = 4) -> str:
    more = len(parts) - most
    return ", ".join(parts[:most]) + (f" and {more} more" if more > 0 else "")


def rules_sentence(rules: ReportRules) -> str:
    """The conventions that the figures rest on."""
    return (
        f"Equity every {_span(rules.step)}, gaps beyond {_span(rules.max_gap)};"
        f" ratios per year of 365 days, no riskless rate;"
        f" {probability_asked(rules.level)} intervals by bootstrap, seed {rules.seed}."
    )


def mind_rules_sentence(rules: ReportRules) -> str:
    """The limits of the section on the mind."""
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
