"""Standings as a table on a terminal."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

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
from nof1_tracker.rendering.text import UNKNOWN, age, moment, percent, usd, whole

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
    table = calm_table(
        ("#", "right"),
        ("Model", "fold"),
        *([("Provider", "left")] if with_provider else []),
        ("Equity $", "right"),
        ("Return", "right"),
        *([] if is_bare else _other_head(report)),
        *([] if is_bare else middle),
        ("Source", "left"),
        ("Age", "right"),
    )
    # Where no leg of a season is stored, nothing is known of its trades.
    has_legs = any(row.trades for row in report.rows)
    for row in report.rows:
        provider = [cell(row.account.provider)] if with_provider else []
        table.add_row(
            UNKNOWN if row.rank is None else str(row.rank),
            cell(row.account.name),
            *provider,
            Text(usd(row.equity), "bold"),
            _total_return(row, is_short=is_short),
            *([] if is_bare else _other(report, row, is_short=is_short)),
            *([] if is_bare else _middle(row, is_short=is_short, has_legs=has_legs)),
            _source(row.source, is_short=is_short),
            age(row.observed_at, report.at),
            style="dim" if row.account.is_benchmark else "",
        )
    return table


def _other_head(report: Standings) -> list[tuple[str, str]]:
    """The heads of the other cut's columns, where the cuts differ."""
    if not report.went_on:
        return []
    when = "last" if report.cut is Cut.CLOSE else "close"
    return [(f"At {when} $", "right"), ("Return then", "right")]


def _other(report: Standings, row: Standing, *, is_short: bool) -> list[str]:
    """Its equity and return at the other cut, where the cuts differ."""
    if not report.went_on:
        return []
    level = row.at_last if report.cut is Cut.CLOSE else row.at_close
    if level is None:
        return [UNKNOWN, UNKNOWN]
    gained = _percent(level.total_return, signed=True, is_short=is_short)
    return [usd(level.equity), gained]


def _middle(row: Standing, *, is_short: bool, has_legs: bool) -> tuple[Text, str, str]:
    unrealized = usd(row.unrealized_pnl, signed=True)
    return (
        Text(unrealized, signed_style(row.unrealized_pnl)),
        whole(row.trades) if has_legs else UNKNOWN,
        _percent(row.win_rate, is_short=is_short),
    )


def _total_return(row: Standing, *, is_short: bool) -> Text:
    text = _percent(row.total_return, signed=True, is_short=is_short)
    return Text(text, signed_style(row.total_return))


def _percent(fraction: Decimal | None, *, is_short: bool, signed: bool = False) -> str:
    text = percent(fraction, signed=signed)
    return text.replace(" ", "") if is_short else text


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
