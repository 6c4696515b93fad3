"""Whether each kind is still being recorded, as an object for programs."""

from typing import Any

from nof1_tracker.analyzer.freshness import Freshness
from nof1_tracker.records.enums import Kind
from nof1_tracker.rendering.programs.output import iso


def freshness_object(report: Freshness) -> dict[str, Any]:
    """The freshness of every kind, for programs; ages are in seconds."""
    return {
        "healthy": report.is_healthy,
        "stale": [kind.value for kind in report.stale],
        "silent": [kind.value for kind in report.silent],
        "max_age_seconds": round(report.max_age.total_seconds(), 3),
        "kinds": {kind.value: _kind_object(report, kind) for kind in report.successes},
    }


def _kind_object(report: Freshness, kind: Kind) -> dict[str, Any]:
    age = report.age(kind)
    return {
        "last_success": iso(report.successes[kind]),
        "age_seconds": None if age is None else round(age.total_seconds(), 3),
        "stale": kind in report.stale,
        "newest_observation": iso(report.news.get(kind)),
        "silent": kind in report.silent,
    }


def recording_object(report: Freshness) -> dict[str, Any]:
    """The freshness of every kind in instants alone, which do not change with time."""
    whole = freshness_object(report)
    kinds = {
        kind: {name: value for name, value in each.items() if name != "age_seconds"}
        for kind, each in whole["kinds"].items()
    }
    return whole | {"kinds": kinds}
