"""The parts of the page's tables: text for people, values to sort by."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.records.parsed import Account
from nof1_tracker.records.sanitize import clean
from nof1_tracker.rendering.sentences import coverage_text
from nof1_tracker.rendering.text import UNKNOWN, percent, span, usd

LONGEST_TEXT = 60
"""The most characters that a cell shows of a text from the site."""

Number = Decimal | float | int | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a table.

    Attributes:
        text: The figure as people read it.
        value: The value to sort by; None sorts last in either direction.
        tone: `good`, `bad`, `faint` or empty.
        note: A second, smaller line.
    """

    text: str
    value: float | str | None = None
    tone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column header; `hint` gives the meaning and unit of the figures."""

    title: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row, with the name of its subject.

    Attributes:
        key: The account's number in the page, for its colour; None: not an account.
        warning: A caveat that applies to all figures in the row.
    """

    name: str
    cells: tuple[Cell, ...]
    key: int | None = None
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that can be sorted by any column.

    Attributes:
        first: Header of the column of names.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    first: str = "Model"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a list of facts; `hint` says what the term means."""

    term: str
    cell: Cell
    hint: str = ""


def shorten(text: str) -> str:
    """A text of unknown origin, on one line and cut to LONGEST_TEXT."""
    line = clean(text)
    return line if len(line) <= LONGEST_TEXT else f"{line[:LONGEST_TEXT]}…"


def name_of(account: Account) -> str:
    """The display name, or the account's id where the name has no visible text."""
    return shorten(account.name) or shorten(account.account_id) or UNKNOWN


def partial_warning(model: ModelReport) -> str:
    """How much of the trade history is stored; empty where all of it is."""
    return coverage_text(model.coverage) if model.coverage.is_partial else ""


def count(number: int | None) -> Cell:
    """A count."""
    return Cell(UNKNOWN if number is None else f"{number:,}", _value(number))


def money(amount: Number, *, signed: bool = False, note: str = "") -> Cell:
    """USD; signed amounts take their tone from the sign."""
    tone = tone_of(amount) if signed else ""
    return Cell(_usd(amount, signed=signed), _value(amount), tone, note)


def fraction(
    share: Number, *, signed: bool = False, digits: int = 1, note: str = ""
) -> Cell:
    """A fraction as a percentage; signed ones take their tone from the sign."""
    shown = _percent(share, signed=signed, digits=digits)
    return Cell(shown, _value(share), tone_of(share) if signed else "", note)


def ratio(number: Number, *, digits: int = 2, note: str = "") -> Cell:
    """A number without a unit."""
    shown = UNKNOWN if number is None else typeset(f"{number:z,.{digits}f}")
    return Cell(shown, _value(number), note=note)


def duration(seconds: float | None) -> Cell:
    """Seconds in the largest unit that fits."""
    shown = UNKNOWN if seconds is None else span(timedelta(seconds=seconds))
    return Cell(shown, seconds)


def day_and_time(time: datetime | None, *, note: str = "") -> Cell:
    """A time to the minute, UTC."""
    if time is None:
        return Cell(UNKNOWN)
    shown = time.astimezone(UTC).strftime("%b %d %H:%M").replace(" 0", " ")
    return Cell(shown, time.timestamp(), note=note)


def typeset(number: str) -> str:
    """The number with a minus as wide as a plus, so that signs line up."""
    return number.replace("-", "\N{MINUS SIGN}")


def _usd(amount: Number, *, signed: bool) -> str:
    return typeset(usd(_exact(amount), signed=signed))


def _percent(share: Number, *, signed: bool, digits: int = 1) -> str:
    return typeset(percent(_exact(share), signed=signed, digits=digits))


def _exact(number: Number) -> Decimal | None:
    """The number as a Decimal with a float's shortest digits, for rendering.text."""
    return None if number is None else Decimal(str(number))


def _value(number: Number) -> float | None:
    return None if number is None else float(number)


def tone_of(number: Number) -> str:
    """`good` above 0, `bad` below."""
    if not number:
        return ""
    return "good" if number > 0 else "bad"
