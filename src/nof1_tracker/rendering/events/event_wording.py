"""Findings in words: each becomes an event with a title and a text."""

from nof1_tracker.records.events import Event
from nof1_tracker.records.findings import (
    AccountJoined,
    EquityFall,
    Facts,
    Finding,
    LegClosed,
    LegRestated,
    PositionOpened,
    PositionVanished,
    RankRise,
    SeasonStarted,
)
from nof1_tracker.rendering.events.competition_wording import competition_words
from nof1_tracker.rendering.events.names_and_amounts import Words
from nof1_tracker.rendering.events.source_wording import source_words
from nof1_tracker.rendering.events.trading_wording import trading_words


def event_of(finding: Finding) -> Event:
    """The finding as it is stored and delivered."""
    title, text = _words(finding.facts)
    return Event(
        kind=finding.kind,
        key=finding.key,
        occurred_at=finding.occurred_at,
        account_id=finding.account_id,
        symbol=finding.symbol,
        title=title,
        text=text,
        numbers=finding.numbers,
    )


def _words(facts: Facts) -> Words:
    match facts:
        case PositionOpened() | LegClosed() | PositionVanished() | LegRestated():
            return trading_words(facts)
        case RankRise() | EquityFall() | SeasonStarted() | AccountJoined():
            return competition_words(facts)
        case _:
            return source_words(facts)
