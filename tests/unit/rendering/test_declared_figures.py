"""Every figure of a report is declared once, and reads the same wherever it is shown."""

import html
import re
from collections import Counter
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.rendering.html.page import render_html
from nof1_tracker.rendering.markdown.report import report_markdown
from nof1_tracker.rendering.programs.report.report_object import model_object, plain
from nof1_tracker.rendering.programs.report.report_rows import report_rows
from nof1_tracker.rendering.programs.report.schemas import SCHEMAS, json_schema
from nof1_tracker.rendering.report_figures.figure_table import (
    FIGURES,
    Shown,
    shown_below,
    value_of,
)
from nof1_tracker.rendering.terminal.comparison import SIDES
from nof1_tracker.rendering.terminal.report.report import model_text
from nof1_tracker.rendering.terminal.report.summary import SUMMARY
from tests.unit.analyzer.reports import report_of, short_season
from tests.unit.rendering.test_terminal_tables import plain as on_terminal

SECTIONS = ("trades", "equity", "against_benchmark", "mind", "uncertainty")
UNITS = {"USD", "fraction", "ratio", "s", "count", "units", "1/day", "UTC"}


def figures_of(model: ModelReport) -> list[Shown]:
    return shown_below(model, *SECTIONS)


def alpha() -> ModelReport:
    return short_season().models[0]


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_a_terminal_shows_every_figure_under_its_label() -> None:
    text = squeezed(on_terminal(model_text(alpha(), short_season(), 140), 140))

    for each in figures_of(alpha()):
        if not each.declared.path.startswith("mind.discipline."):
            assert f"{each.declared.label} {each.text}" in text


def test_markdown_shows_every_figure_under_its_label() -> None:
    sections = frozenset(SECTIONS) - {"against_benchmark"}
    text = report_markdown(short_season(), sections).replace("&gt;", ">")  # type: ignore[arg-type]

    for each in figures_of(alpha()):
        label = each.declared.label.replace(" $", " (USD)")
        assert f"| {label} | {each.text} |" in text


def test_the_page_shows_every_figure_under_its_label() -> None:
    page = html.unescape(render_html(short_season()))
    fact = r'<dt><span title="([^"]*)">(.*?)</span></dt><dd[^>]*>([^<]*)'
    facts = re.findall(fact, page)

    for each in figures_of(alpha()):
        text = each.text
        if each.declared.unit != "UTC":
            text = text.replace("-", "\N{MINUS SIGN}")
        assert (each.declared.figure.hint, each.declared.label, text) in facts


def test_programs_have_every_figure_under_its_name() -> None:
    found: Any = model_object(alpha())
    for path in FIGURES:
        value: Any = found
        for name in path.split("."):
            value = None if value is None else value[name]
        expected = plain(value_of(alpha(), path))
        if path.startswith("standing."):
            assert float(value) == float(expected), path
        else:
            assert value == expected, path


def test_csv_has_every_figure_with_its_unit() -> None:
    rows = {
        f"{row['section']}.{row['metric']}": row["unit"]
        for row in report_rows(short_season())
        if row["model_id"] == "alpha"
    }
    for path, declared in FIGURES.items():
        if not path.startswith("standing."):
            assert rows[path] == declared.unit, path


def test_the_schema_has_label_and_definition_of_every_figure() -> None:
    fields_of = json_schema(SCHEMAS["report"])["$defs"]["TradeFigures"]["properties"]

    assert fields_of["profit_factor"]["title"] == "Profit factor"
    assert fields_of["biggest_win"]["description"].endswith("null without wins.")


@pytest.mark.parametrize("section", SECTIONS)
def test_a_number_of_the_analyzer_is_declared(section: str) -> None:
    """No mouth can then have a figure of its own: all read the table."""

    def paths(value: Any, path: str) -> set[str]:
        if is_dataclass(value):
            below = (
                paths(getattr(value, each.name), f"{path}.{each.name}")
                for each in fields(value)
            )
            return set().union(*below)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return {path} if is_number else set()

    found = paths(getattr(alpha(), section), section)
    # Rules are stated once for all models; intervals are two numbers of a figure.
    apart = ("mind.rules.", "uncertainty.")
    assert {path for path in found if not path.startswith(apart)} <= set(FIGURES)


def test_every_figure_has_a_label_of_its_own_a_meaning_and_a_unit() -> None:
    labels = Counter(
        each.label
        for path, each in FIGURES.items()
        if each.is_listed and not path.startswith("standing.")
    )
    assert [label for label, times in labels.items() if times > 1] == []
    for each in FIGURES.values():
        assert each.unit in UNITS
        assert each.figure.label
        assert len(each.figure.meaning) > 5
        assert not each.figure.meaning.endswith(".")


def test_summaries_choose_from_the_table() -> None:
    assert {*SUMMARY, *SIDES} <= set(FIGURES)


def test_a_repeated_figure_is_the_same_number_as_the_one_shown() -> None:
    for path, declared in FIGURES.items():
        if declared.figure.repeats:
            section = path.rpartition(".")[0]
            beside = section if "." not in declared.figure.repeats else "mind"
            other = f"{beside}.{declared.figure.repeats}"
            assert value_of(alpha(), path) == value_of(alpha(), other)


def test_nothing_is_shown_as_a_dash_and_not_as_0() -> None:
    gamma = short_season().models[1]
    texts = {each.declared.path: each.text for each in figures_of(gamma)}

    assert texts["trades.total_trades"] == "0"
    assert texts["trades.net_pnl"] == texts["trades.fees"] == "–"  # noqa: RUF001
    assert report_of().models == ()
