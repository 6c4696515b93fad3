"""Curves of equity, as the pages' scripts draw them."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import simplejson

from nof1_tracker.analyzer.report.season_report import SeasonReport
from nof1_tracker.rendering.html.charts.series import (
    choices,
    equity_charts,
    priced_benchmark,
)
from nof1_tracker.rendering.html.palette import BENCHMARK, Stroke, strokes
from nof1_tracker.services.listing.stored_overview import read_competitors
from nof1_tracker.web.kept.kept_results import Versioned
from nof1_tracker.web.pages.page_frame import Dashboard, Moment


def curves_of(
    dashboard: Dashboard, moment: Moment, found: Versioned[SeasonReport]
) -> Mapping[str, Any]:
    """What the template of the curves shows, of each account of the report."""
    report = found.found
    _, accounts = read_competitors(dashboard.record.engine, moment.season, moment.at)
    ids = (each.account_id for each in accounts)
    stroke_of = dict(zip(ids, strokes(accounts), strict=True))
    strokes_of = [
        stroke_of.get(each.account.account_id, BENCHMARK) for each in report.models
    ]
    charts, stride = equity_charts(report, strokes_of)
    drawn = charts["models"]
    return {
        "version": found.version,
        "charts": simplejson.dumps(charts, separators=(",", ":"), allow_nan=False),
        "keys": [each["name"] for each in drawn],
        "strokes": [Stroke(each["hue"], each["dash"]) for each in drawn],
        "index_from": sum("isIndex" not in each for each in drawn),
        "choices": choices(report),
        "stride": stride,
        "has_curves": any(each["equity"] for each in drawn),
        "has_gaps": any(each.realized for each in report.models),
        "has_variants": any(each.account.variant for each in report.models),
        "priced_benchmark": priced_benchmark(report),
    }


def narrowed(
    found: Versioned[SeasonReport], account_ids: Collection[str]
) -> Versioned[SeasonReport]:
    """The report of these accounts alone, beside the benchmark."""
    kept = tuple(
        each
        for each in found.found.models
        if each.account.account_id in account_ids or each.account.is_benchmark
    )
    return replace(found, found=replace(found.found, models=kept))
