"""Which kinds are no longer being recorded, for people."""

from collections.abc import Iterator

from nof1_tracker.analyzer.freshness import Freshness
from nof1_tracker.records.enums import Kind
from nof1_tracker.rendering.text import moment, span


def unhealthy_lines(report: Freshness) -> Iterator[str]:
    """A line for each kind that is stale or silent."""
    for kind in report.stale:
        yield f"{kind}: {_since(report, kind)}; {span(report.max_age)} is allowed"
    for kind in report.silent:
        yield silent_line(report, kind)


def silent_line(report: Freshness, kind: Kind) -> str:
    """That the site repeats itself, for how long."""
    newest = report.news[kind]
    return (
        f"{kind}: fetched, but without news for {span(report.at - newest)}, since"
        f" {moment(newest)} UTC: the site repeats itself"
    )


def _since(report: Freshness, kind: Kind) -> str:
    success, age = report.successes[kind], report.age(kind)
    if success is None or age is None:
        return "no success is known"
    return f"last success {span(age)} ago, at {moment(success)} UTC"
