"""The top of the page: the season, who leads, and how much that means."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from nof1_tracker.analyzer.performance import Standing
from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport
from nof1_tracker.records.sanitize import clean
from nof1_tracker.rendering.caveats import (
    close_sentence,
    cut_text,
    glitches_sentence,
    implausible_sentence,
)
from nof1_tracker.rendering.html import cells
from nof1_tracker.rendering.html.cells import Cell, Column, Row, Table, name_of
from nof1_tracker.rendering.html.figure_cells import figure_cell, figure_columns
from nof1_tracker.rendering.sentences import (
    benchmark_sentence,
    gaps_sentence,
    missed_sentence,
    pairs_sentence,
    partial_sentence,
    power_sentence,
    verdict_sentence,
)
from nof1_tracker.rendering.text import UNKNOWN, moment, usd, when

_NEGATIVE = re.compile(r"(?<![\w-])-(?=\d)")
LEVELS = 20
"""Shades of the heat map between 0 and 1; report.css has a class for each."""


@dataclass(frozen=True, slots=True)
class Masthead:
    """Title, time, findings and caveats of the report."""

    title: str
    dateline: str
    headline: str
    sentences: tuple[str, ...]
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A row of the standings; `key` as in Row."""

    rank: Cell
    name: str
    provider: str
    key: int
    cells: tuple[Cell, ...]
    warning: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """P(the row's account beats the column's): shade, text and mark per column.

    Attributes:
        shades: A shade of LEVELS, a text, and whether the pair stands when all are
            tested together.
    """

    name: str
    key: int
    warning: str
    shades: tuple[tuple[int | None, str, bool], ...]


_STANDING = (
    "standing.equity",
    "equity.total_return",
    "against_benchmark.excess_return",
    "equity.drawdown.max_drawdown",
    "trades.total_trades",
    "trades.win_rate",
)
STANDING_COLUMNS = (
    *figure_columns(_STANDING),
    Column("Observed", "Source of the equity, and when it was observed, UTC"),
)


def masthead(report: SeasonReport) -> Masthead:
    """The title of the page and its findings in words."""
    season = report.season
    title = "Alpha Arena" if season is None else clean(season.name)
    if not report.models:
        return Masthead(title, _dateline(report), "Nothing is recorded yet.", (), ())
    findings = (
        verdict_sentence(report),
        power_sentence(report),
        pairs_sentence(report.ranking),
        benchmark_sentence(report),
    )
    caveats = (
        partial_sentence(report.models),
        gaps_sentence(report.models),
        close_sentence(report),
        glitches_sentence(report.models),
        implausible_sentence(report.models),
        missed_sentence(report.models),
        _provisional(report),
    )
    return Masthead(
        title,
        _dateline(report),
        _headline(report),
        tuple(_sentence(each) for each in findings if each is not None),
        tuple(_sentence(each) for each in caveats if each is not None),
    )


def _sentence(words: str) -> str:
    """A sentence with the site's names in it, made safe for the page."""
    line = _NEGATIVE.sub("\N{MINUS SIGN}", clean(words))
    return line[:1].upper() + line[1:]


def _dateline(report: SeasonReport) -> str:
    made = f"report made {moment(report.at)} UTC"
    if report.end is None:
        return _sentence(made)
    window = [f"As observed up to {moment(report.end)} UTC{cut_text(report)}"]
    if report.since is not None:
        window.append(f"from {moment(report.since)} UTC")
    if report.until is not None:
        window.append(f"before {moment(report.until)} UTC")
    return " · ".join((*window, made))


def _headline(report: SeasonReport) -> str:
    """The best account in the report, with its rank among all accounts."""
    best = next((each for each in report.models if _rank(each) is not None), None)
    if best is None or best.standing is None:
        return "No account is ranked: no equity of a competitor is stored."
    standing = best.standing
    place = "leads" if standing.rank == 1 else f"holds rank {standing.rank}"
    gained = cells.fraction(standing.total_return, signed=True).text
    return f"{name_of(best.account)} {place} with ${usd(standing.equity)} ({gained})"


def _provisional(report: SeasonReport) -> str | None:
    if report.season is None or not report.season.is_provisional:
        return None
    return "number and name of the season are a guess until it is set."


def _rank(model: ModelReport) -> int | None:
    return None if model.standing is None else model.standing.rank


def standings(report: SeasonReport) -> tuple[StandingRow, ...]:
    """Every account by rank, then the unranked ones."""
    return tuple(
        _standing(key, model, report.at) for key, model in enumerate(report.models)
    )


def _standing(key: int, model: ModelReport, now: datetime) -> StandingRow:
    rank = _rank(model)
    return StandingRow(
        rank=cells.count(rank),
        name=name_of(model.account),
        provider="" if rank is None else cells.shorten(model.account.provider),
        key=key,
        cells=(
            *(figure_cell(model, path) for path in _STANDING),
            _observed(model, now),
        ),
        warning=cells.partial_warning(model),
    )


def _observed(model: ModelReport, now: datetime) -> Cell:
    standing = model.standing
    if standing is None:
        return Cell(UNKNOWN)
    return Cell(
        when(standing.observed_at, now),
        (now - standing.observed_at).total_seconds(),
        "" if standing.source.trusted else "bad",
        standing.source.words,
    )


def stale_claims(report: SeasonReport) -> Table | None:
    """Where the site's own leaderboard is wrong; None where it is not wrong."""
    found = (each.standing for each in report.models)
    return claims_table(list(found))


def claims_table(standings: Sequence[Standing | None]) -> Table | None:
    """What untrusted sources say of accounts, whose places are their keys."""
    rows = tuple(
        Row(name_of(standing.account), claim, key, "")
        for key, standing in enumerate(standings)
        if standing is not None
        for claim in _claims(standing)
    )
    if not rows:
        return None
    columns = (
        Column("The site says $", "USD"),
        Column("Off by", "As a share of the trusted equity"),
        Column("Its rank", "In that observation"),
        Column("Observed", "UTC, and where"),
    )
    return Table("Where the site's own leaderboard differs", columns, rows)


def _claims(standing: Standing) -> Iterator[tuple[Cell, ...]]:
    for claim in standing.stale_sources:
        yield (
            cells.money(claim.equity),
            cells.fraction(claim.difference, signed=True),
            cells.count(claim.rank),
            cells.day_and_time(claim.observed_at, note=claim.source.words),
        )


def heat_map(report: SeasonReport) -> tuple[HeatRow, ...]:
    """The probability matrix in the order of the ranking."""
    matrix, standing = report.ranking.matrix, report.ranking.calls.standing
    keys = {each.account.account_id: key for key, each in enumerate(report.models)}
    return tuple(
        HeatRow(
            name_of(report.models[keys[name]].account),
            keys[name],
            cells.partial_warning(report.models[keys[name]]),
            tuple(_shades(name, zip(matrix.names, row, strict=True), standing)),
        )
        for name, row in zip(matrix.names, matrix.rows, strict=True)
    )


def _shades(
    name: str,
    row: Iterable[tuple[str, float | None]],
    standing: Collection[tuple[str, str]],
) -> Iterator[tuple[int | None, str, bool]]:
    for other, chance in row:
        if other == name:
            yield None, "", False
        elif chance is None:
            yield None, UNKNOWN, False
        else:
            stands = (name, other) in standing or (other, name) in standing
            yield round(chance * LEVELS), _chance(chance), stands


def _chance(fraction: float) -> str:
    """Whole percent without the % sign; never rounded to 0 or 100."""
    if fraction > 0.99:
        return ">99"
    return "<1" if fraction < 0.01 else f"{fraction * 100:.0f}"
