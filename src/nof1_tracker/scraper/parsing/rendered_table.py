"""Parses the <table> of /leaderboard, the last resort without leaderboard JSON."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from nof1_tracker.records.enums import EquitySource
from nof1_tracker.records.parsed import Account, Snapshot
from nof1_tracker.scraper.leaderboard import distinct_snapshots, undated_snapshot
from nof1_tracker.scraper.parsing.account_identity import identify
from nof1_tracker.scraper.wire.json_text import oddity
from nof1_tracker.scraper.wire.payload_rows import PayloadRows
from nof1_tracker.scraper.wire.rows import RenderedRow

# Columns come, go and move, so they are recognised by the start of their header.
_COLUMNS: Final[Mapping[str, re.Pattern[str]]] = {
    "model": re.compile(r"model|account$|name"),
    "equity": re.compile(r"acc(oun)?tvalue|equity|totalassets|nav"),
    "unrealized": re.compile(r"unrealized"),
    "realized": re.compile(r"realized"),
    "fees": re.compile(r"(total)?fees"),
    "win_rate": re.compile(r"winrate|win$"),
    "sharpe": re.compile(r"sharpe"),
    "trades": re.compile(r"(total|num)?trades"),
}
_NUMBER = re.compile(r"(?:([+-]?)\$?|\$([+-]))(\d[\d,]*(?:\.\d+)?|\.\d+)%?")
_NOTHING: Final = frozenset({"", "-", "--", "n/a", "na", "null"})

Cells = dict[str, str]


def parse_rendered_leaderboard(payload: PayloadRows) -> tuple[Snapshot, ...]:
    """One snapshot per row of the table, dated with the time of capture.

    `payload.rows` are mappings from a column's header to the cell's text.
    """
    return distinct_snapshots(
        payload,
        (snapshot for row in payload.rows if (snapshot := _snapshot(payload, row))),
    )


def table_rows(value: Any) -> list[Any] | None:
    """The rows of {"columns": [...], "rows": [[...], ...]}, keyed by header.

    None if the value is not such a table. A row that is not a list stays as it is.
    """
    if not isinstance(value, dict):
        return None
    columns, rows = value.get("columns"), value.get("rows")
    if not isinstance(columns, list) or not isinstance(rows, list):
        return None
    headers = [str(column) for column in columns]
    return [
        dict(zip(headers, row, strict=False)) if isinstance(row, list) else row
        for row in rows
    ]


def is_leaderboard(columns: Iterable[str]) -> bool:
    """Whether a table with these headers says what each account is worth."""
    return {"model", "equity"} <= {_meaning(column) for column in columns}


def _snapshot(payload: PayloadRows, row: Any) -> Snapshot | None:
    if not isinstance(row, dict):
        payload.reject("not a row of cells", row)
        return None
    if odd := oddity(row):  # the cells are kept as they are
        payload.reject(odd, row)
        return None
    cells = _by_meaning(row)
    numbers = {
        key: _number(payload, key, cells[key]) for key in cells if key != "model"
    }
    stated = payload.validated(RenderedRow, numbers, original=row)
    account = _account(payload, cells, row)
    if stated is None or account is None:
        return None
    return undated_snapshot(
        account.account_id,
        payload.captured_at,
        EquitySource.PAGE,
        {str(header): cell for header, cell in row.items()},
        equity=stated.equity,
        realized=stated.realized,
        unrealized=stated.unrealized,
        fees=stated.fees,
        sharpe_ratio=stated.sharpe,
        win_rate=None if stated.win_rate is None else stated.win_rate / 100,
        total_trades=stated.trades,
    )


def _by_meaning(row: Mapping[str, Any]) -> Cells:
    return {
        name: str(cell).strip()
        for header, cell in row.items()
        if cell is not None and (name := _meaning(header))
    }


def _meaning(header: str) -> str | None:
    squeezed = re.sub(r"[^a-z]", "", header.lower())
    return next((name for name, head in _COLUMNS.items() if head.match(squeezed)), None)


def _account(payload: PayloadRows, cells: Cells, row: Any) -> Account | None:
    name = next(iter(cells.get("model", "").splitlines()), "").strip()
    try:
        account = identify(model_name=name)
    except ValueError as error:
        payload.reject(str(error), row)
        return None
    payload.note(account)
    return account


def _number(payload: PayloadRows, meaning: str, text: str) -> Decimal | None:
    """The number in a cell; None if there is none, with a warning for other text."""
    try:
        return cell_number(text)
    except ValueError:
        payload.warn(f"cannot read a cell of {meaning}")
        return None


def cell_number(text: str) -> Decimal | None:
    """'$12,991', '+29.91%', '-$959.43' as a number; None for an empty cell or a dash.

    Raises:
        ValueError: The text is not a number.
    """
    plain = text.strip().translate({0x2212: "-", 0x2013: "-", 0x2014: "-"})
    if plain.lower() in _NOTHING:
        return None
    match = _NUMBER.fullmatch(plain.replace(" ", ""))
    if match is None or len(match[3]) > 40:
        raise ValueError(f"not a number: {text[:40]!r}")
    negative = "-" in (match[1], match[2])
    number = Decimal(match[3].replace(",", ""))
    return -number if negative else number
