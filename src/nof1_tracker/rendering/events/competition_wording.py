"""Ranks, drawdowns, new seasons and new models, in words."""

from nof1_tracker.records.findings import (
    AccountEquity,
    AccountJoined,
    CompetitionFacts,
    EquityFall,
    RankRise,
    SeasonStarted,
)
from nof1_tracker.records.sanitize import inert
from nof1_tracker.rendering.events.names_and_amounts import Words, money, name_of
from nof1_tracker.rendering.text import moment, percent

_PASSED_NAMED = 3


def competition_words(facts: CompetitionFacts) -> Words:
    """The title and the text of one of these."""
    match facts:
        case RankRise():
            return _rise(facts)
        case EquityFall():
            return _fall(facts)
        case SeasonStarted():
            return _season(facts)
        case AccountJoined():
            return _joined(facts)


def _rise(facts: RankRise) -> Words:
    named = ", ".join(map(_with_equity, facts.passed[:_PASSED_NAMED]))
    more = len(facts.passed) - _PASSED_NAMED
    rest = f" and {more} more" if more > 0 else ""
    return (
        f"{name_of(facts.riser.account)} is {_place(facts.rank)} now",
        f"{money(facts.riser.equity)}; it passed {named}{rest}.",
    )


def _fall(facts: EquityFall) -> Words:
    return (
        f"{name_of(facts.account)} is {percent(-facts.drawdown)} below its peak",
        (
            f"{money(facts.equity)}, from {money(facts.peak.equity)}"
            f" at {moment(facts.peak.observed_at)} UTC."
        ),
    )


def _season(facts: SeasonStarted) -> Words:
    season = facts.season
    since = f", from {moment(season.started_at)} UTC" if season.started_at else ""
    guess = "; number and name are provisional" if season.is_provisional else ""
    return (
        f"A new season: {inert(season.name)}",
        f"Season {season.number}{since}{guess}.",
    )


def _joined(facts: AccountJoined) -> Words:
    account = facts.account
    return f"A new model: {name_of(account)}", f"Provider: {inert(account.provider)}."


def _with_equity(ranked: AccountEquity) -> str:
    return f"{name_of(ranked.account)} ({money(ranked.equity)})"


def _place(rank: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th ..."""
    if rank % 100 in (11, 12, 13):
        return f"{rank}th"
    return f"{rank}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(rank % 10, 'th') }"
