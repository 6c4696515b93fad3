"""Use case: which filter left nothing of what is stored."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from nof1_tracker.records.reading.emptiness import Emptiness, Stored
from nof1_tracker.records.stored import ChatFilter, RevisionFilter, TradeFilter

Filter = TypeVar("Filter", TradeFilter, ChatFilter, RevisionFilter)

_OPTIONS = {
    "account_ids": "--model",
    "season_id": "--season",
    "season": "--season",
    "symbols": "--symbol",
    "side": "--side",
    "status": "--status",
    "decision": "--decision",
    "table": "--table",
    "since": "--since",
    "until": "--until",
    "search": "--search",
}
"""The fields of filters that narrow, and the options that set them."""


def emptiness(
    wanted: Filter,
    stored: Stored,
    count: Callable[[Filter], int],
    competition: str | None = None,
) -> Emptiness:
    """Why `wanted` finds nothing.

    Args:
        count: The number of rows that a filter finds.
        competition: What was asked for, if a competition chose the accounts, too.
    """
    options = _OPTIONS
    if competition is not None:
        options = _OPTIONS | {"account_ids": "--competition"}
    return Emptiness(stored, tuple(_left(wanted, count, options)))


def _left(
    wanted: Filter, count: Callable[[Filter], int], options: Mapping[str, str]
) -> Iterator[tuple[str, int]]:
    """Each option that narrows, and what it leaves; ends where nothing is left."""
    narrowing = [each for each in fields(wanted) if each.name in options]
    nothing: dict[str, Any] = {each.name: each.default for each in narrowing}
    applied = replace(wanted, **nothing)
    for field in narrowing:
        value = getattr(wanted, field.name)
        if value == field.default:
            continue
        applied = replace(applied, **{field.name: value})
        left = count(applied)
        yield options[field.name], left
        if not left:
            return
