"""Findings in words: what a person reads of each, and that no name can do harm."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from nof1_tracker.records.changes import (
    CurrentSeason,
    Hold,
    KnownAccount,
    NewRejection,
    Peak,
)
from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.events import Event, EventKind
from nof1_tracker.records.findings import (
    AccountEquity,
    AccountJoined,
    BodiesRecordedAgain,
    BodiesUnrecorded,
    ConversationsMissed,
    EndpointAnswers,
    EndpointHeld,
    EquityFall,
    Facts,
    Finding,
    LegClosed,
    LegRestated,
    PayloadRejected,
    PositionOpened,
    PositionVanished,
    RankRise,
    RecordingResumed,
    SchemaChanged,
    SeasonStarted,
    SourceRecovered,
    SourceStale,
)
from nof1_tracker.records.status import Drift
from nof1_tracker.rendering.events.event_wording import event_of

NOW = datetime(2025, 10, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAMES = ("Ada", "Bo", "Cy", "Di", "Ed", "Flo", "Gus", "Hal")
ACCOUNTS = [
    KnownAccount(number, f"model-{number}", name, "Acme", False)
    for number, name in enumerate(NAMES, 1)
]
ADA, BO = ACCOUNTS[:2]
EVIL = "BTC\x1b[31m <@everyone> https://evil.example"
OPENED = PositionOpened(
    account=ADA,
    symbol="BTC",
    side=TradeSide.LONG,
    quantity=Decimal("0.5"),
    entry_price=Decimal(100_000),
    notional=Decimal(50_000),
    leverage=Decimal(10),
    confidence=Decimal(75),
)
CLOSED = LegClosed(
    account=ADA,
    symbol="BTC",
    side=TradeSide.LONG,
    quantity=Decimal("0.5"),
    entry_price=Decimal(100_000),
    exit_price=Decimal(100_060),
    net_pnl=Decimal(25),
    fees=Decimal(5),
    leverage=Decimal(10),
    holding_period=2 * HOUR,
    is_liquidation=False,
)
VANISHED = PositionVanished(ADA, "BTC", TradeSide.SHORT, Decimal("0.5"), NOW)
RESTATED = LegRestated(ADA, "BTC", TradeSide.LONG, "pnl", Decimal(95), Decimal(-300))
SEASON = CurrentSeason(2, Decimal("1.5"), "Season 1.5", NOW, False)
FIELD = Drift("trades", "funding", "number", "", "0.25", NOW, is_gone=False)
WORD = replace(FIELD, path="side", json_type="string", word="flat", example='"flat"')
REJECTION = NewRejection("trades", "row 12: quantity is missing", NOW)


def told(facts: Facts) -> Event:
    """The event that becomes of these facts."""
    kind = EventKind.POSITION_OPENED
    return event_of(Finding(kind, "entry:1", NOW, facts, "model-1", "BTC", {}))


def rise(rank: int, passed: int) -> RankRise:
    """Bo passed so many, each of whom has $10."""
    others = [AccountEquity(each, Decimal(10)) for each in ACCOUNTS[2 : 2 + passed]]
    return RankRise(AccountEquity(BO, Decimal(10_200)), rank, tuple(others))


def missed(*counts: int) -> ConversationsMissed:
    """Conversations of the first accounts that are missing."""
    by_account = tuple(zip(ACCOUNTS, counts, strict=False))
    return ConversationsMissed(NOW - HOUR, NOW, by_account)


def test_all_but_the_words_is_as_it_was_found() -> None:
    numbers = {"notional_usd": Decimal(50_000)}
    finding = Finding(
        EventKind.LARGE_TRADE, "entry:1", NOW, OPENED, "model-1", EVIL, numbers
    )
    assert event_of(finding) == Event(
        kind=EventKind.LARGE_TRADE,
        key="entry:1",
        occurred_at=NOW,
        account_id="model-1",
        symbol=EVIL,
        title="Ada opened a long of BTC for $50,000.00",
        text="0.5 at $100,000.00 · 10x · confidence 75 %",
        numbers=numbers,
    )


@pytest.mark.parametrize(
    ("facts", "title", "text"),
    [
        (
            CLOSED,
            "Ada closed a long of BTC: +$25.00",
            "0.5, $100,000.00 to $100,060.00 · held 2 h · fees $5.00 · 10x",
        ),
        (
            VANISHED,
            "Ada closed a short of BTC unobserved",
            "Last seen 2025-10-28 12:00 UTC with 0.5; how it ended is not known.",
        ),
        (
            RESTATED,
            "Ada: the site restated the net PnL of a long of BTC",
            "Before: +$95.00; now: -$300.00. See `nof1-tracker revisions`.",
        ),
        (
            replace(RESTATED, field="fees", old=Decimal(5), new=None),
            "Ada: the site restated the fees of a long of BTC",
            "Before: $5.00; now: none. See `nof1-tracker revisions`.",
        ),
        (
            replace(RESTATED, field="exit_price", old=Decimal("0.1"), new=Decimal(1)),
            "Ada: the site restated the exit price of a long of BTC",
            "Before: $0.10000; now: $1.0000. See `nof1-tracker revisions`.",
        ),
        (
            replace(RESTATED, field="size", old=Decimal("0.5"), new=Decimal(2)),
            "Ada: the site restated the quantity of a long of BTC",
            "Before: 0.5; now: 2. See `nof1-tracker revisions`.",
        ),
        (
            replace(RESTATED, field="closed_at", old=NOW, new=NOW + HOUR),
            "Ada: the site restated the closing time of a long of BTC",
            (
                "Before: 2025-10-28 12:00:00 UTC; now: 2025-10-28 13:00:00 UTC."
                " See `nof1-tracker revisions`."
            ),
        ),
        (
            EquityFall(
                ADA, Decimal(9_000), Peak(Decimal(12_000), NOW), Decimal("-.25")
            ),
            "Ada is 25.0 % below its peak",
            "$9,000.00, from $12,000.00 at 2025-10-28 12:00 UTC.",
        ),
        (
            SeasonStarted(SEASON),
            "A new season: Season 1.5",
            "Season 1.5, from 2025-10-28 12:00 UTC.",
        ),
        (
            SeasonStarted(replace(SEASON, started_at=None, is_provisional=True)),
            "A new season: Season 1.5",
            "Season 1.5; number and name are provisional.",
        ),
        (AccountJoined(BO), "A new model: Bo", "Provider: Acme."),
        (
            SourceStale("ModelChat", NOW, timedelta(minutes=61)),
            "No news of ModelChat for 61 min",
            (
                "The newest is of 2025-10-28 12:00 UTC. What the site shows meanwhile"
                " may be lost: see `nof1-tracker doctor` and the monitor's log."
            ),
        ),
        (
            SourceStale(
                "trades",
                NOW,
                timedelta(minutes=61),
                "The bot checkpoint of X denied it.",
            ),
            "No news of trades for 61 min",
            (
                "The newest is of 2025-10-28 12:00 UTC. The last cycle failed: The bot"
                " checkpoint of X denied it. What the site shows meanwhile may be lost:"
                " see `nof1-tracker doctor` and the monitor's log."
            ),
        ),
        (
            SourceRecovered("trades", NOW),
            "News of trades again",
            "It was without since 2025-10-28 12:00 UTC.",
        ),
        (
            EndpointHeld(Hold("analytics", NOW, NOW + 24 * HOUR, 48 * HOUR)),
            "The site asks for a pause of 2 d: analytics",
            (
                "It is left alone until 2025-10-29 12:00 UTC; everything else is"
                " recorded."
            ),
        ),
        (
            EndpointHeld(Hold("conversations", NOW, NOW + HOUR / 4, 8 * HOUR)),
            "The site asks for a pause of 8 h: conversations",
            (
                "It is left alone until 2025-10-28 12:15 UTC; everything else is"
                " recorded. Rows that the site shows only meanwhile are lost."
            ),
        ),
        (
            EndpointAnswers("analytics", NOW, 8 * HOUR),
            "The site answers again: analytics",
            "It was left alone since 2025-10-28 12:00 UTC (8 h).",
        ),
        (
            BodiesUnrecorded(1, "No space is left on the disk."),
            "1 body is stored without being recorded",
            (
                "No space is left on the disk. The tables have the rows, but what they"
                " were made from is not kept. Make room with `nof1-tracker archive"
                " prune`: see `nof1-tracker status`."
            ),
        ),
        (
            BodiesRecordedAgain(NOW, 8 * HOUR),
            "What is fetched is recorded again",
            "It was not since 2025-10-28 12:00 UTC (8 h).",
        ),
        (
            RecordingResumed(NOW, 8 * HOUR),
            "Recording resumed after 8 h",
            "No monitor had looked since 2025-10-28 12:00 UTC.",
        ),
        (
            missed(4_000, 3),
            "ModelChat: 4,003 conversations missed",
            "Between 2025-10-28 11:00 and 2025-10-28 12:00 UTC: Ada 4,000, Bo 3.",
        ),
        (
            SchemaChanged(FIELD),
            "The site's trades have changed: funding",
            "funding is number now, for example 0.25.",
        ),
        (
            SchemaChanged(WORD),
            "The site's trades have changed: side",
            "side says flat now, for example flat.",
        ),
        (
            SchemaChanged(replace(FIELD, example="7", is_gone=True)),
            "The site's trades have changed: funding",
            "No row has funding any more. It was like 7.",
        ),
        (
            PayloadRejected(REJECTION),
            "The site serves trades in a way not seen before",
            (
                "row 12: quantity is missing. The original is kept: see"
                " `nof1-tracker status`."
            ),
        ),
    ],
)
def test_a_finding_is_told_in_a_title_and_a_text(
    facts: Facts, title: str, text: str
) -> None:
    event = told(facts)
    assert (event.title, event.text) == (title, text)


def test_a_liquidation_is_told_as_such_with_its_loss() -> None:
    facts = replace(CLOSED, net_pnl=Decimal(-5000), is_liquidation=True)
    assert told(facts).title == "Ada was liquidated in a long of BTC: -$5,000.00"


def test_what_is_not_known_is_left_out_or_called_unknown() -> None:
    assert told(replace(OPENED, leverage=None, confidence=None)).text == (
        "0.5 at $100,000.00"
    )
    closed = told(replace(CLOSED, net_pnl=None, fees=None, leverage=None))
    assert closed.title == "Ada closed a long of BTC: result unknown"
    assert closed.text == "0.5, $100,000.00 to $100,060.00 · held 2 h"


@pytest.mark.parametrize(
    ("rank", "place"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (12, "12th"), (21, "21st")],
)
def test_a_rise_names_the_place(rank: int, place: str) -> None:
    event = told(rise(rank, passed=1))
    assert event.title == f"Bo is {place} now"
    assert event.text == "$10,200.00; it passed Cy ($10.00)."


def test_of_many_that_were_passed_three_are_named_and_the_rest_counted() -> None:
    assert told(rise(1, passed=3)).text.endswith("Ed ($10.00).")
    assert told(rise(1, passed=4)).text.endswith("Ed ($10.00) and 1 more.")


def test_of_many_accounts_with_gaps_six_are_named_and_the_rest_counted() -> None:
    assert told(missed(*[1] * 6)).text.endswith("Ed 1, Flo 1.")
    assert told(missed(*[1] * 8)).text.endswith("Ed 1, Flo 1 and 2 more models.")


def test_one_missing_conversation_is_told_in_the_singular() -> None:
    assert told(missed(1)).title == "ModelChat: 1 conversation missed"


@pytest.mark.parametrize(
    "facts_of",
    [
        lambda evil: replace(OPENED, symbol=evil),
        lambda evil: replace(CLOSED, symbol=evil),
        lambda evil: replace(VANISHED, symbol=evil),
        lambda evil: replace(RESTATED, symbol=evil),
        lambda evil: replace(OPENED, account=replace(ADA, name=evil)),
        lambda evil: AccountJoined(replace(ADA, name=evil, provider=evil)),
        lambda evil: SeasonStarted(replace(SEASON, name=evil)),
        lambda evil: SchemaChanged(
            replace(WORD, endpoint=evil, path=evil, word=evil, example=evil)
        ),
        lambda evil: PayloadRejected(replace(REJECTION, endpoint=evil, reason=evil)),
    ],
)
def test_texts_of_the_site_are_harmless(facts_of: Callable[[str], Any]) -> None:
    event = told(facts_of(EVIL))
    for sign in ("\x1b", "@", "<", "://", "evil.example"):
        assert sign not in event.title + event.text


def test_an_account_or_a_symbol_without_a_readable_name_is_still_named() -> None:
    facts = replace(OPENED, account=replace(ADA, name="\u202e"), symbol="")
    assert told(facts).title == "account 1 opened a long of (no symbol) for $50,000.00"
