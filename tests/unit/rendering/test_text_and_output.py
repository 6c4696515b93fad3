"""How numbers, times and texts look, and that no text can do harm."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.records.sanitize import UNSAFE, clean
from nof1_tracker.rendering.programs.output import exact, iso, to_csv, to_json, to_line
from nof1_tracker.rendering.text import (
    UNKNOWN,
    age,
    percent,
    price,
    quantity,
    size,
    usd,
)
from tests.unit.analyzer.boards import NOW

HOSTILE = "\x1b[31mred\x1b]0;title\x07 \x9b2J \u202eevil\u2069 \x7f[bold]x[/bold]\r\n"


def test_clean_takes_out_what_steers_a_terminal_and_leaves_markup_alone() -> None:
    assert clean(HOSTILE) == "[31mred]0;title 2J evil [bold]x[/bold]"


def test_clean_keeps_lines_only_where_they_are_wanted() -> None:
    assert clean("a\r\n\tb") == "a b"
    assert clean("a\r\n\tb", multi_line=True) == "a\n\tb"


@given(st.text())
def test_what_is_clean_can_be_printed_and_stays_clean(text: str) -> None:
    once = clean(text, multi_line=True)

    assert clean(once, multi_line=True) == once
    once.encode()


def test_half_characters_are_left_out() -> None:
    assert clean("a\ud800b") == "ab"


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("21510.45000000", "21510.45"),
        ("10000.00000000", "10000"),
        ("-0.00000001", "-1E-8"),
        ("0E-8", "0"),
        ("-0.00", "0"),
        ("123456789012345678.0123456789", "123456789012345678.0123456789"),
        ("100000000000000000000.00000001", "100000000000000000000.00000001"),
    ],
)
def test_numbers_for_programs_keep_the_stored_digits(stored: str, shown: str) -> None:
    assert str(exact(Decimal(stored))) == shown


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=8)
    | st.decimals("-1e20", "1e20", places=0)
)
def test_numbers_for_programs_are_what_is_stored_in_its_shortest_form(
    stored: Decimal,
) -> None:
    text = f"{stored:f}"
    shortest = text.rstrip("0").rstrip(".") if "." in text else text
    shortest = "0" if stored == 0 else shortest

    assert f"{exact(stored):f}" == shortest
    assert to_line([exact(stored), stored]) == f'["{shortest}","{text}"]'


@given(st.datetimes(timezones=st.timezones() | st.just(UTC)))
def test_times_for_programs_are_in_utc_whatever_zone_they_had(time: datetime) -> None:
    text = iso(time)

    assert text is not None
    assert text.endswith("Z")
    # In one zone, or an hour that summer time leaves out would differ from itself.
    assert datetime.fromisoformat(text) == time.astimezone(UTC)


@given(st.text())
def test_a_line_of_json_is_read_back_and_holds_nothing_unsafe(text: str) -> None:
    line = to_line({"text": text, "none": None, "ratio": 0.5})

    assert UNSAFE.search(line) is None
    assert json.loads(line) == {"text": text, "none": None, "ratio": 0.5}


def test_json_prints_decimals_exactly_and_escapes_what_is_unsafe() -> None:
    text = to_json([{"equity": Decimal("21510.45"), "name": HOSTILE + "é"}])

    assert '"equity": 21510.45' in text
    assert not set(text) & set("\x1b\x07\x9b\u202e\u2069\x7f")
    assert json.loads(text) == [{"equity": 21510.45, "name": HOSTILE + "é"}]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\n", "\x1b=", "\r="])
def test_no_text_in_csv_is_a_formula(start: str) -> None:
    text = to_csv(["name"], [{"name": f"{start}HYPERLINK(1)"}])

    (row,) = list(csv.DictReader(io.StringIO(text)))
    assert row["name"].startswith("'")
    assert "HYPERLINK(1)" in row["name"]


@pytest.mark.parametrize("text", ["=1", "'=1", "''", "it's", ""])
def test_an_apostrophe_taken_off_gives_back_the_text(text: str) -> None:
    (row,) = csv.DictReader(io.StringIO(to_csv(["name"], [{"name": text}])))

    assert row["name"].removeprefix("'") == text


def test_numbers_in_csv_stay_numbers() -> None:
    row = {"net": Decimal("-1E-7"), "ratio": -0.5, "count": -3, "none": None}

    text = to_csv(list(row), [row])

    assert text == "net,ratio,count,none\n-0.0000001,-0.5,-3,\n"


def test_csv_keeps_quotes_commas_and_lines_in_one_cell() -> None:
    text = to_csv(["summary"], [{"summary": 'say "hi", then\nleave'}])

    assert next(csv.DictReader(io.StringIO(text)))["summary"] == (
        'say "hi", then\nleave'
    )


@pytest.mark.parametrize(
    ("fraction", "shown"),
    [("1.151045", "+115.1 %"), ("-0.4932", "-49.3 %"), ("-0.0001", "+0.0 %")],
)
def test_fractions_become_percent(fraction: str, shown: str) -> None:
    assert percent(Decimal(fraction), signed=True) == shown


def test_money_is_shown_to_the_cent() -> None:
    assert usd(Decimal("21510.454")) == "21,510.45"
    assert usd(Decimal("-0.001"), signed=True) == "+0.00"
    assert usd(None) == UNKNOWN


def test_signed_numbers_are_written_as_every_python_understands() -> None:
    # A float is as strict as the decimals of Python 3.13: the sign, then z.
    strict = cast("Decimal", 0.0525)
    assert usd(strict, signed=True) == "+0.05"
    assert percent(strict, signed=True) == "+5.2 %"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("114000.5", "114,000.50"),
        ("182.431", "182.43"),
        ("2.43117", "2.4312"),
        ("0.197741", "0.19774"),
        ("0", "0.00"),
    ],
)
def test_prices_show_the_digits_that_count(amount: str, shown: str) -> None:
    assert price(Decimal(amount)) == shown


def test_quantities_lose_float_noise_and_idle_zeros() -> None:
    assert quantity(Decimal("25.149999999999995")) == "25.15"
    assert quantity(Decimal("1200.0000")) == "1,200"
    assert quantity(Decimal("0.0000000000")) == "0"


@pytest.mark.parametrize(
    ("passed", "shown"),
    [
        (timedelta(seconds=45), "45 s"),
        (timedelta(minutes=99), "99 min"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=59), "59 d"),
        (timedelta(days=365), "11 mo"),
        (timedelta(days=800), "2 y"),
        (timedelta(hours=-3), "in 3 h"),
    ],
)
def test_ages_are_in_their_largest_fitting_unit(passed: timedelta, shown: str) -> None:
    assert age(NOW - passed, NOW) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (20_000_000_000, "20.0 GB"),
        (12_345_600_000_000_000, "12,345.6 TB"),
    ],
)
def test_sizes_are_in_their_largest_fitting_unit(number: int, shown: str) -> None:
    assert size(number) == shown


def test_times_for_programs_are_utc() -> None:
    in_tokyo = datetime(2025, 10, 28, 16, 0, 0, 5, timezone(timedelta(hours=9)))

    assert iso(in_tokyo) == "2025-10-28T07:00:00.000005Z"
    assert iso(datetime(2025, 10, 28, tzinfo=UTC)) == "2025-10-28T00:00:00Z"
