"""A season's report on a terminal: all models at a glance, or one in full."""

from collections.abc import Collection

from rich.console import Group, RenderableType
from rich.text import Text

from nof1_tracker.analyzer.coverage import totals_of
from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport
from nof1_tracker.analyzer.report.sections import EVERY_SECTION, Section
from nof1_tracker.records.sanitize import clean
from nof1_tracker.rendering.caveats import (
    close_sentence,
    glitches_sentence,
    implausible_sentence,
)
from nof1_tracker.rendering.coverage_words import held_sentence
from nof1_tracker.rendering.figures import money
from nof1_tracker.rendering.sentences import rules_sentence
from nof1_tracker.rendering.terminal.report.decisions import mind_section
from nof1_tracker.rendering.terminal.report.equity import (
    benchmark_section,
    equity_section,
)
from nof1_tracker.rendering.terminal.report.layout import READABLE_WIDTH, notes
from nof1_tracker.rendering.terminal.report.open_positions import positions_section
from nof1_tracker.rendering.terminal.report.summary import curve, season_title, summary
from nof1_tracker.rendering.terminal.report.trades import trades_section
from nof1_tracker.rendering.terminal.report.uncertainty import uncertainty_section
from nof1_tracker.rendering.text import UNKNOWN, moment


def report_text(
    report: SeasonReport,
    width: int,
    sections: Collection[Section] | None = None,
) -> RenderableType:
    """One model in full, or a summary of several; given sections are shown for each."""
    if not report.models:
        return Text(nothing_sentence(report))
    shown = report.competitors or report.models
    if len(shown) == 1:
        only = model_text(shown[0], report, width, sections or EVERY_SECTION)
        title = Text(season_title(report), "dim")
        rules = notes(
            [
                ("Close", close_sentence(report, shown), ""),
                ("Glitches", glitches_sentence(shown), "yellow"),
                ("Implausible", implausible_sentence(shown), "yellow"),
                ("Rules", rules_sentence(report.rules), "dim"),
            ],
            width,
        )
        return Group(title, Text(), only, Text(), rules)
    parts: list[RenderableType] = [summary(report, width)]
    for model in report.models if sections else ():
        parts += [
            Text(),
            Text(),
            model_text(model, report, width, sections or ()),
        ]
    return Group(*parts)


def nothing_sentence(report: SeasonReport) -> str:
    """What to do where nothing is stored for any model."""
    where = f" in season {report.season.number}" if report.season else ""
    return f"Nothing to report{where} yet. Run `nof1-tracker scrape`."


def model_text(
    model: ModelReport,
    report: SeasonReport,
    width: int,
    sections: Collection[Section] = EVERY_SECTION,
) -> RenderableType:
    """One model: its standing, its equity curve, and the given sections."""
    parts: list[RenderableType] = [_headline(model, width)]
    stored = held_sentence(totals_of(model.held))
    parts += [notes([("Held", stored, "")], width)] if stored else []
    if Section.TRADES in sections:
        parts += [Text(), trades_section(model, width)]
        if not model.account.is_benchmark:
            parts += [Text(), positions_section(model, width)]
    if Section.EQUITY in sections:
        parts += [Text(), equity_section(model, width)]
        if not model.account.is_benchmark:
            parts += [Text(), benchmark_section(model, report.benchmark, width)]
    if Section.MIND in sections and not model.account.is_benchmark:
        parts += [Text(), mind_section(model, report.rules, width)]
    if Section.UNCERTAINTY in sections:
        parts += [Text(), uncertainty_section(model, report, width)]
    return Group(*parts)


def _headline(model: ModelReport, width: int) -> RenderableType:
    account = model.account
    text = Text(clean(account.name), "bold")
    text.append(f"  {clean(account.provider)} · {standing_text(model)}", "not bold dim")
    if model.curve is None or not model.curve.observations:
        return text
    return Group(text, curve(model, min(width, READABLE_WIDTH) - 2))


def standing_text(model: ModelReport) -> str:
    """Its rank and its newest trusted equity, with source and time."""
    standing = model.standing
    if standing is None:
        return "no equity is stored"
    rank = UNKNOWN if standing.rank is None else str(standing.rank)
    place = "benchmark" if model.account.is_benchmark else f"rank {rank}"
    return (
        f"{place} · ${money(float(standing.equity))} at"
        f" {moment(standing.observed_at)} UTC ({standing.source.value})"
    )
