"""Two models side by side, and which of their differences chance cannot explain."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from nof1_tracker.analyzer.report.comparison import Comparison, Lead
from nof1_tracker.records.asking.asked_values import Text
from nof1_tracker.records.enums import Cut
from nof1_tracker.rendering.figures import interval_text
from nof1_tracker.rendering.html.cells import name_of, typeset
from nof1_tracker.rendering.report_figures.figure_table import FIGURES
from nof1_tracker.rendering.sentences import probability_asked
from nof1_tracker.rendering.terminal.comparison import (
    ahead_text,
    basis_sentence,
    chance_text,
    difference_form,
    is_marked,
    pair_sentence,
    sides,
    told_apart_sentence,
)
from nof1_tracker.services.listing.two_models import read_comparison
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import (
    Dashboard,
    Frame,
    Moment,
    PageQuery,
    TheDashboard,
    page_response,
    read_frame,
    rendered,
)

router = APIRouter(route_class=PageRoute, include_in_schema=False)


class CompareQuery(PageQuery):
    """Which two models."""

    first: Text | None = None
    second: Text | None = None


@router.get("/compare")
async def compare(
    request: Request, dashboard: TheDashboard, asked: Annotated[CompareQuery, Query()]
) -> Response:
    """Two models; without a choice, the form alone."""

    def read() -> Response:
        frame = read_frame(dashboard, request, asked, "Compare")
        context = {"frame": frame, "asked": asked, "compared": None}
        if asked.first and asked.second:
            names = (asked.first, asked.second)
            found = _comparison(dashboard, frame, asked.moment(frame.now), names)
            context["compared"] = _shown(found)
        return page_response(rendered("compare.html", context))

    return await dashboard.record.slow.run(read)


def _comparison(
    dashboard: Dashboard, frame: Frame, moment: Moment, names: tuple[str, str]
) -> Comparison:
    is_timed = moment.cut is Cut.TIME
    return read_comparison(
        dashboard.record.engine,
        frame.now,
        names,
        season=moment.season,
        until=moment.at if is_timed else None,
        cut=Cut.LAST if is_timed else moment.cut,
    )


def _shown(found: Comparison) -> Mapping[str, Any]:
    said = (told_apart_sentence(found), pair_sentence(found), basis_sentence(found))
    return {
        "names": [name_of(each.account) for each in (found.first, found.second)],
        "ids": [each.account.account_id for each in (found.first, found.second)],
        "level": probability_asked(found.report.rules.level),
        "differences": [_row(found, each.name) for each in found.differences],
        "sides": [tuple(map(typeset, each)) for each in sides(found)],
        "sentences": [f"Told apart {said[0]}", *(each for each in said[1:] if each)],
    }


def _row(found: Comparison, name: str) -> Mapping[str, Any]:
    each = next(each for each in found.differences if each.name == name)
    declared, signed = FIGURES[name], difference_form(name)
    figures = (
        declared.form(each.first),
        declared.form(each.second),
        signed(each.difference),
        interval_text(each.interval, signed),
    )
    return {
        "label": declared.label,
        "note": "of part of the trades" if is_marked(found, each) else "",
        "figures": list(map(typeset, figures)),
        "chance": chance_text(each),
        "ahead": ahead_text(found, each),
        "is_told_apart": each.lead in (Lead.FIRST, Lead.SECOND),
    }
