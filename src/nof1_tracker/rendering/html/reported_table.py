"""Our figures for the stored part of the trades beside nof1's own for all of them."""

from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.rendering.html.cells import Column, Row, Table
from nof1_tracker.rendering.html.figure_cells import value_cell
from nof1_tracker.rendering.report_figures.figure_table import FIGURES, GROUPS, value_of
from nof1_tracker.rendering.text import moment


def reported_table(model: ModelReport) -> Table | None:
    """Both side by side; None where all trades are stored or nof1 reported nothing."""
    coverage, reported = model.coverage, model.reported
    if not coverage.is_partial or reported is None:
        return None
    columns = (
        Column(f"Ours, of {coverage.stored:,}", "Computed from the trades stored here"),
        Column(
            f"nof1, of {coverage.reported:,}",
            f"As nof1 stated it, {moment(reported.observed_at)} UTC",
        ),
    )
    rows = tuple(
        Row(
            _label(name),
            (
                value_cell(FIGURES[f"trades.{name}"], value_of(model.trades, name)),
                value_cell(FIGURES[f"trades.{name}"], value),
            ),
        )
        for name, value in reported.figures.items()
    )
    caption = f"Reported by nof1, {moment(reported.observed_at)} UTC"
    return Table(caption, columns, rows, first="Figure")


def _label(name: str) -> str:
    """The figure's label, with that of its group."""
    group = GROUPS.get(name.partition(".")[0], "")
    label = FIGURES[f"trades.{name}"].figure.label
    return f"{group}: {label}" if group else label
