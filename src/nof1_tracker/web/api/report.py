"""Reports, and comparisons of two models, as the command line writes them in JSON."""

from datetime import datetime
from typing import Annotated, TypedDict

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from nof1_tracker.analyzer.report.sections import EVERY_SECTION, Section
from nof1_tracker.records.asking.written_values import parse_window, require_cut
from nof1_tracker.records.enums import Cut
from nof1_tracker.rendering.programs.report.comparison_object import comparison_object
from nof1_tracker.rendering.programs.report.comparison_shape import ComparisonShape
from nof1_tracker.rendering.programs.report.report_object import report_object
from nof1_tracker.rendering.programs.report.report_shape import ReportShape
from nof1_tracker.services.listing.two_models import read_comparison
from nof1_tracker.services.report import read_report
from nof1_tracker.web.answers import MINUTE, Asking, answer_object
from nof1_tracker.web.parameters import SeasonQuery, SinceText, Text, UntilText
from nof1_tracker.web.record import TheRecord

router = APIRouter(tags=["reports"])

_ModelName = Annotated[
    Text, Field(description="A model, by id, name, or a part of it such as gpt5.")
]


class _Window(TypedDict):
    since: datetime | None
    until: datetime | None
    cut: Cut


class WindowQuery(SeasonQuery):
    """Which season, and which part of it."""

    since: SinceText = None
    until: UntilText = None
    at: Text | None = Field(
        None,
        description="End at the season's last observation (last, the default), or at its"
        " official close (close).",
        examples=["last"],
    )

    def window(self, now: datetime) -> _Window:
        """The window, as the use cases take it.

        Raises:
            ConfigurationError: A value is not valid.
        """
        since, until = parse_window(self.since, self.until, now)
        return {"since": since, "until": until, "cut": require_cut(self.at)}


class ReportQuery(WindowQuery):
    """Which report."""

    model: list[_ModelName] = Field([], description="All by default; may be repeated.")
    section: Section | None = Field(
        None, description="Section to return for each model; all by default."
    )


class ComparisonQuery(WindowQuery):
    """Which two models."""

    first: _ModelName = Field(examples=["deepseek"])
    second: _ModelName = Field(examples=["qwen3-max"])


@router.get("/report", response_model=ReportShape)
async def report(
    request: Request, record: TheRecord, asked: Annotated[ReportQuery, Query()]
) -> Response:
    """How models trade, whether they beat the benchmark, and how sure that is.

    The document is that of `nof1-tracker report --format json`; exact figures are
    strings here.
    """
    now = record.clock.now()
    sections = {asked.section} if asked.section else EVERY_SECTION

    def read() -> object:
        found = read_report(
            record.engine,
            now,
            season=asked.number,
            models=asked.model,
            **asked.window(now),
        )
        return report_object(found, sections)

    return await answer_object(Asking(request, record, record.slow, MINUTE), read)


@router.get("/comparison", response_model=ComparisonShape)
async def comparison(
    request: Request, record: TheRecord, asked: Annotated[ComparisonQuery, Query()]
) -> Response:
    """Two models, and which of their differences may be chance.

    The document is that of `nof1-tracker compare --format json`.
    """
    now = record.clock.now()

    def read() -> object:
        found = read_comparison(
            record.engine,
            now,
            (asked.first, asked.second),
            season=asked.number,
            **asked.window(now),
        )
        return comparison_object(found)

    return await answer_object(Asking(request, record, record.slow, MINUTE), read)
