"""Any number of accounts, each compared with each, on a terminal."""

from collections.abc import Iterator
from functools import partial

from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from nof1_tracker.analyzer.report.compared_models import ComparedModels, Contender
from nof1_tracker.analyzer.report.comparison import Difference, Lead
from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.records.sanitize import clean
from nof1_tracker.rendering.report_figures.figure_table import FIGURES, shown
from nof1_tracker.rendering.sentences import (
    GAP_MARK,
    MARK,
    gaps_sentence,
    partial_sentence,
    probability_asked,
    rules_sentence,
)
from nof1_tracker.rendering.terminal.console import calm_table, cell, first_fitting
from nof1_tracker.rendering.terminal.report.layout import notes
from nof1_tracker.rendering.terminal.report.summary import curve, season_title
from nof1_tracker.rendering.text import UNKNOWN, whole

_FIGURES = (
    "equity.total_return",
    "trades.avg_net_pnl",
    "trades.total_trades",
    "trades.win_rate",
    "equity.drawdown.max_drawdown",
    "equity.sharpe_ratio",
    "trades.profit_factor",
)
"""The paths of the figures, the most important first."""
_LEAST = 3
"""How many figures a narrow terminal has room for."""
_CURVE = 12
_ALMOST = 0.01
_MATRICES = {
    "trades.avg_net_pnl": "Mean net: % probability that the row beats the column",
    "equity.total_return": "Return over common hours: % probability that the row beats the column",
}
_STYLES = {Lead.FIRST: "bold green", Lead.SECOND: "bold red", Lead.UNKNOWN: "dim"}
_OPPOSITE = {Lead.FIRST: Lead.SECOND, Lead.SECOND: Lead.FIRST}


def compared_text(compared: ComparedModels, width: int) -> RenderableType:
    """Their figures, who is ahead of whom, and what that rests on."""
    amounts = range(len(_FIGURES), _LEAST - 1, -1)
    figures = first_fitting(
        width,
        *(partial(_figures, compared, most=most, has_curve=True) for most in amounts),
        partial(_figures, compared, most=_LEAST, has_curve=False),
    )
    titles = [Text(season_title(report), "dim") for report in compared.reports]
    head = Text(f"{len(compared.contenders)} accounts compared", "bold")
    return Group(
        head,
        *titles,
        Text(),
        figures,
        *_matrices(compared, width),
        Text(),
        notes(_notes(compared), width),
    )


def _text(model: ModelReport, path: str) -> str:
    each = shown(model, path)
    return f"{each.text}{each.mark if each.mark == GAP_MARK else ''}"


def _name(compared: ComparedModels, contender: Contender) -> str:
    """The account's name, with its season where there are several."""
    name = clean(contender.model.account.name)
    if contender.model.coverage.is_partial:
        name += MARK
    season = contender.report.season
    if len(compared.reports) == 1 or season is None:
        return name
    return f"{name}, season {season.number.normalize():f}"


def _figures(compared: ComparedModels, *, most: int, has_curve: bool) -> Table:
    chosen = _FIGURES[:most]
    table = calm_table(
        ("", "right"),
        ("Model", "fold"),
        *((FIGURES[path].label, "right") for path in chosen),
        *([("Curve", "left")] if has_curve else []),
    )
    for place, each in enumerate(compared.contenders, start=1):
        table.add_row(
            str(place),
            cell(_name(compared, each)),
            *(_text(each.model, path) for path in chosen),
            *([curve(each.model, _CURVE)] if has_curve else []),
        )
    return table


def _matrices(compared: ComparedModels, width: int) -> Iterator[RenderableType]:
    """Who is ahead, for each figure of which anything is known."""
    for name, title in _MATRICES.items():
        known = [_found(compared, name, *pair) for pair in compared.pairs]
        if any(each.probability is not None for each in known):
            yield Text()
            yield Text(title, "bold")
            yield _fitting(_matrix(compared, name), width)


def _fitting(matrix: Table, width: int) -> RenderableType:
    """The matrix, or how to see it where the terminal is too narrow."""
    console = Console(width=10_000, force_terminal=False)
    needed = Measurement.get(console, console.options, matrix).maximum
    if needed <= width:
        return matrix
    words = f"It needs {needed} columns; -o FILE writes up to 200, --json all of it."
    return Text(words, "dim")


def _matrix(compared: ComparedModels, name: str) -> Table:
    places = range(len(compared.contenders))
    heads = ((str(place + 1), "right") for place in places)
    table = calm_table(("", "right"), *heads)
    for row in places:
        cells = (_chance(compared, name, row, column) for column in places)
        table.add_row(str(row + 1), *cells)
    return table


def _found(compared: ComparedModels, name: str, one: int, other: int) -> Difference:
    differences = compared.pairs[one, other].differences
    return next(each for each in differences if each.name == name)


def _chance(compared: ComparedModels, name: str, row: int, column: int) -> Text:
    """The probability that the row is ahead; in colour where chance is ruled out."""
    if row == column:
        return Text("·", "dim")
    found = _found(compared, name, min(row, column), max(row, column))
    chance, lead = found.probability, found.lead
    if row > column:
        chance = None if chance is None else 1 - chance
        lead = _OPPOSITE.get(lead, lead)
    if chance is None:
        return Text(UNKNOWN, "dim")
    return Text(_percent(chance), _STYLES.get(lead, ""))


def _percent(chance: float) -> str:
    """Whole percent; never certainty."""
    if chance < _ALMOST:
        return "<1"
    return ">99" if chance > 1 - _ALMOST else f"{chance * 100:.0f}"


def _notes(compared: ComparedModels) -> list[tuple[str, str | None, str]]:
    models = [each.model for each in compared.contenders]
    return [
        ("Told apart", _told_apart(compared), ""),
        (f"Partial {MARK}", partial_sentence(models), "yellow"),
        (f"Gaps {GAP_MARK}", gaps_sentence(models), ""),
        ("Rules", rules_sentence(compared.reports[0].rules), "dim"),
    ]


def _told_apart(compared: ComparedModels) -> str:
    """How many pairs differ by their mean trade, alone and all together."""
    level = probability_asked(compared.reports[0].rules.level)
    apart = [
        each
        for each in compared.pairs
        if _found(compared, "trades.avg_net_pnl", *each).lead
        in {Lead.FIRST, Lead.SECOND}
    ]
    stand = [each for each in apart if compared.pairs[each].stands]
    pairs = f"{whole(len(apart))} of {whole(len(compared.pairs))} pairs"
    alone = f"the mean trades of {pairs}, each taken alone at {level}"
    if not apart:
        return f"{alone}."
    return (
        f"{alone}; {whole(len(stand)) if stand else 'none'} of them when all pairs of"
        " the season are tested together (Holm)."
    )
