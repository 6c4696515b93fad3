"""Which names and addresses people may have, and which are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.identity.email_addresses import address_key, parse_email
from nof1_tracker.identity.usernames import name_key, parse_username


@pytest.mark.parametrize(
    ("written", "shown", "key"),
    [
        ("Anna", "Anna", "anna"),
        ("  anna.b-c_d ", "anna.b-c_d", "anna.b-c_d"),
        ("\uff21nna", "Anna", "anna"),  # a wide A
        ("Straße", "Straße", "strasse"),
        ("ΣΊΣΥΦΟΣ", "ΣΊΣΥΦΟΣ", "σίσυφοσ"),
        ("李小龙", "李小龙", "李小龙"),
    ],
)
def test_a_name_is_shown_as_it_is_written_and_found_whatever_its_case(
    written: str, shown: str, key: str
) -> None:
    assert parse_username(written) == (shown, key)
    assert name_key(written) == key


@pytest.mark.parametrize(
    "written",
    ["", "ab", " ab ", "a" * 31, "a b c", "a@b.c", "-ab", "ab.", "a\u200bbc", "a\nbc"],
)
def test_what_is_no_name_is_refused_with_what_to_choose(written: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_username(written)
    assert "3 to 30 letters" in caught.value.remedy


@given(st.text())
def test_a_key_is_the_key_of_itself(text: str) -> None:
    key = name_key(text)
    assert name_key(key) == key


def test_an_address_is_found_whatever_its_case() -> None:
    assert parse_email(" Anna@Example.COM ") == (
        "Anna@example.com",
        "anna@example.com",
    )
    assert address_key("ANNA@example.com") == "anna@example.com"


@pytest.mark.parametrize(
    "written", ["", "anna", "anna@", "anna@example", "a b@c.de", "a@b.de\nBcc: c@d.ef"]
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be used"):
        parse_email(written)
