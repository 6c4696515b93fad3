"""Texts of the site are harmless wherever people read them, and still readable."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.records.sanitize import inert, printable


@pytest.mark.parametrize(
    "name",
    [
        "Qwen3 Max",
        "GPT-5.1 - Situational Awareness",
        "grok-4.20 (prev. mystery-model)",
        "xyz:NVDA",
        "openai/gpt-5",
        "DeepSeek V3.1",
        "通义千问 Max",
        "Café Modèle",
    ],
)
def test_a_real_name_stays_as_it_is(name: str) -> None:
    assert inert(name) == name


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("@everyone look", "everyone look"),
        ("<!channel> <@U123>", "!channel U123"),
        ("**bold** __it__ `code` ~~x~~", "bold __it__ code x"),
        ("[click](javascript:alert(1))", "click (javascript:alert(1))"),
        ("<b onclick=x>hi</b>", "b onclick=x hi b"),
        ("\x1b[31mred\x1b[0m\a", "31mred 0m"),
        ("https://evil.example/x", "https: evil·example/x"),
        ("evil.example", "evil·example"),
        ("abc\u202egnp.exe\u2066\u200f", "abcgnp·exe"),
        ("two\nlines\r\n\tand more", "two lines and more"),
        ("/start bot", "start bot"),
        ("e" + "\u0301" * 50, "\N{LATIN SMALL LETTER E WITH ACUTE}\u0301\u0301"),
        ("a\ud800b", "ab"),
        ("\uff20everyone \uff1cscript\uff1e", "everyone script"),  # full width
    ],
)
def test_what_programs_act_on_is_taken_out(hostile: str, harmless: str) -> None:
    assert inert(hostile) == harmless


def test_ten_million_characters_are_bounded() -> None:
    assert inert("x" * 10_000_000) == "x" * 59 + "…"
    assert printable("y" * 10_000_000, 10) == "y" * 9 + "…"


@given(st.text(max_size=300))
def test_nothing_that_steers_survives(text: str) -> None:
    calm = inert(text)
    assert len(calm) <= 60
    assert not set(calm) & set('@<>*`~|[]{}\\#^"\n\r\t')
    assert "://" not in calm
    for character in calm:
        assert unicodedata.category(character)[0] != "C"


@given(st.text(max_size=300))
def test_an_identity_is_one_line_without_controls(text: str) -> None:
    for character in printable(text, 100):
        assert (
            character == " "
            or unicodedata.category(character)[0] not in "CZ"
            or (unicodedata.category(character) == "Zs")
        )


def test_an_identity_keeps_its_signs() -> None:
    assert printable("grok-4@3", 200) == "grok-4@3"
