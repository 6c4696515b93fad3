"""Ten avatars, drawn by code: one sign each, in two colours of high contrast.

Each is a different shape, so that nobody needs to see colours to tell them apart. They
carry no script, style, link or id, and so may stand in any page several times.
"""

from dataclasses import dataclass
from typing import Final

from nof1_tracker.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Avatar:
    """An avatar.

    Attributes:
        title: What it shows, for people who do not see it.
        ground, ink: Colours as #rrggbb.
        path: The sign, in a square of 96 units, as the `d` of an SVG path.
    """

    title: str
    ground: str
    ink: str
    path: str


AVATARS: Final = {
    "candles": Avatar(
        "Three candles of a chart",
        "#14213d",
        "#fca311",
        "M22 40h12v28h-12zM27 30h2v46h-2zM42 26h12v30h-12zM47 16h2v50h-2z"
        "M62 46h12v20h-12zM67 36h2v42h-2z",
    ),
    "wave": Avatar(
        "A wave",
        "#023047",
        "#8ecae6",
        "M12 42q9-16 18 0t18 0t18 0t18 0v16q-9 16-18 0t-18 0t-18 0t-18 0z",
    ),
    "ridge": Avatar(
        "A mountain ridge",
        "#1b4332",
        "#d8f3dc",
        "M12 74L36 28L50 54L62 36L84 74z",
    ),
    "orbit": Avatar(
        "A planet with its moon",
        "#240046",
        "#e0aaff",
        "M48 34a16 16 0 1 0 .1 0zM76 18a7 7 0 1 0 .1 0zM14 74l4 6l58-40l-4-6z",
    ),
    "kite": Avatar(
        "A kite",
        "#5f0f40",
        "#ffd6a5",
        "M56 12L78 38L44 62L32 30zM43 60l4 3q-14 6-8 14t-12 10l-2-4q10-2 4-9t14-14z",
    ),
    "lighthouse": Avatar(
        "A lighthouse",
        "#003049",
        "#f7f7ff",
        "M40 34h16l6 46h-28zM38 26h20v6h-20zM42 14h12l4 10h-20zM62 22l22-8v16z",
    ),
    "compass": Avatar(
        "A compass needle",
        "#3d2c1e",
        "#ffe8c2",
        "M48 10L58 48L48 86L38 48zM10 48L36 43V53zM86 48L60 43V53z",
    ),
    "leaf": Avatar(
        "A leaf",
        "#283618",
        "#e9f5a1",
        "M74 18Q26 18 24 58q0 6 3 10L60 34l3 3L30 71q4 3 10 2Q76 68 74 18z",
    ),
    "lantern": Avatar(
        "A lantern",
        "#6a040f",
        "#ffe169",
        "M40 12h16v6h-16zM32 22h32v5h-32zM30 31h36l-4 34h-28zM36 69h24v5h-24z"
        "M46 78h4v10h-4z",
    ),
    "key": Avatar(
        "A key",
        "#22223b",
        "#c9f2e7",
        "M32 28a20 20 0 1 0 .1 0zM32 40a8 8 0 1 1-.1 0zM51.6 44h34.4v8h-6v10h-8v-10h-6"
        "v7h-8v-7h-6.4z",
    ),
}


def avatar_svg(name: str) -> str:
    """The avatar of that name as an SVG image.

    Raises:
        ConfigurationError: There is no avatar of that name.
    """
    avatar = AVATARS.get(name)
    if avatar is None:
        raise ConfigurationError(
            f"There is no avatar {name!r}.", f"Choose one of: {', '.join(AVATARS)}."
        )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" role="img"'
        f' aria-label="{avatar.title}"><title>{avatar.title}</title>'
        f'<rect width="96" height="96" rx="20" fill="{avatar.ground}"/>'
        f'<path d="{avatar.path}" fill="{avatar.ink}" fill-rule="evenodd"/></svg>'
    )
