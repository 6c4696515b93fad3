"""The reference is what the code says today, and leaves nothing out."""

import re
from collections.abc import Mapping
from typing import Any, cast

import pytest
from scripts.reference import commands, settings, tables
from scripts.reference.docstrings import said_of
from scripts.reference.events import numbers_by_kind
from scripts.reference.markdown import prose
from scripts.reference.pages import FOLDER, PAGES
from scripts.reference.wire import ROWS
from sqlalchemy import Column, Table
from sqlalchemy.orm import Mapper

from nof1_tracker.database import Base
from nof1_tracker.database.people.people_metadata import PeopleBase
from nof1_tracker.main import EXIT_CODES, app
from nof1_tracker.records.events import EventKind
from nof1_tracker.records.export_rows import ExportFilter, ExportKind
from nof1_tracker.rendering.programs.report.comparison_shape import ComparisonShape
from nof1_tracker.rendering.programs.report.report_shape import ReportShape
from nof1_tracker.rendering.programs.report.schemas import json_schema
from nof1_tracker.scraper.wire import rows
from nof1_tracker.services.export import exported_columns


def _committed(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _first_cells(text: str) -> set[str]:
    """The names that rows of tables begin with."""
    return set(re.findall(r"^\| `([^`]+)`", text, re.MULTILINE))


def _section(text: str, title: str) -> str:
    """What stands below a heading, up to the next of its level or above."""
    marks = title.split(" ", 1)[0]
    end = rf"(?=^#{{1,{len(marks)}}} |\Z)"
    found = re.search(
        rf"^{re.escape(title)}\n(.*?){end}", text, re.MULTILINE | re.DOTALL
    )
    assert found, f"there is no heading {title!r}"
    return found[1]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_says(name: str) -> None:
    assert _committed(name) == PAGES[name](), "it is stale: run `make reference`"


# --- commands and settings ----------------------------------------------------------


@pytest.mark.parametrize(
    "words", [words for words, _ in commands.commands(app)], ids=" ".join
)
def test_a_command_has_its_section_with_usage_and_an_example(
    words: tuple[str, ...],
) -> None:
    called = f"nof1-tracker {' '.join(words)}"
    section = _section(_committed("cli.md"), f"## {called}")
    assert f"```text\n{called}" in section
    assert f"```sh\n{called}" in section


def test_options_have_their_names_values_and_defaults() -> None:
    section = _section(_committed("cli.md"), "## nof1-tracker trades")
    assert (
        "| `--limit`, `-n` | integer from 0 | `20` | Maximum number of rows" in section
    )
    assert (
        "| `--format`, `-f` | `table`, `json`, `csv` |  | Output format; by" in section
    )


def test_arguments_tell_whether_they_may_be_left_out() -> None:
    text = _committed("cli.md")
    assert "nof1-tracker compare [OPTIONS] MODEL..." in text
    assert "nof1-tracker report [OPTIONS] [MODEL...]" in text


def test_every_exit_code_is_told() -> None:
    told = _first_cells(_section(_committed("cli.md"), "## Exit codes"))
    assert {str(code) for code in EXIT_CODES.values()} <= told


@pytest.mark.parametrize("title", settings.CLASSES)
def test_every_setting_has_a_meaning(title: str) -> None:
    kind = settings.CLASSES[title]
    section = _section(_committed("settings.md"), f"## {title}")
    assert _first_cells(section) == {each.alias for each in kind.model_fields.values()}
    assert all(said_of(kind, name) for name in kind.model_fields)


def test_secrets_are_called_secret() -> None:
    told = set(re.findall(r"`(\w+)` \| text, secret", _committed("settings.md")))
    assert {"NOF1_DB_PASSWORD", "NOF1_DATABASE_URL", "NOTIFY_WEBHOOK_SECRET"} <= told


# --- tables --------------------------------------------------------------------------


def _tables() -> list[Table]:
    return [*Base.metadata.tables.values(), *PeopleBase.metadata.tables.values()]


def _columns() -> list[tuple[str, Mapper[Any], Column[Any]]]:
    return [
        (name, mapper, column)
        for name, mapper in tables.mappers().items()
        for column in cast("Table", mapper.local_table).columns
    ]


def test_every_table_of_the_database_has_its_columns() -> None:
    text = _committed("schema.md")
    assert tables.mappers().keys() == {table.name for table in _tables()}
    for table in _tables():
        name = table.name
        columns = {column.name for column in table.columns}
        assert columns <= _first_cells(_section(text, f"### {name}"))


@pytest.mark.parametrize(
    ("mapper", "column"),
    [pytest.param(m, c, id=f"{name}.{c.name}") for name, m, c in _columns()],
)
def test_every_column_has_a_meaning(mapper: Mapper[Any], column: Column[Any]) -> None:
    assert tables.meaning(mapper, column)


def test_constraints_indexes_and_vocabularies_are_named() -> None:
    text = _committed("schema.md")
    for table in _tables():
        assert isinstance(table, Table)
        for index in table.indexes:
            assert f"`{index.name}`" in text
    assert "| vocabulary | `status` | `trade_status` |" in text
    assert "`open`, `closed`, `liquidated`, `cancelled`" in text


def test_the_diagram_draws_every_foreign_key() -> None:
    text = _committed("schema.md")
    for table in _tables():
        for key in table.foreign_keys:
            drawn = rf'{key.column.table.name} \S+ {table.name} : "{key.parent.name}"'
            assert re.search(drawn, text)


# --- reports, exports, events, rows of the source ------------------------------------


@pytest.mark.parametrize("shape", [ReportShape, ComparisonShape])
def test_every_figure_has_a_meaning_and_a_row(shape: type) -> None:
    schema = json_schema(shape)
    told = _first_cells(_committed("report.md"))
    for each in (schema, *schema["$defs"].values()):
        for name, field in each["properties"].items():
            assert field.get("description"), f"{each['description']} {name}"
            assert name in told


def test_what_a_figure_links_to_is_a_formula() -> None:
    text = _committed("report.md")
    linked = set(re.findall(r"\[Formula\]\(#(\w+)\)", text))
    assert {"sharpe_ratio", "profit_factor", "drawdowns", "trades_needed"} <= linked
    headings = set(re.findall(r"^### (\w+)$", text, re.MULTILINE))
    assert linked <= headings


@pytest.mark.parametrize("kind", ExportKind)
def test_every_column_of_an_export_is_told(kind: ExportKind) -> None:
    section = _section(_committed("export.md"), f"## {kind.value}")
    names = {each.name for each in exported_columns(ExportFilter(kind))}
    assert _first_cells(section) == names


def test_every_kind_of_event_is_told_with_its_numbers() -> None:
    assert set(EventKind) <= _first_cells(_committed("events.md"))
    numbers: Mapping[EventKind, list[str]] = numbers_by_kind()
    assert "net_pnl_usd" in numbers[EventKind.LIQUIDATION]
    assert numbers[EventKind.NEW_SEASON] == ["season"]
    assert not numbers.get(EventKind.NEW_MODEL)


def test_every_row_of_the_source_is_told() -> None:
    declared = {
        each
        for each in vars(rows).values()
        if isinstance(each, type) and each.__module__ == rows.__name__
    } - {rows.Row, rows.AccountRow}
    assert {each for some in ROWS.values() for each in some} == declared


@pytest.mark.parametrize(
    "row", sorted({each for some in ROWS.values() for each in some}, key=str)
)
def test_every_field_of_the_source_has_a_meaning(row: type[rows.Row]) -> None:
    assert all(said_of(row, name) for name in row.model_fields)


# --- text ------------------------------------------------------------------------------


def test_text_of_the_code_is_no_markup() -> None:
    assert prose("a * b | c <d> _e_ [f]") == r"a \* b \| c &lt;d> \_e\_ \[f]"
    assert prose("of `a|b *c*`,\n  and d_e") == r"of `a\|b *c*`, and d_e"
