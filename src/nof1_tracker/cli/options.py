"""Options that several commands have, declared once, and how their values are read."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, overload

import typer

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.enums import Kind


class OutputFormat(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class ReportFormat(StrEnum):
    """How a report that is no list of rows is printed."""

    TABLE = "table"
    JSON = "json"


def encodable(value: str | None) -> str | None:
    """The text; bytes that are no UTF-8 reach us as half characters (surrogates)."""
    if value is not None and any("\ud800" <= c <= "\udfff" for c in value):
        raise typer.BadParameter("it holds characters that no row can hold")
    return value


FormatOption = Annotated[
    OutputFormat,
    typer.Option("--format", "-f", case_sensitive=False, help="How to print the rows."),
]
ReportFormatOption = Annotated[
    ReportFormat,
    typer.Option("--format", "-f", case_sensitive=False, help="How to print it."),
]
SeasonOption = Annotated[
    str | None,
    typer.Option("--season", metavar="N", help="Season number: 1, 1.5, ..."),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        callback=encodable,
        help="The site's id or the name of a model, or a part that only one has.",
    ),
]
SymbolOption = Annotated[
    str | None,
    typer.Option(
        "--symbol",
        callback=encodable,
        help="BTC, xyz:NVDA; NVDA finds it at every venue.",
    ),
]
LimitOption = Annotated[
    int,
    typer.Option("--limit", "-n", min=0, help="Rows at most; 0 is all."),
]
TIMES = "an ISO 8601 time (UTC), a date, or an age such as 30m, 2h, 3d"
SinceOption = Annotated[
    str | None,
    typer.Option("--since", metavar="TIME", help=f"Not before: {TIMES}."),
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="TIME", help="Before that time.")
]
AtOption = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help=f"As it stood then: {TIMES}."),
]
KindsOption = Annotated[
    str | None,
    typer.Option(
        "--kinds",
        metavar="KIND,...",
        help=f"{', '.join(Kind)}; all by default.",
    ),
]

_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_AGE = re.compile(rf"(\d+(?:\.\d+)?)\s*({'|'.join(_UNITS)})(?:\s+ago)?", re.ASCII)


def parse_time(text: str | None, now: datetime) -> datetime | None:
    """The time that a person names; a time without zone is UTC, a date its midnight.

    Raises:
        ConfigurationError: It is no time.
    """
    if text is None:
        return None
    words = text.strip()
    try:
        if age := _AGE.fullmatch(words.lower()):
            return now - float(age[1]) * _UNITS[age[2]]
        time = datetime.fromisoformat(words)
        aware = time if time.tzinfo else time.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ConfigurationError(
            f"{text!r} is no time.",
            "Use 2025-10-28, 2025-10-28T06:51Z, 2h or 3d.",
        ) from None


_LONGEST_AGE = timedelta(days=3650)


def parse_age(text: str) -> timedelta:
    """A length of time that a person names, such as 45m or 2h; above 0.

    Raises:
        ConfigurationError: It is none, or longer than ten years.
    """
    found = _AGE.fullmatch(text.strip().lower())
    try:
        age = float(found[1]) * _UNITS[found[2]] if found else timedelta()
    except OverflowError:
        age = timedelta.max
    if not timedelta() < age <= _LONGEST_AGE:
        raise ConfigurationError(f"{text!r} is no age.", "Use 45m, 2h or 3d.")
    return age


_KINDS = {spelling: kind for kind in Kind for spelling in (kind.value, kind.option)}


def parse_kinds(text: str | None) -> tuple[Kind, ...]:
    """The kinds in a list with commas, in their own order; all where none is named.

    Raises:
        ConfigurationError: One of them is not known, or there is none.
    """
    if text is None:
        return tuple(Kind)
    named = [_KINDS.get(word.strip().lower()) for word in text.split(",")]
    if None in named:
        raise ConfigurationError(
            f"{text!r} is no list of kinds.", f"Known kinds: {', '.join(Kind)}."
        )
    return tuple(kind for kind in Kind if kind in named)


@overload
def parse_season(text: str) -> Decimal: ...
@overload
def parse_season(text: str | None) -> Decimal | None: ...
def parse_season(text: str | None) -> Decimal | None:
    """The season number; its column holds one decimal.

    Raises:
        ConfigurationError: It is no number, or none that a season can have.
    """
    if text is None:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or not 0 <= number < 1000 or number != round(number, 1):
        raise ConfigurationError(
            f"{text!r} is no season number.",
            "Use 1 or 1.5; see `nof1-tracker seasons list`.",
        )
    return number.normalize() + 0
