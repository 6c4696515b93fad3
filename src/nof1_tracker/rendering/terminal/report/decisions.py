"""The section of a report on how one model decides."""

from collections.abc import Iterator, Sequence
from functools import partial

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.analyzer.decisions.calibration import Calibration, ReliabilityBin
from nof1_tracker.analyzer.decisions.decision_metrics import (
    DecisionMetrics,
    DecisionMix,
)
from nof1_tracker.analyzer.metrics import quotient
from nof1_tracker.analyzer.report.season_report import ModelReport, ReportRules
from nof1_tracker.rendering.figures import bar, count, fraction, length, per_day
from nof1_tracker.rendering.report_figures.decision_figures import BinFigures
from nof1_tracker.rendering.report_figures.figure_table import (
    EXITS,
    Shown,
    cells_of,
    shown,
    shown_below,
)
from nof1_tracker.rendering.sentences import MARK, coverage_text, mind_rules_sentence
from nof1_tracker.rendering.terminal.console import calm_table, cell, first_fitting
from nof1_tracker.rendering.terminal.report.layout import (
    heading,
    listed_figures,
    notes,
)

_SIGNALS_SHOWN = 6
_BAR = 20
_BIN = tuple(cells_of(BinFigures))


def mind_section(model: ModelReport, rules: ReportRules, width: int) -> RenderableType:
    """How the model decides, and how its decisions turned out."""
    mind = model.mind
    if not mind.answers.conversations and not mind.time_to_fill.entries:
        return Group(heading("Mind"), Text("No conversations are stored.", "dim"))
    parts: list[RenderableType] = [_heading(mind)]
    parts.append(_figures(model, width))
    if mind.decisions.total:
        parts += [Text(), _decisions(mind.decisions)]
    if mind.calibration.bets:
        parts += [Text(), calibration_remark(mind.calibration)]
        parts.append(_calibration(mind.calibration.bins, width))
    if mind.discipline.known or mind.discipline.unknown:
        parts += [Text(), _discipline(model, width)]
    lines = [
        ("Missed", missed_sentence(mind), "yellow"),
        (f"Partial {MARK}", _partial(model), "yellow"),
        ("Rules", mind_rules_sentence(rules), "dim"),
    ]
    return Group(*parts, Text(), notes(lines, width))


def _heading(mind: DecisionMetrics) -> Text:
    answers = mind.answers
    over = f" over {length(answers.span_seconds)}" if answers.span_seconds else ""
    return heading("Mind", f"{count(answers.conversations)} conversations{over}")


def _figures(model: ModelReport, width: int) -> Table:
    """All but the exits, which have a table of their own."""
    return listed_figures(shown_below(model, "mind", without=EXITS), width)


def _decisions(decisions: DecisionMix) -> Table:
    rates = dict(decisions.per_day or ())
    table = calm_table(("Decision", "fold"), ("Times", "right"), ("A day", "right"))
    for word, times in decisions.counts[:_SIGNALS_SHOWN]:
        table.add_row(cell(word), count(times), per_day(rates.get(word)))
    if others := decisions.counts[_SIGNALS_SHOWN:]:
        times = sum(each for _, each in others)
        table.add_row(f"{len(others)} other words", count(times), "", style="dim")
    return table


def calibration_remark(calibration: Calibration) -> Text:
    """The title of the calibration table, with what it covers."""
    text = Text("Confidence and outcome", "bold")
    text.append(
        f"  {count(calibration.bets)} closed entries,"
        f" {count(calibration.from_decisions)} with the confidence of the decision",
        "not bold dim",
    )
    return text


def _calibration(bins: Sequence[ReliabilityBin], width: int) -> Table:
    """The reliability table; bars show the share won, marks the stated confidence."""
    tables = (
        partial(_bin_table, bins, chosen, size)
        for chosen, size in ((_BIN, _BAR), (_BIN, 8), (_BIN[:1] + _BIN[-2:], 8))
    )
    return first_fitting(width, *tables)


def _bin_table(
    bins: Sequence[ReliabilityBin], chosen: Sequence[str], size: int
) -> Table:
    heads = ((cells_of(BinFigures)[name].label, "right") for name in chosen)
    table = calm_table(("Confidence", "left"), *heads, ("won ━ stated ┃", "left"))
    for each in bins:
        if each.count:
            cells = bin_cells(each, chosen)
            table.add_row(bin_text(each), *cells, _reliability(each, size))
    return table


def bin_text(each: ReliabilityBin) -> str:
    """The confidences of the bin."""
    return f"{each.low * 100:.0f} to {each.high * 100:.0f} %"


def bin_cells(each: ReliabilityBin, chosen: Sequence[str] = _BIN) -> Iterator[str]:
    """The figures of the bin, as people read them."""
    for name in chosen:
        yield cells_of(BinFigures)[name].form(getattr(each, name))


def _reliability(each: ReliabilityBin, size: int) -> Text:
    won = round((each.win_rate or 0.0) * size)
    text = Text("━" * won, "green")
    text.append("─" * (size - won), "dim")
    stated = min(int((each.mean_confidence or 0.0) * size), size - 1)
    return Text.assemble(text[:stated], ("┃", "bold"), text[stated + 1 :])


def exits(model: ModelReport) -> list[Shown]:
    """How closed entries ended, relative to their plan."""
    return [shown(model, path) for path in EXITS]


def _discipline(model: ModelReport, width: int) -> Table:
    table = calm_table(
        ("Exit", "left"), ("Entries", "right"), ("Share", "right"), ("", "left")
    )
    plan = model.mind.discipline
    total, size = plan.known + plan.unknown, max(8, min(_BAR, width - 40))
    for each in exits(model):
        share = quotient(each.value, total)
        table.add_row(
            each.declared.label,
            each.text,
            fraction(share),
            Text(bar(share, size), "dim"),
            style="dim" if each.declared.path.endswith("unknown") else "",
        )
    return table


def missed_sentence(mind: DecisionMetrics) -> str | None:
    """How many conversations are missing; None where none is."""
    cycles = mind.cycles
    if not cycles.missed:
        return None
    return (
        f"{count(cycles.missed)} of {count(cycles.missed + cycles.stored)} cycles are"
        f" not stored, at most {count(cycles.longest)} in a row: daily rates are too"
        " low, and decisions may be missing."
    )


def _partial(model: ModelReport) -> str | None:
    if not model.coverage.is_partial:
        return None
    return (
        f"figures that rest on trades cover {coverage_text(model.coverage)}:"
        " calibration, exits, flips, fills."
    )
