"""Standings as a table on a terminal."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.analyzer.aggregate_standings import AggregateStanding, aggregate
from nof1_tracker.analyzer.performance import StaleSource, Standing, Standings
from nof1_tracker.records.enums import Cut, EquitySource
from nof1_tracker.records.sanitize import clean
from nof1_tracker.rendering.terminal.console import (
    calm_table,
    cell,
    first_fitting,
    signed_style,
)
from nof1_tracker.rendering.terminal.empty_answer import stored_spans
from nof1_tracker.rendering.text import (
    UNKNOWN,
    age,
    is_recent,
    moment,
    percent,
    usd,
    whole,
)

_TOGETHER = timedelta(hours=1)
"""The title's time is enough for equities that were observed within this time."""
_STALE_LINES = 8
_WORST_LINES = 5
_CLAIMANT = {
    EquitySource.LEADERBOARD: "the site's leaderboard",
    EquitySource.PAGE: "the site's leaderboard page",
}


def standings_table(report: Standings, width: int) -> RenderableType:
    """The standings of their season, and where the site's own leaderboard is wrong."""
    if not report.rows:
        return Text(_nothing(report))
    table = first_fitting(
        width,
        partial(_table, report, with_provider=True, is_short=False),
        partial(_table, report, with_provider=False, is_short=False),
        partial(_table, report, with_provider=False, is_short=True),
        partial(_table, report, with_provider=False, is_short=True, is_bare=True),
    )
    parts: list[RenderableType] = [Text(_title(report), "bold"), Text(), table]
    if note := close_note(report):
        parts += [Text(), Text(note)]
    if notes := _stale_notes(report):
        parts += [Text(), *notes]
    return Group(*parts)


def aggregate_table(report: Standings, width: int) -> RenderableType:
    """The base models of the season, by the mean equity of their accounts."""
    if not report.rows:
        return Text(_nothing(report))
    rows = aggregate(report)
    table = first_fitting(
        width,
        partial(_aggregates, rows, with_provider=True),
        partial(_aggregates, rows, with_provider=False),
    )
    note = "Equity and return are means over the accounts of a model."
    title = Text(f"{_title(report)} · aggregate index", "bold")
    return Group(title, Text(), table, Text(), Text(note, "dim"))


def _aggregates(rows: Sequence[AggregateStanding], *, with_provider: bool) -> Table:
    table = calm_table(
        ("#", "right"),
        ("Model", "fold"),
        *([("Provider", "left")] if with_provider else []),
        ("Accounts", "right"),
        ("Equity $", "right"),
        ("Return", "right"),
        ("Lowest $", "right"),
        ("Highest $", "right"),
        *([("Trades", "right"), ("Wins", "right")] if with_provider else []),
    )
    for row in rows:
        trades = UNKNOWN if row.trades is None else whole(row.trades)
        gained = Text(
            percent(row.total_return, signed=True), signed_style(row.total_return)
        )
        table.add_row(
            UNKNOWN if row.rank is None else str(row.rank),
            cell(row.name),
            *([cell(row.provider)] if with_provider else []),
            str(row.accounts),
            Text(usd(row.equity), "bold"),
            gained,
            usd(row.lowest),
            usd(row.highest),
            *([trades, percent(row.win_rate)] if with_provider else []),
            style="dim" if row.is_benchmark else "",
        )
    return table


def _nothing(report: Standings) -> str:
    where = f" in season {report.season.number}" if report.season else ""
    until = moment(report.at)
    return f"No equity{where} up to {until} UTC. {stored_spans(report.stored)}"


def _title(report: Standings) -> str:
    assert report.season is not None  # noqa: S101  there are rows
    observed = moment(report.observed_at)
    words = {
        Cut.LAST: f"last observation {observed} UTC",
        Cut.CLOSE: f"at its close, {moment(report.at)} UTC",
        Cut.TIME: f"as observed up to {observed} UTC",
    }
    return f"{clean(report.season.name)} · {words[report.cut]}"


def close_note(report: Standings) -> str | None:
    """When the season closed and was last observed; None where it did not go on."""
    if report.season is None or not report.went_on:
        return None
    last = max(row.at_last.observed_at for row in report.rows if row.at_last)
    return (
        f"The season closed {moment(report.season.end)} UTC and was observed until"
        f" {moment(last)} UTC."
        f" {'--at last' if report.cut is Cut.CLOSE else '--at close'} shows the other."
    )


