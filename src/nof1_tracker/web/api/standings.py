"""Who is ahead, and how each account came there."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from nof1_tracker.records.asking.asked_lists import AskedEquity, AskedStandings
from nof1_tracker.records.asking.keyset import Place
from nof1_tracker.rendering.programs.listed_objects import EQUITY_COLUMNS, equity_rows
from nof1_tracker.rendering.programs.output import exact
from nof1_tracker.rendering.programs.standings import COLUMNS, standings_rows
from nof1_tracker.services.listing.row_pages import equity_page
from nof1_tracker.services.standings import read_standings
from nof1_tracker.web.answers import MOMENT, Asking, Part, answer_list, answer_whole
from nof1_tracker.web.api.operations import STREAMS
from nof1_tracker.web.openapi_shapes import EquityRow, Leaderboard, Listed, StandingRow
from nof1_tracker.web.parameters import ListQuery, WholeQuery
from nof1_tracker.web.record import Record, TheRecord
from nof1_tracker.web.streams.row_columns import RowColumns

router = APIRouter(tags=["standings"], responses=STREAMS)


class LeaderboardQuery(AskedStandings, WholeQuery):
    """When, and in which season."""


class EquityQuery(AskedEquity, ListQuery):
    """Whose equity, when, and from which source."""


@router.get("/leaderboard", response_model=Leaderboard)
async def leaderboard(
    request: Request, record: TheRecord, asked: Annotated[LeaderboardQuery, Query()]
) -> Response:
    """Who is ahead, by the newest trusted equity of each model."""
    read = partial(_standings, record, asked)
    return await answer_whole(
        Asking(request, record, record.quick, MOMENT),
        asked,
        RowColumns(COLUMNS, StandingRow),
        read,
    )


def _standings(record: Record, asked: LeaderboardQuery) -> Part:
    time, cut = asked.moment(record.clock.now())
    report = read_standings(record.engine, time, season=asked.number, cut=cut)
    number = report.season and exact(report.season.number)
    return Part(standings_rows(report), about={"season": number})


@router.get("/equity", response_model=Listed[EquityRow])
async def equity(
    request: Request, record: TheRecord, asked: Annotated[EquityQuery, Query()]
) -> Response:
    """Every observed equity, newest first, from every source."""
    wanted = asked.filter(record.clock.now())

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
        Asking(request, record, record.quick),
        asked,
        RowColumns(EQUITY_COLUMNS, EquityRow),
        read,
    )
