"""A card to share: how a game went, without who played, and without which window it was."""

from typing import Final
from xml.sax.saxutils import escape

from nof1_tracker.records.play.session.revealed_game import Reveal
from nof1_tracker.rendering.html.cells import fraction
from nof1_tracker.web.play_pages.game_time import length
from nof1_tracker.web.play_pages.reveal_views import (
    box_of,
    drawn_curves,
    place_words,
    tenths,
)

WIDTH: Final = 1200
HEIGHT: Final = 630
_CHART: Final = (1080, 300)
_PAPER, _INK, _SOFT, _GOOD, _BAD = "#14171c", "#e7e8ea", "#a3aab5", "#58c98b", "#ff8a70"


def share_text(reveal: Reveal, about: str) -> str:
    """The same as a text to copy."""
    gained = fraction(reveal.total_return, signed=True).text
    place = place_words(reveal.place.place)
    told = (
        f"{about} of {length(reveal.ends_at - reveal.starts_at)} against the models of"
        f" Alpha Arena: {gained}, rank {place} of {len(reveal.table)}"
    )
    return f"{told}\n{tenths(reveal.curve, reveal.start)}".rstrip()


def share_card(reveal: Reveal, about: str) -> str:
    """The card as an SVG image."""
    gained = fraction(reveal.total_return, signed=True)
    tone = _BAD if gained.tone == "bad" else _GOOD
    place = place_words(reveal.place.place)
    lasted = length(reveal.ends_at - reveal.starts_at)
    told = f"{about} of {lasted}: {gained.text}, rank {place} of {len(reveal.table)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{escape(told)}"'
        ' font-family="system-ui, Helvetica, Arial, sans-serif">'
        f"<title>{escape(told)}</title>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{_PAPER}"/>'
        f"{_text(60, 84, 30, _SOFT, f'{about} of {lasted}, against the models')}"
        f"{_text(60, 178, 84, tone, gained.text, 700)}"
        f"{_text(1140, 178, 54, _INK, f'rank {place} of {len(reveal.table)}', 600, 'end')}"
        f'<g transform="translate(60 236)" fill="none" stroke-linejoin="round">'
        f"{_curves(reveal, tone)}</g>"
        f"{_text(60, 588, 24, _SOFT, 'nof1-tracker · no real money, no advice')}"
        "</svg>"
    )


def _curves(reveal: Reveal, tone: str) -> str:
    box = box_of(reveal, *_CHART)
    if box is None:
        return ""
    start = f"{box.y(reveal.start):.1f}"
    line = f'<path d="M0 {start}H{box.width}" stroke="{_SOFT}" stroke-dasharray="4 6"/>'
    return line + "".join(
        f'<polyline points="{each.line}"'
        + (
            f' stroke="{_SOFT}" stroke-width="2" opacity="0.55"/>'
            if each.colour
            else f' stroke="{tone}" stroke-width="6"/>'
        )
        for each in drawn_curves(reveal, box)
    )


def _text(
    x: int,
    y: int,
    size: int,
    colour: str,
    words: str,
    weight: int = 400,
    anchor: str = "start",
) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}"'
        f' text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'
    )
