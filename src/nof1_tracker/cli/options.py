"""Options that several commands share, and the parsing of their values."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, overload

import typer

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.enums import Cut, Kind


class OutputFormat(StrEnum):
    """Formats of rows."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class ReportFormat(StrEnum):
    """Formats of a report that is not a list of rows."""

    TABLE = "table"
    JSON = "json"


def encodable(value: str | None) -> str | None:
    """The text, unless it has surrogates: Python makes them of bytes not in UTF-8.

    Raises:
        typer.BadParameter: It has.
    """
    if value is not None and any("\ud800" <= c <= "\udfff" for c in value):
        raise typer.BadParameter("it contains characters that cannot be stored")
    return value


FormatOption = Annotated[
    OutputFormat,
    typer.Option("--format", "-f", case_sensitive=False, help="Output format."),
]
ReportFormatOption = Annotated[
    ReportFormat,
    typer.Option("--format", "-f", case_sensitive=False, help="Output format."),
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
        help="A model's id or name, or any unique part of it.",
    ),
]
SymbolOption = Annotated[
    str | None,
    typer.Option(
        "--symbol",
        callback=encodable,
        help="Such as BTC or xyz:NVDA; NVDA alone matches every venue.",
    ),
]
LimitOption = Annotated[
    int,
    typer.Option("--limit", "-n", min=0, help="Maximum number of rows; 0 for all."),
]
TIMES = "an ISO 8601 time (UTC), a date, or an age such as 30m, 2h, 3d"
SinceOption = Annotated[
    str | None,
    typer.Option("--since", metavar="TIME", help=f"From this time on: {TIMES}."),
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="TIME", help="Before this time.")
]
AtOption = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="last|close|TIME",
        help="Standings at the season's last observation (the default), at its official"
        f" close, or at a time: {TIMES}.",
    ),
]
CutOption = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="last|close",
        help="End at the season's last observation (the default), or at its official"
        " close.",
    ),
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
    """The time that a person gives; without a zone it is UTC, a date is its midnight.

    Raises:
        ConfigurationError: It is not a valid time.
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
            f"{text!r} is not a valid time.",
            "Use 2025-10-28, 2025-10-28T06:51Z, 2h or 3d.",
        ) from None


def parse_cut(text: str | None) -> Cut | None:
    """The cut of a season that a person names; None for any other text.

    None as the text is the default, the last observation.
    """
    named = {None: Cut.LAST, Cut.LAST.value: Cut.LAST, Cut.CLOSE.value: Cut.CLOSE}
    return named.get(text.strip().lower() if text is not None else None)


def require_cut(text: str | None) -> Cut:
    """The cut of a season that a person names.

    Raises:
        ConfigurationError: It is not one.
    """
    cut = parse_cut(text)
    if cut is None:
        raise ConfigurationError(
            f"A report cannot be cut at {text!r}.",
            "Use --at close or --at last; --until ends it at any other time.",
        )
    return cut


_LONGEST_AGE = timedelta(days=3650)


def parse_age(text: str) -> timedelta:
    """The age that a person gives, such as 45m or 2h; above 0.

    Raises:
        ConfigurationError: It is not a valid age, or longer than ten years.
    """
    found = _AGE.fullmatch(text.strip().lower())
    try:
        age = float(found[1]) * _UNITS[found[2]] if found else timedelta()
    except OverflowError:
        age = timedelta.max
    if not timedelta() < age <= _LONGEST_AGE:
        raise ConfigurationError(f"{text!r} is not a valid age.", "Use 45m, 2h or 3d.")
    return age


_KINDS = {spelling: kind for kind in Kind for spelling in (kind.value, kind.option)}


def parse_kinds(text: str | None) -> tuple[Kind, ...]:
    """The kinds in a comma-separated list, in the order of the enum; None gives all.

    Raises:
        ConfigurationError: One of them is unknown, or the list is empty.
    """
    if text is None:
        return tuple(Kind)
    named = [_KINDS.get(word.strip().lower()) for word in text.split(",")]
    if None in named:
        raise ConfigurationError(
            f"{text!r} is not a valid list of kinds.",
            f"Known kinds: {', '.join(Kind)}.",
        )
    return tuple(kind for kind in Kind if kind in named)


@overload
def parse_season(text: str) -> Decimal: ...
@overload
def parse_season(text: str | None) -> Decimal | None: ...
def parse_season(text: str | None) -> Decimal | None:
    """The season number, which has at most one decimal place, as its column.

    Raises:
        ConfigurationError: It is not a number that a season can have.
    """
    if text is None:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or not 0 <= number < 1000 or number != round(number, 1):
        raise ConfigurationError(
            f"{text!r} is not a valid season number.",
            "Use 1 or 1.5; see `nof1-tracker seasons list`.",
        )
    return number.normalize() + 0