def _table(
    report: Standings, *, with_provider: bool, is_short: bool, is_bare: bool = False
) -> Table:
    """The table; if space is short, PnL, trades and wins are the last columns to go."""
    middle = [
        ("Unreal. $" if is_short else "Unrealized $", "right"),
        ("Legs" if is_short else "Trades", "right"),
        ("Wins", "right"),
    ]
    seen = _Seen(report)
    table = calm_table(
        ("#", "right"),
        ("Model", "fold"),
        *([("Provider", "left")] if with_provider else []),
        ("Equity $", "right"),
        ("Return", "right"),
        *([] if is_bare else _other_head(report)),
        *([] if is_bare else middle),
        ("Source", "left"),
        *seen.head,
    )
    for row in report.rows:
        provider = [cell(row.account.provider)] if with_provider else []
        table.add_row(
            UNKNOWN if row.rank is None else str(row.rank),
            cell(row.account.name),
            *provider,
            Text(usd(row.equity), "bold"),
            _total_return(row),
            *([] if is_bare else _other(report, row)),
            *([] if is_bare else _middle(row)),
            _source(row.source, is_short=is_short),
            *seen.cells(row.observed_at),
            style="dim" if row.account.is_benchmark else "",
        )
    return table


class _Seen:
    """The column that says when equities were observed.

    Ages, while they are fresh; then times, unless all are about that in the title.

    Attributes:
        head: The column; empty where it is left out.
    """

    def __init__(self, report: Standings) -> None:
        self._now = report.at
        times = [row.observed_at for row in report.rows]
        self._is_fresh = is_recent(max(times), report.at)
        is_told = max(times) - min(times) < _TOGETHER
        self.head: list[tuple[str, str]] = []
        if self._is_fresh:
            self.head = [("Age", "right")]
        elif not is_told:
            self.head = [("Observed (UTC)", "left")]

    def cells(self, time: datetime) -> list[str]:
        """What the column has for a time."""
        if not self.head:
            return []
        return [age(time, self._now) if self._is_fresh else moment(time)]


def _other_head(report: Standings) -> list[tuple[str, str]]:
    """The heads of the other cut's columns, where the cuts differ."""
    if not report.went_on:
        return []
    when = "last" if report.cut is Cut.CLOSE else "close"
    return [(f"At {when} $", "right"), ("Return then", "right")]


def _other(report: Standings, row: Standing) -> list[str]:
    """Its equity and return at the other cut, where the cuts differ."""
    if not report.went_on:
        return []
    level = row.at_last if report.cut is Cut.CLOSE else row.at_close
    if level is None:
        return [UNKNOWN, UNKNOWN]
    gained = percent(level.total_return, signed=True)
    return [usd(level.equity), gained]


def _middle(row: Standing) -> tuple[Text, str, str]:
    unrealized = usd(row.unrealized_pnl, signed=True)
    return (
        Text(unrealized, signed_style(row.unrealized_pnl)),
        UNKNOWN if row.trades is None else whole(row.trades),
        percent(row.win_rate),
    )


def _total_return(row: Standing) -> Text:
    text = percent(row.total_return, signed=True)
    return Text(text, signed_style(row.total_return))


def _source(source: EquitySource, *, is_short: bool) -> Text:
    short = source.last_word if is_short else source.value
    return Text(short, "" if source.trusted else "yellow")


def _stale_notes(report: Standings) -> Sequence[Text]:
    """A line per account that the site is wrong about; if many, only the worst."""
    wrong = [(row, stale) for row in report.rows for stale in row.stale_sources]
    shown = wrong
    if len(wrong) > _STALE_LINES:
        by_difference = sorted(wrong, key=lambda each: -abs(each[1].difference))
        shown = by_difference[:_WORST_LINES]
    lines = []
    for source, claimant in _CLAIMANT.items():
        notes = [
            _stale_note(row, stale) for row, stale in shown if stale.source is source
        ]
        if notes:
            lines += [f"{claimant} says", *notes]
    if len(shown) < len(wrong):
        lines.append(
            f"  and is wrong about {len(wrong) - len(shown)} more (--format json)"
        )
    return [Text(line, "yellow") for line in lines]


def _stale_note(row: Standing, stale: StaleSource) -> str:
    rank = f" (rank {stale.rank})" if stale.rank is not None else ""
    equity = f"${usd(stale.equity)}"
    return (
        f"  {equity:>11} for {clean(row.account.name)}{rank}:"
        f" off by {percent(stale.difference, signed=True)}"
    )
