"""What a check found, for programs."""

from collections.abc import Iterable
from typing import Any

from nof1_tracker.records.history.verification import (
    Contradiction,
    CoverageRow,
    EquityAgreement,
    Verification,
)
from nof1_tracker.rendering.programs.output import exact

COVERAGE_COLUMNS = (
    "model_id",
    "day",
    "kind",
    "held",
    "expected",
    "missing",
    "sources",
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
        "exchange_equities": [_agreement(each) for each in found.equities],
        "coverage": coverage_rows(found.coverage),
    }


def _contradiction(each: Contradiction) -> dict[str, Any]:
    return {
        "kind": each.kind.value,
        "model_id": each.account_id,
        "trade_id": each.trade_id,
        "expected": each.expected,
        "found": each.found,
    }


def _agreement(each: EquityAgreement) -> dict[str, Any]:
    return {
        "model_id": each.account_id,
        "interval": each.interval,
        "points": each.points,
        "compared": each.compared,
        "median_difference": exact(each.median),
        "largest_difference": exact(each.largest),
    }


def coverage_rows(coverage: Iterable[CoverageRow]) -> list[dict[str, Any]]:
    """One row per account, kind and day, keys as in COVERAGE_COLUMNS."""
    return [
        {
            "model_id": row.account.account_id,
            "day": None if row.day is None else row.day.isoformat(),
            "kind": row.kind.value,
            "held": row.held,
            "expected": row.expected,
            "missing": row.missing,
            "sources": list(row.sources),
        }
        for row in coverage
    ]
