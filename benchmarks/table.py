"""Renders comparisons as a table for people, and as JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import Comparison

COLUMNS = (
    *("what", "ours", "floor", "ratio", "(quartiles)"),
    *("rounds", "target", "verdict"),
)
_LEFT = (0, 6, 7)
"""Columns of words, aligned left; numbers are aligned right."""
_BEGIN, _END = "<!-- table -->", "<!-- end of table -->"


def render(comparisons: Sequence[Comparison]) -> str:
    """A Markdown table that is also readable as plain text."""
    rows = [COLUMNS, *map(_cells, comparisons)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
    lines = [_line(row, widths) for row in rows]
    return "\n".join([lines[0], _rule(widths), *lines[1:]])


def _cells(comparison: Comparison) -> tuple[str, ...]:
    low, high = comparison.spread
    return (
        f"{comparison.what} / {comparison.against}",
        _shown(median(comparison.ours), comparison.unit),
        _shown(median(comparison.floor), comparison.unit),
        f"{comparison.ratio:.2f}",
        f"({low:.2f} - {high:.2f})",
        str(len(comparison.ours)),
        str(comparison.target),
        comparison.verdict,
    )


def _shown(amount: float, unit: str) -> str:
    if unit == "MB":
        return f"{amount:,.0f} MB" if amount >= 100 else f"{amount:.1f} MB"
    return _milliseconds(amount)


def _milliseconds(seconds: float) -> str:
    thousandths = seconds * 1000
    return f"{thousandths:.1f} ms" if thousandths < 100 else f"{thousandths:,.0f} ms"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.ljust(width) if place in _LEFT else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return f"| {' | '.join(cells)} |"


def _rule(widths: Sequence[int]) -> str:
    marks = [
        "-" * width if place in _LEFT else "-" * (width - 1) + ":"
        for place, width in enumerate(widths)
    ]
    return f"| {' | '.join(marks)} |"


def publish(table: str, page: Path) -> None:
    """Replaces the table between the marks of the page."""
    before, _, rest = page.read_text().partition(_BEGIN)
    _, _, after = rest.partition(_END)
    page.write_text(f"{before}{_BEGIN}\n{table}\n{_END}{after}")


def as_json(comparisons: Iterable[Comparison]) -> list[dict[str, Any]]:
    """One object per comparison, with the seconds of every round."""
    return [
        {
            **asdict(each),
            "ratio": each.ratio,
            "spread": each.spread,
            "verdict": each.verdict,
        }
        for each in comparisons
    ]
