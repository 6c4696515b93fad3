"""Keeps a leg or a conversation with the account that it was first stored for.

An id names one leg, or one conversation, of one account. Where the site serves it for
another account, the first account keeps it, and the other row is rejected.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from nof1_tracker.database.repositories import Repositories
from nof1_tracker.database.write.accounts import AccountRow
from nof1_tracker.records.enums import EquitySource
from nof1_tracker.records.parsed import (
    Conversation,
    Leg,
    ParsedPayload,
    Rejected,
    Snapshot,
)
from nof1_tracker.scraper.wire.json_text import exact_json
from nof1_tracker.scraper.wire.payload_rows import MAX_KEPT

MOVED = "and was served for"
"""Part of the reason of such a row. Once the two accounts are one, it is stored."""
R = TypeVar("R", Leg, Conversation)


def with_first_accounts(
    repositories: Repositories,
    parsed: ParsedPayload,
    accounts: Mapping[str, AccountRow],
) -> ParsedPayload:
    """The payload without the rows whose id belongs to another account; see above."""
    first = repositories.first_accounts
    sieve = _Sieve(parsed, accounts, first.name)
    legs = sieve.kept(
        parsed.legs, _leg_id, first.of_legs(map(_leg_id, parsed.legs)), "leg"
    )
    chats = sieve.kept(
        parsed.conversations,
        _chat_id,
        first.of_conversations(map(_chat_id, parsed.conversations)),
        "conversation",
    )
    if not sieve.rejected:
        return parsed
    return replace(
        parsed,
        legs=legs,
        conversations=chats,
        snapshots=_without_prompts_of(parsed, chats),
        rejected=(*parsed.rejected, *sieve.rejected)[:MAX_KEPT],
        rejected_rows=parsed.rejected_rows + len(sieve.rejected),
    )


@dataclass
class _Sieve:
    parsed: ParsedPayload
    accounts: Mapping[str, AccountRow]
    name: Callable[[int], str]
    rejected: list[Rejected] = field(default_factory=list)

    def kept(
        self,
        records: Iterable[R],
        id_of: Callable[[R], str],
        stored: Mapping[str, int],
        what: str,
    ) -> tuple[R, ...]:
        """The records of the first account of their id; the others are rejected."""
        first = dict(stored)
        found = []
        for record in records:
            account = self.accounts[record.account_id]
            holder = first.setdefault(id_of(record), account.id)
            if holder == account.id:
                found.append(record)
                continue
            reason = (
                f"the {what} {id_of(record)} belongs to {self.name(holder)}, {MOVED}"
                f" {account.account_id}"
            )
            self.rejected.append(
                Rejected(self.parsed.source, reason, exact_json(dict(record.raw)))
            )
        return tuple(found)


def _leg_id(leg: Leg) -> str:
    return leg.trade_id


def _chat_id(conversation: Conversation) -> str:
    return conversation.conversation_id


def _without_prompts_of(
    parsed: ParsedPayload, kept: Sequence[Conversation]
) -> tuple[Snapshot, ...]:
    """The snapshots but for those that prompts of rejected conversations state."""
    known = {(each.account_id, each.conversation_id) for each in kept}
    return tuple(
        each
        for each in parsed.snapshots
        if each.source is not EquitySource.MODEL_CHAT
        or (each.account_id, each.raw["conversation_id"]) in known
    )
