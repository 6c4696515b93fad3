"""Reports, and comparisons of two models, as the command line writes them in JSON."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from nof1_tracker.analyzer.report.sections import EVERY_SECTION, Section
from nof1_tracker.records.asking.asked_lists import AskedWindow
from nof1_tracker.records.asking.asked_values import ModelName
from nof1_tracker.rendering.programs.report.comparison_object import comparison_object
from nof1_tracker.rendering.programs.report.comparison_shape import ComparisonShape
from nof1_tracker.rendering.programs.report.report_object import report_object
from nof1_tracker.rendering.programs.report.report_shape import ReportShape
from nof1_tracker.services.listing.two_models import read_comparison
from nof1_tracker.services.report import read_report
from nof1_tracker.web.answers import MINUTE, Asking, answer_object
from nof1_tracker.web.record import TheRecord

router = APIRouter(tags=["reports"])


class ReportQuery(AskedWindow):
    """Which report."""

    model: list[ModelName] = Field([], description="All by default; may be repeated.")
    section: Section | None = Field(
        None, description="Section to return for each model; all by default."
    )


class ComparisonQuery(AskedWindow):
    """Which two models."""

    first: ModelName = Field(examples=["deepseek"])
    second: ModelName = Field(examples=["qwen3-max"])


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
