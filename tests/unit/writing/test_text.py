"""CSV and JSON lines: every text and every number can be had back as it is stored."""

import csv
import io
import json
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nof1_tracker.errors import DatabaseError
from nof1_tracker.records.export_rows import Column, ColumnType
from nof1_tracker.records.sanitize import clean
from nof1_tracker.writing.exact_numbers import digits
from nof1_tracker.writing.text_formats import csv_lines, json_lines
from tests.unit.writing.columns import PERCENT, TEXT, USD, column

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1")


def as_csv(value: Any, of: Column = TEXT) -> str:
    """The cell of that value."""
    lines = "".join(csv_lines([of], [[[value]]]))
    return lines.removeprefix("it\n").removesuffix("\n")


def as_json(value: Any, of: Column = TEXT) -> str:
    """The value as it stands in its line."""
    line = "".join(json_lines([of], [[[value]]]))
    return line.removeprefix('{"it": ').removesuffix("}\n")


def unguarded(cell: str) -> str:
    """What the module says how to undo the guard."""
    return cell.removeprefix("'")


@given(TEXTS)
@example("'")
@example("''=1")
@example('say "hi",\r\nthen go')
@example("")
def test_a_text_comes_back_from_csv_once_the_guard_is_off(text: str) -> None:
    (row,) = csv.reader(io.StringIO(as_csv(text), newline=""))

    assert unguarded(row[0]) == clean(text, multi_line=True)


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_in_csv_is_a_formula(text: str) -> None:
    assert as_csv(text) == f'"\'{text}"'
    assert as_csv(f"\u202e\r{text}") == f'"\'{text}"'


def test_only_text_is_guarded() -> None:
    assert as_csv("-0.5", USD) == "-0.5"
    assert as_csv(-5, column(ColumnType.INTEGER)) == "-5"
    assert as_csv("hold") == '"hold"'


def test_csv_tells_null_from_empty_text() -> None:
    assert as_csv(None) == ""
    assert as_csv("") == '""'


def test_csv_leaves_out_what_steers_a_terminal_or_turns_the_text_around() -> None:
    hostile = "\x1b[2Jred\x9b2J\u202e\r\nnext\u2066"

    assert as_csv(hostile) == '"[2Jred2J\nnext"'


def test_in_csv_the_json_of_the_site_keeps_every_character_as_an_escape() -> None:
    raw = column(ColumnType.JSON)
    stored = '{"text": "a\u202eb"}'

    (row,) = csv.reader(io.StringIO(as_csv(stored, raw), newline=""))

    assert row == ['{"text": "a\\u202eb"}']
    assert json.loads(row[0]) == json.loads(stored)


@given(TEXTS)
@example("\x7f\x9b\u202e\u2066")
@example("émoji 🚀 \u200f")
def test_a_text_comes_back_from_json_and_steers_nothing(text: str) -> None:
    written = as_json(text)

    assert json.loads(written) == text
    assert re.findall("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", written) == []


def test_json_stands_in_json_as_it_is() -> None:
    raw = column(ColumnType.JSON)
    stored = '{"price": 1.10, "text": "a\\nb \u202e"}'

    assert json.loads(as_json(stored, raw)) == json.loads(stored)
    assert "1.10" in as_json(stored, raw)
    assert as_json('{"a":\n1}', raw) == '{"a": 1}'
    assert as_json(None, raw) == "null"


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        ("2025-10-28 06:51:03", "2025-10-28T06:51:03Z"),
        ("2025-10-28 06:51:03.000000", "2025-10-28T06:51:03Z"),
        ("2025-10-28 06:51:03.000005", "2025-10-28T06:51:03.000005Z"),
        ("2025-10-28 06:51:03.12", "2025-10-28T06:51:03.120000Z"),
    ],
)
def test_times_are_iso_8601_in_utc(stored: str, written: str) -> None:
    assert as_csv(stored, column(ColumnType.TIME)) == written
    assert as_json(stored, column(ColumnType.TIME)) == f'"{written}"'


@given(st.decimals(-(10**12), 10**12, places=8))
def test_doubles_are_written_in_the_digits_that_were_stored(number: Decimal) -> None:
    double = float(number)
    stored = Decimal(repr(double)).quantize(Decimal("1e-8"), ROUND_HALF_UP)

    assert Decimal(digits(double, USD)) == stored
    assert re.fullmatch(r"-?\d+(\.\d*[1-9])?", digits(double, USD))


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        (1e-7, "0.0000001"),
        (10000.0, "10000"),
        (10000, "10000"),
        (-0.0, "0"),
        (0.000000005, "0.00000001"),
        (-1e-12, "0"),
        ("21510.45", "21510.45"),
    ],
)
def test_digits_have_no_exponent_and_no_idle_zeros(stored: Any, written: str) -> None:
    assert digits(stored, USD) == written


@pytest.mark.parametrize("stored", ["12.3456", 12.3456])
def test_percent_becomes_a_fraction_without_losing_a_digit(stored: Any) -> None:
    assert digits(stored, PERCENT) == "0.123456"


@pytest.mark.parametrize("stored", ["many", "NaN", "", float("inf")])
@pytest.mark.parametrize("of", [USD, PERCENT])
def test_what_is_no_such_number_is_told(stored: Any, of: Column) -> None:
    with pytest.raises(DatabaseError, match="is stored as it"):
        digits(stored, of)


def test_a_key_is_written_as_what_it_stands_for() -> None:
    labelled = column(ColumnType.WORD, labels={1: "one", 2: None})
    keys = [[1, 2, 3, None]]

    lines = "".join(json_lines([labelled], [keys])).splitlines()
    cells = "".join(csv_lines([labelled], [keys])).splitlines()

    assert [json.loads(line)["it"] for line in lines] == ["one", None, None, None]
    assert cells == ["it", '"one"', "", "", ""]
