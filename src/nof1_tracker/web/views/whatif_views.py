"""What a copy of a model, or a held coin, comes to on its page."""

from collections.abc import Mapping, Sequence
from typing import Any

import simplejson

from nof1_tracker.analyzer.play.whatif_report import (
    CopyReport,
    HoldReport,
    PaperAccount,
)
from nof1_tracker.records.play.copy_scenario import DelayPoint
from nof1_tracker.rendering.figures import since_until
from nof1_tracker.rendering.html.cells import Cell, money, name_of, shorten, typeset
from nof1_tracker.rendering.html.charts.delay_curve import delay_lines
from nof1_tracker.rendering.html.charts.series import PaperLine, paper_charts
from nof1_tracker.rendering.html.palette import BENCHMARK, DASHES, Stroke
from nof1_tracker.rendering.play_words import (
    LIMITS,
    account_lines,
    attribution_lines,
    copy_notes,
    fee_words,
    late_words,
    paper_notes,
    scenario_words,
    slippage_words,
    withheld_copy,
)
from nof1_tracker.rendering.text import UNKNOWN, moment, price, span, usd


def copy_view(report: CopyReport, stroke_of: Mapping[str, Stroke]) -> Mapping[str, Any]:
    """The copy beside its model, where the difference comes from, and its limits."""
    stroke = stroke_of.get(report.account.account_id, BENCHMARK)
    name = name_of(report.account)
    lines = [PaperLine(name, stroke, report.model.figures.curve)]
    if report.copy is not None:
        copied = Stroke(stroke.hue, (stroke.dash + 1) % DASHES)
        lines.append(PaperLine("Copy", copied, report.copy.figures.curve))
    return {
        "title": f"{name}, copied {scenario_words(report.scenario)}",
        "span": f"{since_until(report.since, report.until)} UTC",
        "account_id": report.account.account_id,
        "bought": "",
        "withheld": withheld_copy(report),
        "names": (name, "Copy"),
        "rows": _side_by_side(report),
        "parts": _parts(report),
        "delays": [_delay(point, report) for point in report.delays],
        "drawn": delay_lines([each.equity for each in report.delays]),
        "stroke": stroke,
        "notes": tuple(copy_notes(report)),
        "limits": LIMITS,
        "curves": _curves(lines),
    }


def hold_view(report: HoldReport) -> Mapping[str, Any]:
    """What was bought, what it came to, and its limits."""
    name = shorten(report.symbol)
    bought = (
        f"Bought at {price(report.price)} ({moment(report.bought_at)} UTC),"
        f" {fee_words(report.fees)}, {slippage_words(report.slippage)}."
    )
    line = PaperLine(f"{name}, held", BENCHMARK, report.account.figures.curve)
    return {
        "title": f"{name}, bought and held",
        "span": f"{since_until(report.since, report.until)} UTC",
        "bought": bought,
        "account_id": "",
        "withheld": None,
        "names": (name,),
        "rows": [
            (label, (typeset(text),)) for label, text in account_lines(report.account)
        ],
        "parts": (),
        "delays": (),
        "notes": tuple(paper_notes(report.hours_without_funding, report.prices)),
        "limits": LIMITS,
        "curves": _curves([line]),
    }


def _curves(lines: Sequence[PaperLine]) -> Mapping[str, Any]:
    """What the template of the curves shows."""
    charts, stride = paper_charts(lines)
    return {
        "charts": simplejson.dumps(charts, separators=(",", ":"), allow_nan=False),
        "keys": [each.name for each in lines],
        "strokes": [each.stroke for each in lines],
        "index_from": len(lines),
        "stride": stride,
        "has_curves": any(each["equity"] for each in charts["models"]),
        "has_gaps": False,
        "has_variants": False,
        "priced_benchmark": None,
    }


def _side_by_side(report: CopyReport) -> list[tuple[str, tuple[str, ...]]]:
    copied = _figures(report.copy)
    rows: list[tuple[str, tuple[str, ...]]] = [
        (label, (figure, copied.get(label, UNKNOWN)))
        for label, figure in _figures(report.model).items()
    ]
    if (recorded := report.recorded) is not None:
        label = f"As recorded, {moment(recorded.observed_at)[5:]}"
        rows.append((label, (typeset(usd(recorded.equity)), "")))
    return rows


def _figures(account: PaperAccount | None) -> Mapping[str, str]:
    if account is None:
        return {}
    return {label: typeset(text) for label, text in account_lines(account)}


def _parts(report: CopyReport) -> Sequence[tuple[str, Cell]]:
    """The parts of the difference and their sum; empty where it is withheld."""
    found = report.attribution
    if found is None:
        return ()
    lines = (*attribution_lines(found), ("Together", found.total))
    return [(label, money(round(amount, 2), signed=True)) for label, amount in lines]


def _delay(point: DelayPoint, report: CopyReport) -> Mapping[str, Any]:
    """A line of the curve over delays; withheld where prices were too rare."""
    equity = point.equity
    difference = None if equity is None else equity - report.model.equity
    return {
        "delay": span(point.delay),
        "is_chosen": point.delay == report.scenario.delay,
        "equity": money(equity),
        "difference": money(difference, signed=True),
        "warning": (
            f"withheld: {late_words(point.orders)} came later" if equity is None else ""
        ),
    }
