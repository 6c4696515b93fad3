"""The real captures give the known figures, to the cent."""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from nof1_tracker.records.enums import ChatDecision, Endpoint
from nof1_tracker.records.parsed import ParsedPayload
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.scraper.parse import parse_payload
from nof1_tracker.scraper.wire.shapes import recognise

pytestmark = pytest.mark.captures


@pytest.fixture(scope="module")
def parsed_payloads(captures: Path) -> list[ParsedPayload]:
    """Every capture, oldest first."""
    return [_harvest(file) for file in sorted(captures.glob("*/*.json"))]


def _harvest(file: Path) -> ParsedPayload:
    saved = datetime.strptime(file.parent.name, "%Y-%m-%dT%H%M%SZ").replace(tzinfo=UTC)
    return parse_payload(RawPayload(file.read_bytes(), str(file), saved, "capture"))


def test_every_file_is_recognised_as_what_its_name_says(captures: Path) -> None:
    for file in captures.glob("*/*.json"):
        assert recognise(file.read_bytes()) is Endpoint(file.stem)


def test_nothing_is_rejected_and_nothing_is_odd(
    parsed_payloads: list[ParsedPayload],
) -> None:
    assert [one.rejected for one in parsed_payloads if one.rejected] == []
    assert [one.warnings for one in parsed_payloads if one.warnings] == []


def test_the_legs_sum_up_to_the_known_net_pnl(
    parsed_payloads: list[ParsedPayload],
) -> None:
    legs = {leg.trade_id: leg for one in parsed_payloads for leg in one.legs}
    net: dict[str, Decimal] = defaultdict(Decimal)
    for leg in legs.values():
        net[leg.account_id] += leg.net_pnl
    assert len(legs) == 253
    assert {key: round(value, 2) for key, value in net.items()} == {
        "gpt-5": Decimal("-6507.69"),
        "claude-sonnet-4-5": Decimal("1514.79"),
        "gemini-2.5-pro": Decimal("-1379.79"),
        "grok-4": Decimal("-2262.05"),
        "deepseek-chat-v3.1": Decimal("10049.01"),
        "qwen3-max": Decimal("7091.06"),
    }


def test_the_conversations_hold_the_known_decisions(
    parsed_payloads: list[ParsedPayload],
) -> None:
    chats = {
        chat.conversation_id: chat
        for one in parsed_payloads
        for chat in one.conversations
    }
    signals = Counter(one.signal for chat in chats.values() for one in chat.decisions)
    assert len(chats) == 125
    assert signals == {"hold": 567, "buy_to_enter": 2, "close_position": 2}
    headlines = Counter(chat.decision for chat in chats.values())
    assert headlines[ChatDecision.NONE] == 2


def test_every_prompt_gives_a_snapshot(parsed_payloads: list[ParsedPayload]) -> None:
    for one in parsed_payloads:
        assert len(one.snapshots) >= len(one.conversations)


def test_the_newest_prompts_say_who_is_ahead(
    parsed_payloads: list[ParsedPayload],
) -> None:
    prompts = [
        snapshot
        for one in parsed_payloads
        if one.endpoint is Endpoint.CONVERSATIONS
        for snapshot in one.snapshots
    ]
    newest = {
        one.account_id: one for one in sorted(prompts, key=lambda one: one.observed_at)
    }
    assert {key: one.equity for key, one in newest.items()} == {
        "deepseek-chat-v3.1": Decimal("21510.45"),
        "qwen3-max": Decimal("16753.07"),
        "claude-sonnet-4-5": Decimal("11247.59"),
        "grok-4": Decimal("10415.07"),
        "gemini-2.5-pro": Decimal("3846.07"),
        "gpt-5": Decimal("3741.88"),
    }


def test_the_account_totals_hold_25_open_positions(
    parsed_payloads: list[ParsedPayload],
) -> None:
    (totals,) = (
        one for one in parsed_payloads if one.endpoint is Endpoint.ACCOUNT_TOTALS
    )
    assert len(totals.snapshots) == 6
    assert sum(len(one.positions or ()) for one in totals.snapshots) == 25


def test_the_statistics_count_the_trades_that_are_not_served(
    parsed_payloads: list[ParsedPayload],
) -> None:
    counts = {
        (one.account_id, one.total_trades)
        for each in parsed_payloads
        for one in each.statistics
    }
    assert ("gemini-2.5-pro", 174) in counts
    assert len(counts) == 6
