"""What is held of the season: a table of all, and a map by account and day for each kind."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport
from nof1_tracker.records.history.verification import CoverageRow, HeldKind
from nof1_tracker.rendering.coverage_words import KINDS, held_of
from nof1_tracker.rendering.html.cells import Cell, Column, Row, Table, name_of

Shade = tuple[str, str]
"""Class of a cell, and its text."""
_NOTHING: Shade = ("", "")
_UNSURE = "?"
_FAINTEST = 10
"""The shade of almost none; all is ten more."""


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One account; `key` as in Row."""

    name: str
    key: int
    shades: tuple[Shade, ...]


@dataclass(frozen=True, slots=True)
class HeldMap:
    """One kind, by account and day."""

    title: str
    days: tuple[str, ...]
    rows: tuple[HeldRow, ...]


def held_table(report: SeasonReport) -> Table:
    """How much is held of each account, by kind."""
    rows = tuple(
        Row(
            name_of(model.account),
            tuple(Cell(held_of(model, kind)) for kind in KINDS),
            key,
        )
        for key, model in enumerate(report.models)
        if model.held
    )
    columns = tuple(Column(title) for title in KINDS.values())
    return Table("Held of the season", columns, rows)


def held_maps(report: SeasonReport) -> tuple[HeldMap, ...]:
    """A map for each kind of which anything is known."""
    maps = (_map(report, kind) for kind in KINDS)
    return tuple(each for each in maps if each.rows)


def _map(report: SeasonReport, kind: HeldKind) -> HeldMap:
    by_key = {
        key: found
        for key, model in enumerate(report.models)
        if (found := _by_day(model, kind))
    }
    days = sorted({day for found in by_key.values() for day in found})
    rows = tuple(
        HeldRow(
            name_of(report.models[key].account),
            key,
            tuple(_shades(found, days)),
        )
        for key, found in by_key.items()
    )
    return HeldMap(KINDS[kind], tuple(f"{day:%m-%d}" for day in days), rows)


def _by_day(model: ModelReport, kind: HeldKind) -> Mapping[date, CoverageRow]:
    return {
        row.day: row for row in model.held if row.kind is kind and row.day is not None
    }


def _shades(found: Mapping[date, CoverageRow], days: Sequence[date]) -> Iterator[Shade]:
    for day in days:
        row = found.get(day)
        yield _NOTHING if row is None else _shade(row)


def _shade(row: CoverageRow) -> Shade:
    """The share that is held; a day on which there was nothing is whole."""
    if not row.is_known:
        return "open", f"{row.held:,}+" if row.held else _UNSURE
    if not row.held and row.missing:
        return "gone", "0"
    share = row.held / (row.held + row.missing) if row.missing else 1.0
    # 99.9 % is not all.
    percent = 100 if share == 1 else min(int(share * 100 + 0.5), 99)
    return f"p{_FAINTEST + ceil(share * 10)}", f"{percent}"
