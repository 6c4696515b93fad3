"""Rows and objects for programs: JSON and CSV that keep every digit."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Context, Decimal
from functools import lru_cache
from typing import Any, overload

import simplejson

from nof1_tracker.records.sanitize import UNSAFE, clean
from nof1_tracker.writing.formula_guard import guarded

_DELETE = "\x7f"
_WIDE = Context(prec=10_000)
"""Rounds no number, however many digits it has."""


def iso(time: datetime | None) -> str | None:
    """A time for programs: ISO 8601, UTC, at its stored precision."""
    if time is None:
        return None
    return _written(time if time.tzinfo is UTC else time.astimezone(UTC))


@lru_cache(maxsize=16_384)
def _written(in_utc: datetime) -> str:
    """Kept, because writing the times of a row takes as long as all the rest of it."""
    return in_utc.isoformat()[: -len("+00:00")] + "Z"


@overload
def exact(number: Decimal) -> Decimal: ...


@overload
def exact(number: Decimal | None) -> Decimal | None: ...


def exact(number: Decimal | None) -> Decimal | None:
    """The stored digits without trailing zeros: 21510.45, not 21510.45000000."""
    if number is None:
        return None
    short = number.normalize(_WIDE)
    whole = short.to_integral_value()
    if whole != short:
        return short
    return _WIDE.add(whole, 0)  # which has no exponent, nor sign of 0


def ratio(fraction: Decimal | None) -> float | None:
    """A computed fraction for programs."""
    return None if fraction is None else float(fraction)


def to_json(value: Any) -> str:
    """JSON that keeps every digit and contains no raw control characters."""
    text = simplejson.dumps(value, use_decimal=True, ensure_ascii=False, indent=2)
    return _escaped(text) + "\n"


def _escaped(text: str) -> str:
    if text.isascii() and _DELETE not in text:
        return text  # JSON itself has escaped what else of ASCII is unsafe
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def to_line(value: Any) -> str:
    """JSON in a line, whose decimals are strings, so that no reader rounds them."""
    return _escaped(_LINES.encode(value))


def _digits(value: object) -> str:
    """For what JSON does not know, which can only be a decimal.

    Raises:
        TypeError: It is something else.
    """
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} has no form in JSON")
    text = str(value)
    return f"{value:f}" if "E" in text else text


_LINES = simplejson.JSONEncoder(
    use_decimal=False,
    default=_digits,
    ensure_ascii=False,
    separators=(",", ":"),
    namedtuple_as_object=False,  # or each decimal is asked whether it is one
)


def to_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """CSV with a header; a spreadsheet reads no text in it as a formula."""
    return csv_row(columns) + csv_rows(columns, rows)


def csv_row(cells: Sequence[Any]) -> str:
    """A line of CSV."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()


def csv_rows(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """CSV without a header; see `to_csv`."""
    return "".join(csv_row([_csv_cell(row[name]) for name in columns]) for row in rows)


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, (list, dict)):
        value = simplejson.dumps(value, use_decimal=True)
    if not isinstance(value, str):
        return str(value)
    return guarded(clean(value, multi_line=True))


def rows_text(
    output: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> str:
    """The rows for programs: JSON for `json`, else CSV."""
    return to_json(rows) if output == "json" else to_csv(columns, rows)
