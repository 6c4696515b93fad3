"""The account at the end of a prompt, read without ever evaluating it."""

import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.scraper.parsing.prompt import PromptAccount, read_prompt
from nof1_tracker.scraper.wire.python_literals import parse_literal
from tests.unit.scraper.site_rows import prompt, prompt_position

TWICE = "Current account value: 7 and the Current Account Value: n/a"


def account_of(text: str) -> PromptAccount:
    """The account in a prompt that has one."""
    account = read_prompt(text)
    assert account is not None
    return account


def test_the_account_is_read_at_the_prompts_own_time() -> None:
    account = account_of(prompt())
    assert account.observed_at == datetime(2025, 10, 28, 6, 49, 34, 755756, tzinfo=UTC)
    assert account.stated == {
        "equity": Decimal("10150.25"),
        "available_cash": Decimal("8640.25"),
        "total_return_percent": Decimal("1.5"),
        "sharpe_ratio": Decimal("0.471"),
    }


@pytest.mark.parametrize(
    "line",
    [
        "**Current Account Value:** 16732.63",
        "Current Account Value: 16732.63",
        "Current account value: **$16,732.63**",
        "**Current Account Value**: 16732.63",
    ],
)
def test_bold_marks_and_separators_are_tolerated(line: str) -> None:
    assert account_of(line).stated["equity"] == Decimal("16732.63")


def test_letters_that_grow_in_lower_case_do_not_hide_the_account() -> None:
    account = account_of("\u0130\u0130 CURRENT Account Value: 1\nx Sharpe Ratio: 2")
    assert account.stated["equity"] == Decimal(1)


def test_the_last_account_value_counts_that_has_a_number() -> None:
    account = account_of(f"{'Current account value: 5 ' * 2}{'.' * 2000}{TWICE}")
    assert account.stated["equity"] == Decimal(7)


def test_a_number_in_scientific_notation_keeps_its_exponent() -> None:
    text = prompt().replace("Sharpe Ratio: 0.471", "Sharpe Ratio: -4.2e-05")
    assert account_of(text).stated["sharpe_ratio"] == Decimal("-0.000042")


def test_positions_keep_every_digit() -> None:
    held = prompt_position(entry_price=25.149999999999995)
    account = account_of(prompt(str(held)))
    assert account.positions is not None
    assert account.positions[0]["entry_price"] == Decimal("25.149999999999995")
    assert account.positions[0]["entry_oid"] == 213487963080
    plan = account.positions[0]["exit_plan"]
    assert plan["invalidation_condition"] == "If the price's close is below 4000"


def test_all_lines_of_the_list_are_read() -> None:
    assert len(account_of(prompt()).positions or ()) == 2


def test_one_list_that_holds_all_positions_is_read() -> None:
    text = str([prompt_position(), prompt_position(symbol="SOL")])
    assert len(account_of(prompt(text)).positions or ()) == 2


@pytest.mark.parametrize("text", ["", "[]", "{}", "None", "No open positions."])
def test_no_positions_are_an_empty_list(text: str) -> None:
    assert account_of(prompt(text)).positions == []


def test_a_list_that_cannot_be_read_is_unobserved() -> None:
    assert account_of(prompt("ETH: 5.74 at 4189.12")).positions is None
    assert account_of("Current Account Value: 5").positions is None


def test_a_line_amiss_is_told_and_the_others_are_read() -> None:
    account = account_of(prompt(f"{prompt_position()}\n{{'symbol': ETH}}"))
    assert len(account.positions or ()) == 1
    assert account.unreadable == ("{'symbol': ETH}",)


@pytest.mark.parametrize("text", ["", "Trade well.", "Available Cash: 12"])
def test_a_prompt_without_an_account_value_states_no_account(text: str) -> None:
    assert read_prompt(text) is None


def test_a_prompt_without_a_time_has_none() -> None:
    assert account_of("Current Account Value: 5").observed_at is None
    assert (
        account_of(
            "The current time is 1999-01-01 00:00:00 Current Account Value: 5"
        ).observed_at
        is None
    )


