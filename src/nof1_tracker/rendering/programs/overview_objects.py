"""Seasons and accounts as rows for programs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from nof1_tracker.records.parsed import Account
from nof1_tracker.records.stored import SeasonSpan
from nof1_tracker.rendering.programs.output import exact, iso

SEASON_COLUMNS = (
    "number",
    "name",
    "start",
    "end",
    "until",
    "initial_equity",
    "status",
    "is_provisional",
    "last_observed_at",
)
MODEL_COLUMNS = (
    "model_id",
    "name",
    "provider",
    "base_model",
    "variant",
    "is_benchmark",
)


def season_row(span: SeasonSpan, last_observed_at: datetime | None) -> dict[str, Any]:
    """A season, keys as in SEASON_COLUMNS.

    `end` is its official close, and `until` the start of the next one.
    """
    return {
        "number": exact(span.number),
        "name": span.name,
        "start": iso(span.start),
        "end": iso(span.end),
        "until": iso(span.until),
        "initial_equity": exact(span.initial_equity),
        "status": span.status.value,
        "is_provisional": span.is_provisional,
        "last_observed_at": iso(last_observed_at),
    }


def account_rows(accounts: Iterable[Account]) -> list[dict[str, Any]]:
    """One row per account, keys as in MODEL_COLUMNS."""
    return [
        {
            "model_id": account.account_id,
            "name": account.name,
            "provider": account.provider,
            "base_model": account.base_model,
            "variant": account.variant,
            "is_benchmark": account.is_benchmark,
        }
        for account in accounts
    ]
