"""ModelChat: the thought, the decisions, and the account in the prompt."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from nof1_tracker.records.enums import ChatDecision, EquitySource
from nof1_tracker.records.parsed import Conversation, Snapshot
from tests.unit.scraper.site_rows import (
    conversation,
    decision,
    parsed,
    prompt,
    prompt_position,
)


def chat_of(**changes: Any) -> Conversation:
    """The one conversation that a changed row gives."""
    (chat,) = parsed({"conversations": [conversation(**changes)]}).conversations
    return chat


def snapshot_of(text: str) -> Snapshot:
    """The one snapshot that a prompt gives."""
    rows = [conversation(user_prompt=text)]
    (snapshot,) = parsed({"conversations": rows}).snapshots
    return snapshot


def headline_of(*decisions: dict[str, Any]) -> tuple[object, ...]:
    """Decision, symbol and confidence of a conversation with these decisions."""
    chat = chat_of(llm_response={one["coin"]: one for one in decisions})
    return chat.decision, chat.symbol, chat.confidence


def test_a_conversation_says_what_the_row_says() -> None:
    row = conversation()
    chat = chat_of()
    assert (chat.account_id, chat.conversation_id) == ("gpt-5", row["id"])
    assert (chat.cycle_id, chat.summary) == (3253, "Holding.")
    assert chat.observed_at == datetime(2025, 10, 28, 6, 50, 44, 597393, tzinfo=UTC)
    assert chat.raw["user_prompt"] == row["user_prompt"]


# --- the headline ------------------------------------------------------------------


def test_all_hold_is_hold_with_the_mean_confidence() -> None:
    held = (
        decision("ETH"),
        decision("SOL", confidence=0.7),
        decision("BTC", confidence=0.7),
    )
    assert headline_of(*held) == (ChatDecision.HOLD, None, Decimal("68.3333"))


def test_one_held_coin_is_the_symbol() -> None:
    assert headline_of(decision("ETH")) == (ChatDecision.HOLD, "ETH", 65)


@pytest.mark.parametrize(
    ("signal", "word"),
    [
        ("buy_to_enter", ChatDecision.BUY),
        ("sell_to_enter", ChatDecision.SELL),
        ("close_position", ChatDecision.CLOSE),
        ("close", ChatDecision.CLOSE),
        ("BUY_TO_ENTER", ChatDecision.BUY),
    ],
)
def test_a_move_outweighs_all_holds(signal: str, word: ChatDecision) -> None:
    move = decision("SOL", signal=signal, risk_usd=1, confidence=0.5)
    assert headline_of(decision("ETH", risk_usd=9000), move) == (word, "SOL", 50)


def test_of_two_moves_the_one_that_risks_more_is_the_headline() -> None:
    moves = (
        decision("BTC", signal="buy_to_enter", risk_usd=126.5),
        decision("ETH", signal="close_position", risk_usd=148.78),
        decision("SOL", signal="sell_to_enter", risk_usd=None),
    )
    assert headline_of(*moves)[:2] == (ChatDecision.CLOSE, "ETH")


def test_a_new_word_is_kept_and_reported() -> None:
    result = parsed(
        {
            "conversations": [
                conversation(llm_response={"ETH": decision(signal="hedge")})
            ]
        }
    )
    (chat,) = result.conversations
    assert (chat.decision, chat.decisions[0].signal) == (ChatDecision.NONE, "hedge")
    assert result.warnings == ("conversations: unknown signal 'hedge'",)


# --- the response in all its shapes ----------------------------------------------------


@pytest.mark.parametrize(
    "response",
    [
        {"ETH": decision()},
        [decision()],
        decision(),
        json.dumps({"ETH": decision()}),
        {"ETH": {"trade_signal_args": decision()}},
        {"ETH": {key: value for key, value in decision().items() if key != "coin"}},
    ],
)
def test_the_decisions_are_found_in_every_shape(response: object) -> None:
    chat = chat_of(llm_response=response)
    assert [one.symbol for one in chat.decisions] == ["ETH"]
    assert chat.decision is ChatDecision.HOLD
    assert chat.decisions[0].quantity == -3
    assert chat.decisions[0].confidence == 65


@pytest.mark.parametrize(
    "response",
    [None, {}, [], "", "prose", {"failed_json_response_raw_text": "prose"}],
)
def test_without_decisions_the_decision_is_none(response: object) -> None:
    result = parsed({"conversations": [conversation(llm_response=response)]})
    (chat,) = result.conversations
    assert (chat.decision, chat.decisions) == (ChatDecision.NONE, ())
    assert result.rejected == ()


@pytest.mark.parametrize(
    "bad",
    [
        None,
        7,
        {"coin": "SOL"},
        decision("SOL", signal=None),
        {**decision(), "coin": ""},
    ],
)
def test_a_bad_decision_is_rejected_alone(bad: object) -> None:
    response = {"ETH": decision(), "SOL": bad}
    result = parsed({"conversations": [conversation(llm_response=response)]})
    (chat,) = result.conversations
    assert [one.symbol for one in chat.decisions] == ["ETH"]
    assert [one.reason.startswith("decision: ") for one in result.rejected] == [True]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("confidence", "high"),
        ("confidence", 101),
        ("leverage", 1001),
        ("leverage", "10x"),
        ("quantity", True),
        ("stop_loss", "N/A"),
    ],
)
def test_a_bad_figure_of_a_decision_costs_itself_alone(
    field: str, value: object
) -> None:
    response = {"SOL": decision("SOL", **{field: value})}
    result = parsed({"conversations": [conversation(llm_response=response)]})
    (one,) = result.conversations[0].decisions
    assert (one.symbol, getattr(one, field)) == ("SOL", None)
    assert field not in one.stated
    assert [r.reason.startswith(f"decision: {field}: ") for r in result.rejected] == [
        True
    ]
    assert (result.rejected_rows, result.rejected_parts) == (0, 1)


def test_text_beside_the_decisions_is_reported() -> None:
    response = {"ETH": decision(), "note": "x"}
    result = parsed({"conversations": [conversation(llm_response=response)]})
    assert result.rejected == ()
    assert result.warnings == (
        "conversations: text beside the decisions, under 'note'",
    )


# --- the text ------------------------------------------------------------------------------


def test_the_content_is_the_chain_of_thought() -> None:
    assert chat_of().content == "I hold what I have."


@pytest.mark.parametrize("trace", [{"ETH": {"signal": "hold"}}, None, "", "  ", 5])
def test_without_a_chain_of_thought_the_content_is_the_response(trace: object) -> None:
    response = {"ETH": decision(risk_usd=722.7846)}
    chat = chat_of(cot_trace=trace, llm_response=response)
    assert json.loads(chat.content) == response
    assert '"risk_usd": 722.7846' in chat.content


def test_the_failed_text_is_the_content() -> None:
    failed = {"failed_json_response_raw_text": "First, I check"}
    assert chat_of(cot_trace={}, llm_response=failed).content == "First, I check"


def test_failing_all_the_content_is_the_summary_or_empty() -> None:
    failed = {"failed_json_response_raw_text": ""}
    assert chat_of(cot_trace="", llm_response=failed).content == "Holding."
    nothing = chat_of(cot_trace="", llm_response=None, cot_trace_summary=None)
    assert (nothing.content, nothing.summary) == ("", None)


# --- the account in the prompt ----------------------------------------------------------------


def test_a_prompt_gives_the_accounts_equity_at_its_own_time() -> None:
    snapshot = snapshot_of(prompt())
    assert snapshot.source is EquitySource.MODEL_CHAT
    assert snapshot.observed_at == datetime(2025, 10, 28, 6, 49, 34, 755756, tzinfo=UTC)
    assert (snapshot.account_id, snapshot.equity) == ("gpt-5", Decimal("10150.25"))
    assert snapshot.sharpe_ratio == Decimal("0.471")
    assert snapshot.raw == {
        "conversation_id": conversation()["id"],
        "available_cash": Decimal("8640.25"),
        "total_return_percent": Decimal("1.5"),
    }


def test_unrealized_pnl_is_the_sum_over_the_positions() -> None:
    snapshot = snapshot_of(prompt())
    assert snapshot.unrealized_pnl == 2 * Decimal("-507.24")


def test_the_positions_of_a_prompt_are_observed() -> None:
    held = snapshot_of(prompt()).positions
    assert held is not None
    assert [one.symbol for one in held] == ["ETH", "SOL"]
    assert held[0].entry_oid == 213487963080
    assert held[0].confidence == 65
    assert (held[0].margin, held[0].opened_at) == (None, None)


def test_an_account_without_positions_has_nothing_unrealized() -> None:
    snapshot = snapshot_of(prompt(""))
    assert snapshot.positions == ()
    assert snapshot.unrealized_pnl == 0


def test_positions_that_cannot_be_read_leave_the_pnl_unknown() -> None:
    snapshot = snapshot_of(prompt("ETH: 5.74 at 4189.12"))
    assert (snapshot.positions, snapshot.unrealized_pnl) == (None, None)


def test_a_bad_position_of_a_prompt_is_rejected_alone() -> None:
    bad = prompt_position(symbol="SOL", entry_price=None)
    text = prompt(f"{prompt_position()}\n{bad}\n{{'symbol': oops}}")
    result = parsed({"conversations": [conversation(user_prompt=text)]})
    (snapshot,) = result.snapshots
    assert [one.symbol for one in snapshot.positions or ()] == ["ETH"]
    assert snapshot.unrealized_pnl is None
    assert len(result.rejected) == 2
    assert len(result.conversations) == 1


@pytest.mark.parametrize("text", [None, "", "Trade well."])
def test_a_prompt_without_an_account_gives_no_snapshot_and_no_rejection(
    text: str | None,
) -> None:
    result = parsed({"conversations": [conversation(user_prompt=text)]})
    assert (result.snapshots, result.rejected) == ((), ())
    assert len(result.conversations) == 1


def test_an_absurd_account_value_is_rejected_and_the_conversation_kept() -> None:
    rows = [conversation(user_prompt=prompt(value="9" * 20))]
    result = parsed({"conversations": rows})
    assert (len(result.conversations), result.snapshots) == (1, ())
    assert "prompt: equity" in result.rejected[0].reason


def test_a_prompt_without_a_time_is_dated_by_its_conversation() -> None:
    snapshot = snapshot_of("Current Account Value: 5")
    assert snapshot.observed_at == chat_of().observed_at


def test_a_prompt_far_from_its_conversation_is_reported() -> None:
    rows = [conversation(timestamp=1761634244.5 + 7200)]
    assert "over an hour" in parsed({"conversations": rows}).warnings[0]
