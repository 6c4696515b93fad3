"""Numbers, times and texts as people and programs read them.

Here and in the render_* modules alone numbers are rounded and fractions become
percent. Texts of the site pass `clean` on every way out.
"""

import codecs
import csv
import io
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, overload

import simplejson
from rich import box
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

UNKNOWN = "–"  # noqa: RUF001  an en dash, as tables have it
_PIPED_WIDTH = 200
"""Columns where nobody looks at a screen: no number may be cut off."""
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but newline and tab, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # turn the direction of writing
    "\ud800-\udfff]"  # half characters, which no encoding can hold
)
_PLAIN = {UNKNOWN: "-", "·": "|", "…": "~"}
"""Our own characters where the terminal knows ASCII alone; as wide as they are."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_AGES = (
    (timedelta(seconds=100), timedelta(seconds=1), "s"),
    (timedelta(minutes=100), timedelta(minutes=1), "min"),
    (timedelta(hours=48), timedelta(hours=1), "h"),
    (timedelta(days=60), timedelta(days=1), "d"),
    (timedelta(days=730), timedelta(days=30.44), "mo"),
)


def clean(text: str, *, multi_line: bool = False) -> str:
    """The text without what could steer a terminal; in one line if not told else."""
    if multi_line:
        return UNSAFE.sub("", text)
    return UNSAFE.sub("", " ".join(text.split()))


def cell(text: object, style: str = "") -> Text:
    """A text of unknown origin for a table; markup in it means nothing."""
    return Text(clean(str(text)), style)


def usd(amount: Decimal | None, *, signed: bool = False) -> str:
    """USD to the cent."""
    if amount is None:
        return UNKNOWN
    return f"{amount:{'+' if signed else ''}z,.2f}"


def percent(fraction: Decimal | None, *, signed: bool = False, digits: int = 1) -> str:
    """The fraction in percent."""
    if fraction is None:
        return UNKNOWN
    return f"{fraction * 100:{'+' if signed else ''}z,.{digits}f} %"


def price(amount: Decimal | None) -> str:
    """A price with five digits that count, and cents at least."""
    return UNKNOWN if amount is None else f"{amount:,.{_decimals(amount, least=2)}f}"


def quantity(amount: Decimal | None) -> str:
    """A quantity with five digits that count, without idle zeros."""
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


def share(part: int, all_of_it: int) -> Decimal | None:
    """The part as a fraction; None of nothing."""
    return Decimal(part) / all_of_it if all_of_it else None


def shown_of(shown: int, total: int | None, *, counted: int = 0) -> str:
    """How many rows are shown, and how to see the rest; of None are over `counted`."""
    if total is not None and shown >= total:
        return f"{whole(total)} in all"
    in_all = f"more than {whole(counted)}" if total is None else whole(total)
    return f"{whole(shown)} of {in_all} (all with --limit 0)"


def signed_style(amount: Decimal | None) -> str:
    """Green above 0, red below."""
    if not amount:
        return ""
    return "green" if amount > 0 else "red"


def span(duration: timedelta) -> str:
    """A duration in its largest fitting unit: 45 s, 12 min, 7 h, 3 d, 9 mo."""
    for limit, unit, name in _AGES:
        if duration < limit:
            return f"{duration // unit} {name}"
    return f"{duration // timedelta(days=365.25)} y"


def age(time: datetime | None, now: datetime) -> str:
    """How long ago that was."""
    if time is None:
        return UNKNOWN
    return span(now - time) if time <= now else f"in {span(time - now)}"


def moment(time: datetime | None) -> str:
    """A time to the minute, UTC."""
    if time is None:
        return UNKNOWN
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def iso(time: datetime | None) -> str | None:
    """A time for programs: ISO 8601, UTC, as exact as it is stored."""
    if time is None:
        return None
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


@overload
def exact(number: Decimal) -> Decimal: ...
@overload
def exact(number: Decimal | None) -> Decimal | None: ...
def exact(number: Decimal | None) -> Decimal | None:
    """The stored digits without idle zeros: 21510.45, not 21510.45000000."""
    if number is None:
        return None
    short = number.normalize() + 0
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def ratio(fraction: Decimal | None) -> float | None:
    """A computed fraction for programs."""
    return None if fraction is None else float(fraction)


def to_json(value: Any) -> str:
    """JSON that loses no digit and holds no raw control character."""
    text = simplejson.dumps(value, use_decimal=True, ensure_ascii=False, indent=2)
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def to_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """CSV with a header; no text in it is a formula to a spreadsheet."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_csv_cell(row[name]) for name in columns] for row in rows)
    return buffer.getvalue()


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list):
        value = simplejson.dumps(value, use_decimal=True)
    if not isinstance(value, str):
        return str(value)
    text = clean(value, multi_line=True)
    return f"'{text}" if text.startswith(_FORMULA) else text


def calm_table(*columns: tuple[str, str]) -> Table:
    """An empty table of (header, alignment) columns with a line under its header.

    Alignment is left, right or fold: text that may take several lines.
    """
    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        header_style="dim",
    )
    for header, alignment in columns:
        table.add_column(
            header,
            justify="right" if alignment == "right" else "left",
            no_wrap=alignment != "fold",
            overflow="fold" if alignment == "fold" else "ellipsis",
        )
    return table


def first_fitting(width: int, *builds: Callable[[], Table]) -> Table:
    """The first of the tables that fits the width, else the last."""
    console = Console(width=10_000)
    for build in builds[:-1]:
        table = build()
        if Measurement.get(console, console.options, table).maximum <= width:
            return table
    return builds[-1]()


def write(text: str) -> None:
    """Prints to stdout what is made for programs."""
    _tolerate_characters()
    sys.stdout.write(text)


def write_rows(
    output: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Prints the rows for programs: as `json`, else as CSV."""
    write(to_json(rows) if output == "json" else to_csv(columns, rows))


def print_report(render: Callable[[int], RenderableType]) -> None:
    """Prints what `render` makes for the width at hand; colours on terminals only."""
    _tolerate_characters()
    console = _console()
    if console.is_terminal:
        console.print(render(console.width))
    else:
        write(_captured(console, render))


def plain_text(render: Callable[[int], RenderableType]) -> str:
    """What `print_report` gives where nobody looks at a screen."""
    return _captured(_console(force_terminal=False), render)


def _console(*, force_terminal: bool | None = None) -> Console:
    return Console(
        highlight=False, markup=False, emoji=False, force_terminal=force_terminal
    )


def _captured(console: Console, render: Callable[[int], RenderableType]) -> str:
    console.width = max(console.width, _PIPED_WIDTH)
    with console.capture() as capture:
        console.print(render(console.width))
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())


def _tolerate_characters() -> None:
    """A terminal that cannot show a character shows one like it, or its number."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        codecs.register_error("nof1-tracker", _plainer)
        sys.stdout.reconfigure(errors="nof1-tracker")


def _plainer(error: UnicodeError) -> tuple[str | bytes, int]:
    """What stands for the first character that the encoding does not have."""
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101  nothing is decoded here
    plain = _PLAIN.get(error.object[error.start])
    if plain is None:
        return codecs.backslashreplace_errors(error)
    return plain, error.start + 1
