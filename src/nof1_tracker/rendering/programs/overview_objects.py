"""Seasons, accounts and what is missing, as rows for programs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from nof1_tracker.records.parsed import Account
from nof1_tracker.records.status import ChatGaps, TradeCoverage
from nof1_tracker.records.stored import SeasonSpan
from nof1_tracker.rendering.programs.output import exact, iso, ratio
from nof1_tracker.rendering.text import share

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


def gap_rows(gaps: Iterable[ChatGaps]) -> list[dict[str, Any]]:
    """Conversations that were missed, by account."""
    return [
        {
            "model_id": row.account_id,
            "name": row.name,
            "stored": row.stored,
            "missing": row.missing,
            "largest": row.largest,
            "largest_from": iso(row.largest_from),
            "largest_to": iso(row.largest_to),
        }
        for row in gaps
    ]


def coverage_rows(coverage: Iterable[TradeCoverage]) -> list[dict[str, Any]]:
    """Stored legs beside those that the site counted; `coverage` is a fraction."""
    return [
        {
            "model_id": row.account_id,
            "name": row.name,
            "stored": row.stored,
            "reported": row.reported,
            "coverage": ratio(share(row.stored, row.reported)),
            "reported_at": iso(row.reported_at),
        }
        for row in coverage
    ]
