"""What a check found, for programs."""

from typing import Any

from nof1_tracker.records.history.verification import (
    Contradiction,
    CoverageRow,
    Verification,
)


def verification_object(found: Verification) -> dict[str, Any]:
    """The check as one object; `expected` is null where nobody knows it."""
    season = found.season
    return {
        "season": None if season is None else str(season.number),
        "complete": found.is_complete,
        "contradicted": found.is_contradicted,
        "damage": list(found.damage),
        "unchecked": list(found.unchecked),
        "contradictions": [_contradiction(each) for each in found.contradictions],
        "coverage": [_row(each) for each in found.coverage],
    }


def _contradiction(each: Contradiction) -> dict[str, Any]:
    return {
        "kind": each.kind.value,
        "model_id": each.account_id,
        "trade_id": each.trade_id,
        "expected": each.expected,
        "found": each.found,
    }


def _row(row: CoverageRow) -> dict[str, Any]:
    return {
        "model_id": row.account.account_id,
        "day": None if row.day is None else row.day.isoformat(),
        "kind": row.kind.value,
        "held": row.held,
        "expected": row.expected,
        "missing": row.missing,
        "sources": list(row.sources),
    }
