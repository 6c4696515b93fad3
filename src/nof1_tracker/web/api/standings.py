"""Who is ahead, and how each account came there."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from nof1_tracker.records.asking.keyset import Place
from nof1_tracker.records.asking.listed_rows import RowFilter
from nof1_tracker.records.asking.written_values import parse_cut, parse_time
from nof1_tracker.records.enums import Cut, EquitySource
from nof1_tracker.rendering.programs.listed_objects import EQUITY_COLUMNS, equity_rows
from nof1_tracker.rendering.programs.output import exact
from nof1_tracker.rendering.programs.standings import COLUMNS, standings_rows
from nof1_tracker.services.listing.row_pages import equity_page
from nof1_tracker.services.standings import read_standings
from nof1_tracker.web.answers import MOMENT, Asking, Part, answer_list, answer_whole
from nof1_tracker.web.api.operations import STREAMS
from nof1_tracker.web.openapi_shapes import EquityRow, Leaderboard, Listed
from nof1_tracker.web.parameters import (
    AnySeasonQuery,
    ModelText,
    SeasonQuery,
    SpanQuery,
    Text,
    WholeQuery,
)
from nof1_tracker.web.record import Record, TheRecord

router = APIRouter(tags=["standings"], responses=STREAMS)


class LeaderboardQuery(SeasonQuery, WholeQuery):
    """When, and in which season."""

    at: Text | None = Field(
        None,
        description="last (the default), close (the season's official close), or a time:"
        " ISO 8601 (UTC), a date, today, yesterday, or an age such as 2h.",
        examples=["2025-10-28T06:51Z"],
    )


class EquityQuery(AnySeasonQuery, SpanQuery):
    """Whose equity, when, and from which source."""

    model: ModelText = None
    source: EquitySource | None = Field(None, description="Where it was read from.")


@router.get("/leaderboard", response_model=Leaderboard)
async def leaderboard(
    request: Request, record: TheRecord, asked: Annotated[LeaderboardQuery, Query()]
) -> Response:
    """Who is ahead, by the newest trusted equity of each model."""
    read = partial(_standings, record, asked)
    return await answer_whole(
        Asking(request, record, record.quick, MOMENT), asked, COLUMNS, read
    )


def _standings(record: Record, asked: LeaderboardQuery) -> Part:
    now, cut = record.clock.now(), parse_cut(asked.at)
    time = now if cut else parse_time(asked.at, now) or now
    report = read_standings(
        record.engine, time, season=asked.number, cut=cut or Cut.TIME
    )
    number = report.season and exact(report.season.number)
    return Part(standings_rows(report), about={"season": number})


@router.get("/equity", response_model=Listed[EquityRow])
async def equity(
    request: Request, record: TheRecord, asked: Annotated[EquityQuery, Query()]
) -> Response:
    """Every observed equity, newest first, from every source."""
    since, until = asked.span(record.clock.now())
    wanted = RowFilter(since=since, until=until)

    def read(place: Place) -> Part:
        page = equity_page(
            record.engine,
            wanted,
            place,
            model=asked.model,
            season=asked.number,
            source=asked.source,
        )
        return Part(equity_rows(page.rows), page.next)

    return await answer_list(
        Asking(request, record, record.quick), asked, EQUITY_COLUMNS, read
    )
