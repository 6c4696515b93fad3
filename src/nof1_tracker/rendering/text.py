"""Numbers and times as people read them.

Only this file and the others in this room round numbers and turn fractions into
percentages.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

UNKNOWN = "–"  # noqa: RUF001  an en dash, as tables have it

_RECENT = timedelta(days=2)
_AGES = (
    (timedelta(seconds=100), timedelta(seconds=1), "s"),
    (timedelta(minutes=100), timedelta(minutes=1), "min"),
    (timedelta(hours=48), timedelta(hours=1), "h"),
    (timedelta(days=60), timedelta(days=1), "d"),
    (timedelta(days=730), timedelta(days=30.44), "mo"),
)


def usd(amount: Decimal | None, *, signed: bool = False) -> str:
    """USD to the cent."""
    if amount is None:
        return UNKNOWN
    return f"{amount:{'+' if signed else ''}z,.2f}"


def percent(fraction: Decimal | None, *, signed: bool = False, digits: int = 1) -> str:
    """The fraction as a percentage."""
    if fraction is None:
        return UNKNOWN
    return f"{fraction * 100:{'+' if signed else ''}z,.{digits}f} %"


def price(amount: Decimal | None) -> str:
    """A price with five significant digits, and at least to the cent."""
    return UNKNOWN if amount is None else f"{amount:,.{_decimals(amount, least=2)}f}"


def quantity(amount: Decimal | None) -> str:
    """A quantity with five significant digits, without trailing zeros."""
    if amount is None:
        return UNKNOWN
    text = f"{amount:,.{_decimals(amount, least=0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimals(amount: Decimal, *, least: int) -> int:
    before_point = amount.adjusted() + 1 if amount else 5
    return min(8, max(least, 5 - before_point))


def whole(number: int) -> str:
    """A count."""
    return f"{number:,}"


def size(number: int) -> str:
    """Bytes as people read them: 812 B, 3.4 kB, 12.1 MB, 1.7 GB."""
    amount, unit = float(number), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if round(amount, 1) < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:,.{0 if unit == 'B' else 1}f} {unit}"


def share(part: int, all_of_it: int) -> Decimal | None:
    """The part as a fraction of the whole; None where the whole is 0."""
    return Decimal(part) / all_of_it if all_of_it else None


def shown_of(shown: int, total: int | None, *, counted: int = 0) -> str:
    """How many rows are shown, and how to see the rest.

    A `total` of None means more than `counted`.
    """
    if total is not None and shown >= total:
        return f"{whole(total)} in total"
    in_all = f"more than {whole(counted)}" if total is None else whole(total)
    return f"{whole(shown)} of {in_all} (all with --limit 0)"


def listed(parts: list[str], most: int = 4) -> str:
    """The first of them in one line, and how many more there are."""
    more = len(parts) - most
    return ", ".join(parts[:most]) + (f" and {more} more" if more > 0 else "")


def span(duration: timedelta) -> str:
    """A duration in the largest unit that fits: 45 s, 12 min, 7 h, 3 d, 9 mo."""
    for limit, unit, name in _AGES:
        if duration < limit:
            return f"{duration // unit} {name}"
    return f"{duration // timedelta(days=365.25)} y"


def age(time: datetime | None, now: datetime) -> str:
    """How long ago that time was."""
    if time is None:
        return UNKNOWN
    return span(now - time) if time <= now else f"in {span(time - now)}"


def recent_age(time: datetime, now: datetime) -> str:
    """How long ago that time was; empty beyond two days, when the time says more."""
    return age(time, now) if is_recent(time, now) else ""


def when(time: datetime | None, now: datetime) -> str:
    """How long ago that time was; beyond two days the time itself, UTC."""
    if time is None:
        return UNKNOWN
    return f"{age(time, now)} ago" if is_recent(time, now) else moment(time)


def is_recent(time: datetime, now: datetime) -> bool:
    """True where an age says more than the time does."""
    return now - time < _RECENT


def moment(time: datetime | None) -> str:
    """A time to the minute, UTC."""
    if time is None:
        return UNKNOWN
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
