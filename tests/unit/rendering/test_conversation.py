"""A conversation on terminals of several widths, and hits in a text."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.records.enums import ChatDecision
from nof1_tracker.records.reading.conversation import Conversation
from nof1_tracker.records.stored import StoredChat
from nof1_tracker.rendering.excerpts import excerpts, find_hits
from nof1_tracker.rendering.terminal.conversation import conversation_report
from tests.unit.rendering.test_terminal_tables import plain

CHAT = StoredChat(
    conversation_id="alpha_1.5",
    account_id="alpha",
    name="Alpha",
    cycle_id=3,
    observed_at=datetime(2025, 10, 28, 7, tzinfo=UTC),
    decision=ChatDecision.HOLD,
    symbol=None,
    confidence=None,
    summary=None,
    content="I think.",
)
WHOLE = Conversation(CHAT, "You are told.", True, (), None, None)


@pytest.mark.parametrize(("width", "is_beside"), [(80, False), (120, True)])
def test_the_parts_stand_side_by_side_where_there_is_room(
    width: int, is_beside: bool
) -> None:
    lines = plain(conversation_report(WHOLE, width), width).splitlines()

    assert max(map(len, lines)) <= width
    both = [line for line in lines if "You are told." in line and "I think." in line]
    assert bool(both) is is_beside


def test_hits_that_are_near_share_an_excerpt() -> None:
    text = "x " * 200 + "stop and STOP" + " y" * 200 + " stop"

    first, second = excerpts(text, "stop")

    assert [first.text[a:b] for a, b in first.hits] == ["stop", "STOP"]
    assert first.start > 0
    assert second.end == len(text)


@given(st.text(alphabet="ab .\n", max_size=800), st.text(alphabet="aB.", max_size=3))
def test_each_hit_is_in_one_excerpt(text: str, wanted: str) -> None:
    parts = excerpts(text, wanted)

    hits = [(p.start + a, p.start + b) for p in parts for a, b in p.hits]
    assert hits == find_hits(text, wanted)
    assert all(p.text == text[p.start : p.end] for p in parts)
    assert all(a.end < b.start for a, b in pairwise(parts))
