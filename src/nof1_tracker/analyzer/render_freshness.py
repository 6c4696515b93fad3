"""Whether each kind is still being recorded, for people and for programs."""

from collections.abc import Iterator
from typing import Any

from nof1_tracker.analyzer.freshness import Freshness
from nof1_tracker.analyzer.render import iso, moment, span
from nof1_tracker.records import Kind


def freshness_object(report: Freshness) -> dict[str, Any]:
    """All of it, for programs; ages are seconds."""
    return {
        "healthy": not report.stale,
        "stale": [kind.value for kind in report.stale],
        "max_age_seconds": round(report.max_age.total_seconds(), 3),
        "kinds": {kind.value: _kind_object(report, kind) for kind in report.successes},
    }


def _kind_object(report: Freshness, kind: Kind) -> dict[str, Any]:
    age = report.age(kind)
    return {
        "last_success": iso(report.successes[kind]),
        "age_seconds": None if age is None else round(age.total_seconds(), 3),
        "stale": kind in report.stale,
    }


def stale_lines(report: Freshness) -> Iterator[str]:
    """A line for each kind that is stale."""
    for kind in report.stale:
        yield f"{kind}: {_since(report, kind)}; {span(report.max_age)} is allowed"


def _since(report: Freshness, kind: Kind) -> str:
    success, age = report.successes[kind], report.age(kind)
    if success is None or age is None:
        return "no success is known"
    return f"last success {span(age)} ago, at {moment(success)} UTC"
