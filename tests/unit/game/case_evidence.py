"""Evidence for cases, out of conversations and trades in the site's wire format."""

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from nof1_tracker.demo import Arena
from nof1_tracker.demo.site.conversation import conversation
from nof1_tracker.demo.site.payloads import Payloads
from nof1_tracker.records.asking.listed_rows import (
    ListedDecision,
    ObservedPosition,
    ObservedPrice,
)
from nof1_tracker.records.parsed import (
    Conversation,
    Decision,
    Leg,
    ParsedPayload,
    Position,
    Price,
    Snapshot,
)
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.records.progress.cases import CaseEvidence
from nof1_tracker.records.stored import StoredTrade
from nof1_tracker.scraper.parse import parse_payload

_SHORTLY = 600
"""Seconds after a decision in which its order was filled."""


def parsed(body: bytes, at: datetime) -> ParsedPayload:
    return parse_payload(RawPayload(body, "here", at, "capture"))


@cache
def season_evidence() -> tuple[CaseEvidence, ...]:
    """Decisions of half a day of the demo's season 1: all that acted, and some others."""
    arena = Arena(seed=7, season="1", days=0.5)
    turns = arena.conversations_between(arena.start, arena.end)
    rows = [
        conversation(arena, turn) | {"model_id": turn.account}
        for number, turn in enumerate(turns)
        if turn.cycle in arena.accounts[turn.account].actions or number % 100 == 0
    ]
    trades = Payloads(arena).trades(arena.length)
    return evidence_in([{"conversations": rows}, trades], arena.end)


def capture_evidence(folders: Iterable[Path]) -> tuple[CaseEvidence, ...]:
    """Every decision of captured folders."""
    bodies = [
        json.loads((folder / f"{name}.json").read_bytes())
        for folder in folders
        for name in ("conversations", "trades")
    ]
    return evidence_in(bodies, datetime(2025, 10, 29, tzinfo=UTC))


def evidence_in(bodies: Iterable[Any], at: datetime) -> tuple[CaseEvidence, ...]:
    """The evidence of each decision, once."""
    payloads = [parsed(json.dumps(each).encode(), at) for each in bodies]
    legs = {leg.trade_id: leg for each in payloads for leg in each.legs}
    found: dict[tuple[str, str], CaseEvidence] = {}
    for payload in payloads:
        accounts, prices = _by_account(payload), _by_time(payload)
        for chat in payload.conversations:
            asked = _account_before(accounts[chat.account_id], chat)
            if asked is not None:
                stated = prices[asked.observed_at]
                for each in _of_chat(chat, asked, stated, legs.values()):
                    found[chat.conversation_id, each.decision.symbol] = each
    return tuple(found.values())


def _by_account(payload: ParsedPayload) -> Mapping[str, list[Snapshot]]:
    found: dict[str, list[Snapshot]] = defaultdict(list)
    for each in sorted(payload.snapshots, key=lambda each: each.observed_at):
        found[each.account_id].append(each)
    return found


def _by_time(payload: ParsedPayload) -> Mapping[datetime, list[Price]]:
    found: dict[datetime, list[Price]] = defaultdict(list)
    for each in payload.prices:
        found[each.observed_at].append(each)
    return found


def _account_before(
    accounts: Sequence[Snapshot], chat: Conversation
) -> Snapshot | None:
    """The account that the prompt of the conversation states."""
    place = bisect_right(accounts, chat.observed_at, key=lambda each: each.observed_at)
    return accounts[place - 1] if place else None


def _of_chat(
    chat: Conversation,
    asked: Snapshot,
    prices: Iterable[Price],
    legs: Iterable[Leg],
) -> Iterator[CaseEvidence]:
    stated = tuple(
        ObservedPrice(each.symbol, each.observed_at, each.source, each.price)
        for each in prices
    )
    positions = tuple(_position(each) for each in asked.positions or ())
    for decision in chat.decisions:
        yield CaseEvidence(
            season=Decimal(1),
            decision=_listed(chat, decision),
            asked_at=asked.observed_at,
            prompt=str(chat.raw["user_prompt"]),
            equity=asked.equity,
            available_cash=None,
            positions=positions,
            prices=stated,
            legs=tuple(_stored(leg) for leg in legs if _is_of(leg, chat, decision)),
        )


def _is_of(leg: Leg, chat: Conversation, decision: Decision) -> bool:
    """Whether the leg was open, or was opened by the decision."""
    if (leg.account_id, leg.symbol) != (chat.account_id, decision.symbol):
        return False
    opened = (leg.opened_at - chat.observed_at).total_seconds()
    return opened < _SHORTLY and leg.closed_at > chat.observed_at


def _listed(chat: Conversation, decision: Decision) -> ListedDecision:
    return ListedDecision(
        conversation_id=chat.conversation_id,
        account_id=chat.account_id,
        name=chat.account_id,
        observed_at=chat.observed_at,
        symbol=decision.symbol,
        signal=decision.signal,
        quantity=decision.quantity,
        leverage=decision.leverage,
        confidence=decision.confidence,
        profit_target=decision.profit_target,
        stop_loss=decision.stop_loss,
        risk_usd=decision.risk_usd,
        is_add=decision.is_add,
        invalidation_condition=decision.invalidation_condition,
        justification=decision.justification,
    )


def _position(seen: Position) -> ObservedPosition:
    return ObservedPosition(
        account_id=seen.account_id,
        name=seen.account_id,
        observed_at=seen.observed_at,
        source=seen.source,
        symbol=seen.symbol,
        side=seen.side,
        quantity=seen.quantity,
        entry_price=seen.entry_price,
        mark_price=seen.mark_price,
        liquidation_price=seen.liquidation_price,
        leverage=seen.leverage,
        margin=seen.margin,
        unrealized_pnl=seen.unrealized_pnl,
        confidence=seen.confidence,
        risk_usd=seen.risk_usd,
        profit_target=seen.profit_target,
        stop_loss=seen.stop_loss,
        invalidation_condition=seen.invalidation_condition,
        entry_oid=seen.entry_oid,
        opened_at=seen.opened_at,
    )


def _stored(leg: Leg) -> StoredTrade:
    return StoredTrade(
        trade_id=leg.trade_id,
        account_id=leg.account_id,
        name=leg.account_id,
        symbol=leg.symbol,
        side=leg.side,
        status=leg.status,
        quantity=leg.quantity,
        entry_price=leg.entry_price,
        exit_price=leg.exit_price,
        net_pnl=leg.net_pnl,
        gross_pnl=leg.gross_pnl,
        fees=leg.fees,
        leverage=None,
        confidence=None,
        opened_at=leg.opened_at,
        closed_at=leg.closed_at,
        entry_oid=leg.entry_oid,
    )
