"""The section of a report on how one model decides."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nof1_tracker.analyzer.decisions.calibration import Calibration, ReliabilityBin
from nof1_tracker.analyzer.decisions.decision_metrics import (
    DecisionMetrics,
    DecisionMix,
)
from nof1_tracker.analyzer.decisions.plan_discipline import PlanDiscipline
from nof1_tracker.analyzer.metrics import quotient
from nof1_tracker.analyzer.report.season_report import ModelReport, ReportRules
from nof1_tracker.rendering.figures import (
    bar,
    count,
    fraction,
    length,
    per_day,
    ratio,
    signed_ratio,
)
from nof1_tracker.rendering.sentences import MARK, coverage_text, mind_rules_sentence
from nof1_tracker.rendering.terminal.console import calm_table, cell
from nof1_tracker.rendering.terminal.report.layout import (
    Figure,
    figure_grid,
    heading,
    notes,
)

_SIGNALS_SHOWN = 6
_BAR = 20


def mind_section(model: ModelReport, rules: ReportRules, width: int) -> RenderableType:
    """How the model decides, and how its decisions turned out."""
    mind = model.mind
    if not mind.answers.conversations and not mind.time_to_fill.entries:
        return Group(heading("Mind"), Text("No conversations are stored.", "dim"))
    parts: list[RenderableType] = [_heading(mind)]
    parts.append(figure_grid([Figure(*each) for each in mind_figures(mind)], width))
    if mind.decisions.total:
        parts += [Text(), _decisions(mind.decisions)]
    if mind.calibration.bets:
        parts += [Text(), calibration_remark(mind.calibration)]
        parts.append(_calibration(mind.calibration.bins, width))
    if mind.discipline.known or mind.discipline.unknown:
        parts += [Text(), _discipline(mind.discipline, width)]
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


def mind_figures(mind: DecisionMetrics) -> list[tuple[str, str]]:
    """Labels and figures of how a model decides."""
    confidence, calibration = mind.confidence, mind.calibration
    fill, flips = mind.time_to_fill, mind.flips
    return [
        ("Failed answers", _of_all(mind.answers.failed, mind.answers.failed_share)),
        ("Missed cycles", _of_all(mind.cycles.missed, mind.cycles.share)),
        ("Holds", fraction(mind.decisions.hold_share)),
        ("Entries decided", count(confidence.count)),
        ("Mean confidence", fraction(confidence.mean)),
        ("Spread", fraction(confidence.std)),
        ("Won of those judged", fraction(calibration.win_rate)),
        ("Brier score", ratio(calibration.brier_score)),
        ("Skill", signed_ratio(calibration.skill)),
        ("Calibration error", fraction(calibration.calibration_error)),
        ("Stop respected", fraction(mind.discipline.respected_share)),
        ("Flips", _of_all(flips.flips, flips.share)),
        ("Time to fill", length(fill.median)),
        ("Matched fills", f"{count(fill.matched)} of {count(fill.entries)}"),
    ]


def _of_all(part: int, share: float | None) -> str:
    return count(part) if share is None else f"{count(part)} ({fraction(share)})"


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
    size = max(8, min(_BAR, width - 50))
    table = calm_table(
        ("Confidence", "left"),
        ("Entries", "right"),
        ("Stated", "right"),
        ("Won", "right"),
        ("won ━ stated ┃", "left"),
    )
    for each in bins:
        if each.count:
            table.add_row(
                f"{each.low * 100:.0f}–{each.high * 100:.0f} %",  # noqa: RUF001
                count(each.count),
                fraction(each.mean_confidence),
                fraction(each.win_rate),
                _reliability(each, size),
            )
    return table


def _reliability(each: ReliabilityBin, size: int) -> Text:
    won = round((each.win_rate or 0.0) * size)
    text = Text("━" * won, "green")
    text.append("─" * (size - won), "dim")
    stated = min(int((each.mean_confidence or 0.0) * size), size - 1)
    return Text.assemble(text[:stated], ("┃", "bold"), text[stated + 1 :])


def discipline_counts(discipline: PlanDiscipline) -> list[tuple[str, int]]:
    """How closed entries ended, relative to their plan."""
    return [
        ("took profit", discipline.took_profit),
        ("within the plan", discipline.within_plan),
        ("stopped", discipline.stopped),
        ("beyond the stop", discipline.beyond_stop),
        ("plan not known", discipline.unknown),
    ]


def _discipline(discipline: PlanDiscipline, width: int) -> Table:
    table = calm_table(
        ("Exit", "left"), ("Entries", "right"), ("Share", "right"), ("", "left")
    )
    total = discipline.known + discipline.unknown
    size = max(8, min(_BAR, width - 40))
    for name, entries in discipline_counts(discipline):
        share = quotient(entries, total)
        table.add_row(
            name,
            count(entries),
            fraction(share),
            Text(bar(share, size), "dim"),
            style="dim" if name == "plan not known" else "",
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
