"""Which passwords may be chosen, and how they are kept."""

import pytest

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.identity.password_hashing import Cost, Hashing
from nof1_tracker.identity.password_rules import check_password, most_used_passwords

CHEAP = Cost(memory=8, passes=1)


@pytest.mark.parametrize(
    "password", ["12345678x!", "correct horse battery", "ü" * 8, "x y z" * 51, "😀" * 8]
)
def test_any_long_enough_password_may_be_chosen(password: str) -> None:
    check_password(password, ("anna", "anna@example.com"))


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("seven77", "shorter than 8"),
        ("x" * 257, "longer than 256"),
        ("password1", "everybody"),
        ("PassWord1", "everybody"),
        ("iloveyou", "everybody"),
        ("Anna1988", "your name"),
        ("anna@example.com", "your name"),
    ],
)
def test_short_common_and_own_words_are_refused_without_being_repeated(
    password: str, why: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_password(password, ("anna1988", "Anna@example.com"))
    assert why in caught.value.message
    assert password not in str(caught.value)


def test_the_list_has_the_thousands_that_are_chosen_most() -> None:
    assert len(most_used_passwords()) > 3000
    assert all(len(each) >= 8 for each in most_used_passwords())


def test_a_hash_is_argon2id_with_the_recommended_cost_and_its_own_salt() -> None:
    hashing = Hashing()
    one, other = hashing.make("correct horse"), hashing.make("correct horse")
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != other
    assert hashing.fits("correct horse", one)
    assert not hashing.fits("correct house", one)


def test_the_same_characters_fit_whatever_keyboard_wrote_them() -> None:
    hashing = Hashing(CHEAP)
    assert hashing.fits("cafe\u0301 noir", hashing.make("caf\u00e9 noir"))


def test_nothing_fits_where_there_is_no_account() -> None:
    assert not Hashing(CHEAP).fits("correct horse", None)


def test_a_hash_of_another_cost_still_fits_and_is_outdated() -> None:
    old = Hashing(CHEAP).make("correct horse")
    today = Hashing(Cost(memory=16, passes=1))
    assert today.fits("correct horse", old)
    assert today.is_outdated(old)
    assert not today.is_outdated(today.make("correct horse"))


@pytest.mark.parametrize("made", ["x", "$argon2id$", "$2b$12$abc"])
def test_a_hash_that_is_none_fits_nothing(made: str) -> None:
    assert not Hashing(CHEAP).fits("correct horse", made)
