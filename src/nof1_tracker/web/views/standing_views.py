"""Who is ahead, as pages show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from nof1_tracker.analyzer.performance import Standing, Standings
from nof1_tracker.analyzer.uncertainty.mean_trade import LEAST_TRADES
from nof1_tracker.records.enums import Cut
from nof1_tracker.records.parsed import Account
from nof1_tracker.rendering.html import cells
from nof1_tracker.rendering.html.cells import Cell, Column, Table, name_of
from nof1_tracker.rendering.html.overview import claims_table
from nof1_tracker.rendering.html.palette import BENCHMARK, Stroke
from nof1_tracker.rendering.text import is_recent, moment, percent, usd, when

DAY = timedelta(hours=24)
_NEAR = timedelta(hours=2)
"""An equity observed this long before the beginning of the day still stands for it."""
COLUMNS = (
    Column("Equity $", "Cash and open positions, USD, as last observed"),
    Column("Return", "As a share of the equity at the start"),
    Column("24 h", "Change of the equity in the 24 hours before it was observed"),
    Column(
        "P(best)",
        "Probability that its mean trade is the best of all accounts, as far as chance"
        " explains their trades; unknown with fewer than"
        f" {LEAST_TRADES} independent ones",
    ),
    Column("Unrealized $", "PnL of open positions, USD"),
    Column("Trades", "Completed legs that are stored"),
    Column("Wins", "Share of those with net PnL above 0"),
    Column("Observed", "Source of the equity, and when it was observed, UTC"),
)


@dataclass(frozen=True, slots=True)
class StandingLine:
    """An account's line of the standings."""

    account: Account
    name: str
    stroke: Stroke
    rank: Cell
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class StandingsView:
    """Who is ahead.

    Attributes:
        headline: In one sentence.
        dateline: The season, and the time of its newest figures.
        claims: Where the site's own leaderboard is wrong; None where it is not.
    """

    headline: str
    dateline: str
    lines: tuple[StandingLine, ...]
    strokes: tuple[Stroke, ...]
    claims: Table | None


def a_day_before(found: Standings) -> datetime:
    """A day before the newest observation: in a past season, long before the clock."""
    return (found.observed_at or found.at) - DAY


def standings_view(
    found: Standings,
    before: Standings,
    stroke_of: Mapping[str, Stroke],
    chances: Mapping[str, float | None],
) -> StandingsView:
    """The standings as a page shows them.

    Args:
        before: Those of a day before the newest observation.
        chances: P(best) by account; one may be missing, or not known.
    """
    earlier = {row.account.account_id: row for row in before.rows}
    ids = (row.account.account_id for row in found.rows)
    strokes_of = [stroke_of.get(each, BENCHMARK) for each in ids]
    return StandingsView(
        headline=_headline(found),
        dateline=_dateline(found),
        lines=tuple(
            _line(
                row,
                stroke,
                found.at,
                changed=_changed(row, earlier.get(row.account.account_id)),
                chance=chances.get(row.account.account_id),
            )
            for row, stroke in zip(found.rows, strokes_of, strict=True)
        ),
        strokes=tuple(strokes_of),
        claims=claims_table(found.rows),
    )


def _line(
    row: Standing,
    stroke: Stroke,
    at: datetime,
    *,
    changed: float | None,
    chance: float | None,
) -> StandingLine:
    return StandingLine(
        account=row.account,
        name=name_of(row.account),
        stroke=stroke,
        rank=cells.count(row.rank),
        cells=(
            cells.money(row.equity),
            cells.fraction(row.total_return, signed=True),
            cells.fraction(changed, signed=True),
            cells.ratio(chance),
            cells.money(row.unrealized_pnl, signed=True),
            cells.count(row.trades),
            cells.fraction(row.win_rate),
            _observed(row, at),
        ),
    )


def _changed(row: Standing, before: Standing | None) -> float | None:
    """As a share of the equity before.

    None where nothing was observed near the beginning of the day, or nothing was left.
    """
    if before is None or before.equity <= 0:
        return None
    span = row.observed_at - before.observed_at
    is_a_day = DAY - _NEAR <= span <= DAY + _NEAR
    return float(row.equity / before.equity - 1) if is_a_day else None


def _observed(row: Standing, at: datetime) -> Cell:
    """Long ago without the year, which the line above the table states."""
    observed = row.observed_at
    return Cell(
        when(observed, at) if is_recent(observed, at) else moment(observed)[5:],
        (at - observed).total_seconds(),
        "" if row.source.trusted else "bad",
        row.source.words,
    )


def _headline(found: Standings) -> str:
    ranked = [row for row in found.rows if row.rank is not None]
    if not ranked:
        return "Nobody is ranked: no equity of a competitor is stored."
    first = name_of(ranked[0].account)
    gained = percent(ranked[0].total_return, signed=True).replace(
        " ", "\N{NO-BREAK SPACE}"
    )
    if len(ranked) == 1:
        return f"{first} is alone, with ${usd(ranked[0].equity)} ({gained})"
    second = name_of(ranked[1].account)
    lead = ranked[0].equity - ranked[1].equity
    if not lead:
        return f"{first} and {second} share the lead ({gained})"
    return f"{first} ({gained}) leads {second} by ${lead:,.0f}"


def _dateline(found: Standings) -> str:
    if found.season is None:
        return ""
    parts = [found.season.name]
    if found.observed_at is not None:
        parts.append(f"as observed up to {moment(found.observed_at)} UTC")
    if found.cut is Cut.CLOSE:
        parts.append("at the official close")
    elif found.season.end is not None and found.season.end <= found.at:
        parts.append(f"closed {moment(found.season.end)} UTC")
    return " · ".join(parts)
