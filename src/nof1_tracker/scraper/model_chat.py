"""Parses ModelChat (/api/conversations): what models thought, decided and saw."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from nof1_tracker.records.enums import EquitySource
from nof1_tracker.records.headline import SIGNALS, headline
from nof1_tracker.records.parsed import (
    Conversation,
    Decision,
    Position,
    Price,
    Snapshot,
)
from nof1_tracker.scraper.leaderboard import distinct_snapshots
from nof1_tracker.scraper.parsing.positions import parse_positions
from nof1_tracker.scraper.parsing.prompt import (
    PromptAccount,
    read_prompt,
    time_of_prompt,
)
from nof1_tracker.scraper.parsing.prompt_market import distinct_prices, parse_market
from nof1_tracker.scraper.wire.fields import USD_LIMIT
from nof1_tracker.scraper.wire.json_text import exact_json, whole_value
from nof1_tracker.scraper.wire.payload_rows import UNTIMELY, PayloadRows, distinct
from nof1_tracker.scraper.wire.rows import (
    ConversationRow,
    DecisionRow,
    StatedAccountRow,
)

_FAILED: Final = "failed_json_response_raw_text"
_PROMPT_MAY_BE_OLD = timedelta(hours=1)


def parse_conversations(
    payload: PayloadRows,
) -> tuple[tuple[Conversation, ...], tuple[Snapshot, ...], tuple[Price, ...]]:
    """The conversations, and what their prompts state: accounts, and prices."""
    conversations, snapshots = [], []
    prices: list[Price] = []
    for row, account_id, raw in payload.read_accounts(ConversationRow):
        conversations.append(_conversation(payload, row, account_id, raw))
        if snapshot := _snapshot(payload, row, account_id):
            snapshots.append(snapshot)
        prices.extend(_prices(payload, row))
    return (
        distinct(payload, conversations, key=_conversation_id),
        distinct_snapshots(payload, snapshots),
        distinct_prices(prices),
    )


def _conversation_id(conversation: Conversation) -> str:
    return conversation.conversation_id


def _conversation(
    payload: PayloadRows, row: ConversationRow, account_id: str, raw: Mapping[str, Any]
) -> Conversation:
    decisions = distinct(payload, _decisions(payload, row), key=lambda one: one.symbol)
    decision, symbol, confidence = headline(decisions)
    return Conversation(
        account_id=account_id,
        conversation_id=row.id,
        cycle_id=row.cycle_id,
        observed_at=row.timestamp,
        content=_content(row),
        has_thought=_thought(row) is not None,
        summary=row.cot_trace_summary,
        decision=decision,
        symbol=symbol,
        confidence=confidence,
        decisions=decisions,
        raw=raw,
    )


# --- decisions -------------------------------------------------------------------


def _decisions(payload: PayloadRows, row: ConversationRow) -> Iterator[Decision]:
    for served in _served_decisions(payload, row.llm_response):
        decision = payload.validated(DecisionRow, served, "decision")
        if decision is None:
            continue
        signal = decision.signal.lower()
        if signal not in SIGNALS:
            payload.warn(f"unknown signal {signal!r}")
        yield Decision(
            symbol=decision.symbol,
            signal=signal,
            quantity=decision.quantity,
            leverage=decision.leverage,
            confidence=decision.confidence,
            profit_target=decision.profit_target,
            stop_loss=decision.stop_loss,
            risk_usd=decision.risk_usd,
            invalidation_condition=decision.invalidation_condition,
            justification=decision.justification,
            is_add=decision.is_add,
            stated=frozenset(decision.model_fields_set),
            raw=served,
        )


def _served_decisions(payload: PayloadRows, response: Any) -> Iterator[Any]:
    """One item per coin, whether the response is an object, a list, text or nothing."""
    if isinstance(response, str):
        response = whole_value(response)
    if isinstance(response, list):
        yield from map(_arguments, response)
    elif isinstance(response, dict) and isinstance(response.get("signal"), str):
        yield response
    elif isinstance(response, dict):
        for coin, served in response.items():
            if isinstance(served, str):
                if coin != _FAILED:
                    payload.warn(f"text beside the decisions, under {coin[:50]!r}")
            else:
                yield _arguments(served, coin)


def _arguments(served: Any, coin: str | None = None) -> Any:
    """A decision's own fields, with the key as its coin if it names none."""
    if not isinstance(served, dict):
        return served
    inner = served.get("trade_signal_args")
    fields = inner if isinstance(inner, dict) else served
    if coin is None or "coin" in fields or "symbol" in fields:
        return fields
    return {"coin": coin, **fields}


# --- text ------------------------------------------------------------------------


def _content(row: ConversationRow) -> str:
    """The chain of thought, or else the response as text, or else the summary."""
    response = _response_text(row.llm_response)
    return _thought(row) or response or row.cot_trace_summary or ""


def _thought(row: ConversationRow) -> str | None:
    trace = row.cot_trace
    return trace if isinstance(trace, str) and trace.strip() else None


def _response_text(response: Any) -> str:
    if isinstance(response, str):
        return response if response.strip() else ""
    if isinstance(response, dict) and isinstance(response.get(_FAILED), str):
        return str(response[_FAILED])
    return exact_json(response) if response else ""


# --- the account in the prompt -----------------------------------------------------


def _snapshot(
    payload: PayloadRows, row: ConversationRow, account_id: str
) -> Snapshot | None:
    account = read_prompt(row.user_prompt) if row.user_prompt else None
    stated = account and payload.validated(StatedAccountRow, account.stated, "prompt")
    if not account or not stated:
        return None
    observed_at = account.observed_at or row.timestamp
    if payload.is_untimely(observed_at):
        payload.reject_part(f"prompt: {UNTIMELY}")
        return None
    if abs(row.timestamp - observed_at) > _PROMPT_MAY_BE_OLD:
        payload.warn("a prompt's own time is over an hour from its conversation's")
    for _ in account.unreadable:
        payload.reject_part("position: not a literal")
    source = EquitySource.MODEL_CHAT
    seen = parse_positions(payload, account.positions, account_id, observed_at, source)
    unrealized = _unrealized(account, seen.positions)
    return Snapshot(
        account_id=account_id,
        observed_at=observed_at,
        source=source,
        equity=stated.equity,
        realized_pnl=None,
        unrealized_pnl=unrealized,
        fees=None,
        sharpe_ratio=stated.sharpe_ratio,
        win_rate=None,
        total_trades=None,
        hourly_marker=None,
        positions=seen.positions,
        positions_complete=seen.complete and not account.unreadable,
        raw={
            "conversation_id": row.id,
            "available_cash": stated.available_cash,
            "total_return_percent": stated.total_return_percent,
        },
    )


def _prices(payload: PayloadRows, row: ConversationRow) -> Iterator[Price]:
    """The prices in the prompt; none where it does not say of which time they are."""
    at = time_of_prompt(row.user_prompt) if row.user_prompt else None
    if row.user_prompt and at is not None and not payload.is_untimely(at):
        yield from parse_market(payload, row.user_prompt, at)


def _unrealized(
    account: PromptAccount, positions: tuple[Position, ...] | None
) -> Decimal | None:
    """The sum over all positions; None unless every position states its own.

    It is also None if it exceeds what a column can hold.
    """
    if positions is None or account.positions is None or account.unreadable:
        return None
    stated = [one.unrealized_pnl for one in positions if one.unrealized_pnl is not None]
    if len(stated) < len(account.positions):
        return None
    total = sum(stated, Decimal(0))
    return total if abs(total) < USD_LIMIT else None