QUOTES = {"a": "it's", "b": 'say "no"', "c": "None"}
LONG = Decimal("-0.12345678901234567890123456789012")


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("{'a': -1.50, 'b': [1, (2, 3)]}", {"a": Decimal("-1.50"), "b": [1, [2, 3]]}),
        ("{'a': True, 'b': None, 'c': 'x\\'y'}", {"a": True, "b": None, "c": "x'y"}),
        ("{'a': nan, 'b': -inf, 'c': null}", {"a": None, "b": None, "c": None}),
        ("{'a': np.float64(1.5)}", {"a": Decimal("1.5")}),
        (
            '{"a": 1e-05, "b": "\u201312", "c": 2.5},',
            {"a": Decimal("1e-05"), "b": "\u201312", "c": Decimal("2.5")},
        ),
        ("{'a': 'x\\x00y\\ud800'}", {"a": "x\ufffdy\ufffd"}),
        ("{'a': \"it's\", 'b': 'say \"no\"', 'c': 'None'}", QUOTES),
        ("{'a': 'b' 'c', 'd': '\\/'}", {"a": "bc", "d": "\\/"}),
        ("{'a': -0.12345678901234567890123456789012}", {"a": LONG}),
        ("{'a': -0.5, 'b': -7, 'a': -3e2}", {"a": Decimal("-3e2"), "b": -7}),
    ],
)
def test_a_literal_is_read_exactly(literal: str, value: dict[str, Any]) -> None:
    assert parse_literal(literal) == [value]


@pytest.mark.parametrize(
    "literal",
    [
        "{'a': __import__('os').system('true')}",
        "{'a': open('/etc/passwd')}",
        "{'a': 9 ** 9 ** 9}",
        "{'a': [x for x in y]}",
        "{1: 2}",
        "{**{}}",
        "{'a': b'x'}",
        "{'a': ...}",
        "{'a': 1j}",
        "{'a': -None}",
        "{'a': -'x'}",
        "{'a': NaN, 'b': 1}",
        "{'a': -Infinity}",
        "{\"a: 'b'}",
        "{'a': 'b}",
        "{'a'",
        "5",
        "[1]",
        "{'a': " + "[" * 150 + "]" * 150 + "}",
        "{'a': " + "(" * 15_000,
        "{'a': '" + "x" * 20_000 + "'}",
        "{'a': " + "9" * 5000 + "}",
    ],
)
def test_what_is_no_literal_is_refused_and_never_run(literal: str) -> None:
    assert parse_literal(literal) is None


TEXTS = st.text(alphabet="aN:, {}[]'\"\\", max_size=9) | st.just("None")
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers()
VALUES = st.recursive(
    NUMBERS | st.booleans() | st.none() | TEXTS,
    lambda each: st.lists(each, max_size=4) | st.dictionaries(TEXTS, each, max_size=4),
    max_leaves=8,
)


def in_decimals(value: Any) -> Any:
    """The value with the digits of its floats."""
    if isinstance(value, dict):
        return {name: in_decimals(item) for name, item in value.items()}
    if isinstance(value, list):
        return [in_decimals(item) for item in value]
    return Decimal(repr(value)) if isinstance(value, float) else value


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_whatever_python_spells_is_read_as_it_was(value: dict[str, Any]) -> None:
    read = parse_literal(str(value))
    assert str(read) == str([in_decimals(value)])  # 1, 1.0 and True differ


@given(st.text(max_size=300))
def test_any_text_in_the_place_of_the_positions_is_survived(text: str) -> None:
    account = account_of(prompt(text))
    assert account.stated["equity"] == Decimal("10150.25")


@pytest.mark.parametrize(
    "filler", ["\n", " ", "*", "Current Account Value: ", ",", "9"]
)
def test_a_hostile_prompt_is_read_in_linear_time(filler: str) -> None:
    text = "Current Account Value: " + filler * (1_000_000 // len(filler))
    started = time.monotonic()
    read_prompt(text + " 5")
    assert time.monotonic() - started < 10
