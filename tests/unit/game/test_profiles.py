"""Display names and avatars."""

from xml.etree import ElementTree as ET

import pytest

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.game.progress.avatars import AVATARS, avatar_svg
from nof1_tracker.game.progress.display_names import display_name

MODELS = ("DeepSeek Chat V3.1", "GPT-5")


@pytest.mark.parametrize(
    ("written", "shown", "key"),
    [
        ("  Ada   Lovelace ", "Ada Lovelace", "adalovelace"),
        ("José_Luis", "José_Luis", "joseluis"),
        ("\uff21\uff22\uff23", "ABC", "abc"),
        ("Жизнь-17", "Жизнь-17", "жизнь17"),
        ("a" * 24, "a" * 24, "a" * 24),
    ],
)
def test_a_name_is_shown_as_written_and_known_by_its_key(
    written: str, shown: str, key: str
) -> None:
    name = display_name(written, MODELS)
    assert (name.shown, name.key) == (shown, key)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("ab", "3 to 24 characters, not 2. Choose a longer"),
        ("a" * 25, "3 to 24 characters, not 25. Choose a shorter"),
        ("-abc", "letters and digits"),
        ("a--b", "letters and digits"),
        ("abc\u202edef", "letters and digits"),
        ("<b>ad</b>", "letters and digits"),
        ("p\u0430ypal", "mixes alphabets"),
        ("deepseek chat-v3.1", "of a model"),
        ("GPT5", "of a model"),
        ("Admin", "reserved"),
    ],
)
def test_a_name_that_misleads_or_does_not_fit_is_refused(
    written: str, said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        display_name(written, MODELS)


def test_names_that_people_would_confuse_have_one_key() -> None:
    alike = ["Max Power", "max.power", "MAX_POWER", "Máx-Power"]
    assert {display_name(each).key for each in alike} == {"maxpower"}


# --- avatars --------------------------------------------------------------------------


def _luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4
        for each in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_there_are_ten_and_no_two_share_a_sign_or_a_title() -> None:
    assert len(AVATARS) == 10
    assert len({each.path for each in AVATARS.values()}) == 10
    assert len({each.title for each in AVATARS.values()}) == 10


@pytest.mark.parametrize("name", AVATARS)
def test_an_avatar_is_an_image_with_a_name_and_a_clear_sign(name: str) -> None:
    image = ET.fromstring(avatar_svg(name))  # noqa: S314 - our own text
    title = image.find("{http://www.w3.org/2000/svg}title")
    assert image.get("role") == "img"
    assert title is not None
    assert image.get("aria-label") == title.text == AVATARS[name].title
    attributes = {name for each in image.iter() for name in each.attrib}
    assert not {"style", "id", "href"} & attributes
    light, dark = sorted(
        map(_luminance, (AVATARS[name].ink, AVATARS[name].ground)), reverse=True
    )
    assert (light + 0.05) / (dark + 0.05) >= 7


def test_an_unknown_avatar_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="Choose one of: candles, wave"):
        avatar_svg("portrait")
