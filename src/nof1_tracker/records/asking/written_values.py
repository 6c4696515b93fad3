"""Values as a person writes them on a command line or in an address: times, ages,
seasons, symbols, cuts, kinds.
"""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import overload

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.enums import Cut, Kind

_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_AGE = re.compile(
    r"(\d+(?:\.\d+)?)\s*"
    r"(s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:eeks?)?)"
    r"(?:\s+ago)?",
    re.ASCII,
)
_DAYS = {"today": 0, "yesterday": 1}
"""Days that have a name, and how many days ago they began."""


def parse_time(text: str | None, now: datetime) -> datetime | None:
    """The time that a person gives; without a zone it is UTC, a day is its midnight.

    Raises:
        ConfigurationError: It is not a valid time.
    """
    if text is None:
        return None
    words = text.strip().lower()
    try:
        if words in _DAYS:
            midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
            return midnight - timedelta(days=_DAYS[words])
        if age := _AGE.fullmatch(words):
            return now - _length(age)
        time = datetime.fromisoformat(text.strip())
        aware = time if time.tzinfo else time.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ConfigurationError(
            f"{text!r} is not a valid time.",
            "Use 2025-10-28, 2025-10-28T06:51Z, today, yesterday, 2h or 3d.",
        ) from None


def _length(age: re.Match[str]) -> timedelta:
    return float(age[1]) * _UNITS[age[2][0]]


def parse_window(
    since: str | None, until: str | None, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """The times between which rows are wanted: [since, until).

    Raises:
        ConfigurationError: One of them is not a valid time, or nothing lies between.
    """
    start, end = parse_time(since, now), parse_time(until, now)
    if start is not None and end is not None and start >= end:
        raise ConfigurationError(
            f"Nothing lies between {start:%Y-%m-%d %H:%M} and"
            f" {end:%Y-%m-%d %H:%M} (UTC).",
            "Choose an end (until) after the start (since).",
        )
    return start, end


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
        age = _length(found) if found else timedelta()
    except OverflowError:
        age = timedelta.max
    if not timedelta() < age <= _LONGEST_AGE:
        raise ConfigurationError(f"{text!r} is not a valid age.", "Use 45m, 2h or 3d.")
    return age


def parse_symbols(text: str | None) -> tuple[str, ...]:
    """The symbols in a comma-separated list; empty, for all, without a list."""
    words = (text or "").split(",")
    return tuple(word.strip() for word in words if word.strip())


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
