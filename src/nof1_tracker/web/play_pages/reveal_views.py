"""A game that is over, as its page tells it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from nof1_tracker.records.play.session.revealed_game import (
    Change,
    Counterfactual,
    Reveal,
)
from nof1_tracker.records.play.session.shown_game import Curve
from nof1_tracker.records.progress.rank_rows import RankInterval
from nof1_tracker.records.progress.xp_entries import XpEntry, XpSource
from nof1_tracker.rendering.figures import since_until
from nof1_tracker.rendering.html.cells import Cell, fraction, money, typeset
from nof1_tracker.rendering.text import usd
from nof1_tracker.web.play_pages.desk_charts import YOU
from nof1_tracker.web.play_pages.drawn_lines import Box, box_around, thinned
from nof1_tracker.web.play_pages.game_time import length

CHART: Final = (960, 320)
_CHANGES: Final = {
    Change.NO_FEES: "Without any fees",
    Change.NO_LEVERAGE: "Without leverage, at the same margin",
    Change.LOSERS_CLOSED: "With every position closed once it had lost 2 % of the start",
}
_SOURCES: Final = {
    XpSource.CASE: "Case",
    XpSource.CASE_ALL_RIGHT: "All answers right",
    XpSource.MODULE: "Module",
    XpSource.FIRST_TRADE: "First trade",
    XpSource.TRADE: "Trade",
    XpSource.PROFITABLE_TRADE: "Trade with a profit",
    XpSource.LONG_HOLD: "Long hold",
    XpSource.ACHIEVEMENT: "Achievement",
    XpSource.DAILY_SIGN_IN: "Sign-in of the day",
    XpSource.SEVEN_DAYS: "Seven days in a row",
}


@dataclass(frozen=True, slots=True)
class RankLine:
    """A line of the table."""

    place: str
    name: str
    result: Cell
    is_you: bool
    colour: str


@dataclass(frozen=True, slots=True)
class DrawnCurve:
    """A curve of the chart; without a colour it is the player's."""

    name: str
    colour: str
    line: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What one change would have brought."""

    told: str
    equity: Cell
    difference: Cell


@dataclass(frozen=True, slots=True)
class XpLine:
    """XP for one kind of deed."""

    told: str
    count: int
    xp: int
    bonus: int


def reveal_view(reveal: Reveal) -> Mapping[str, Any]:
    """What the template of the reveal shows."""
    box = box_of(reveal)
    return {
        "game_id": reveal.game_id,
        "span": f"{since_until(reveal.starts_at, reveal.ends_at)} UTC",
        "lasted": length(reveal.ends_at - reveal.starts_at),
        "place": place_words(reveal.place.place),
        "among": len(reveal.table),
        "gained": fraction(reveal.total_return, signed=True),
        "equity": money(reveal.equity),
        "fees": money(reveal.fees),
        "verdict": certainty(reveal.place.place, len(reveal.table)),
        "lines": list(_lines(reveal)),
        "drawn": [] if box is None else list(drawn_curves(reveal, box)),
        "scale": [] if box is None else [typeset(usd(box.high)), typeset(usd(box.low))],
        "start_height": "0" if box is None else f"{box.y(reveal.start):.1f}",
        "symbols": sorted(reveal.symbols.items()),
        "accounts": sorted(reveal.accounts.items(), key=_by_number),
        "changes": [_change(each) for each in reveal.counterfactuals],
        "changed_most": _changed_most(reveal.changed_most),
        "earned": xp_lines(reveal.earned),
        "earned_in_all": sum(each.xp for each in reveal.earned),
    }


def box_of(reveal: Reveal, width: int = CHART[0], height: int = CHART[1]) -> Box | None:
    """The box of all curves."""
    curves = [reveal.curve, *(each.equity for each in reveal.models)]
    return box_around(curves, width, height)


def drawn_curves(reveal: Reveal, box: Box) -> Iterator[DrawnCurve]:
    """The models' curves, and the player's over them."""
    for model in reveal.models:
        if model.equity:
            line = box.points(thinned(model.equity))
            yield DrawnCurve(model.name, model.colour, line)
    yield DrawnCurve(YOU, "", box.points(thinned(reveal.curve)))


def place_words(place: RankInterval) -> str:
    """A rank with its interval: 3 (1 to 14), with a dash between."""
    return place.written.replace("-", "\N{EN DASH}")


def certainty(place: RankInterval, among: int) -> str:
    """How sure the rank is, in a sentence."""
    if place.best == place.worst:
        return f"Even so short a window tells rank {place.rank} from all others."
    if (place.best, place.worst) == (1, among):
        return (
            "So short a window cannot tell you from anybody in the table: with the same"
            " skill and other luck, you could have come first or last."
        )
    return (
        f"With the same skill and other luck, your rank would have been between"
        f" {place.best} and {place.worst}, 95 times in 100."
    )


def _lines(reveal: Reveal) -> Iterator[RankLine]:
    colours = {each.name: each.colour for each in reveal.models}
    for each in reveal.table:
        is_you = each.contestant == reveal.game_id
        name = YOU if is_you else reveal.names.get(each.contestant, each.contestant)
        yield RankLine(
            place=place_words(each.place),
            name=name,
            result=fraction(each.result, signed=True),
            is_you=is_you,
            colour="" if is_you else colours.get(name, ""),
        )


def _by_number(names: tuple[str, str]) -> tuple[int, str]:
    """Trader 2 before Trader 10."""
    return len(names[0]), names[0]


def _change(found: Counterfactual) -> ChangeLine:
    return ChangeLine(
        told=_CHANGES[found.change],
        equity=money(found.equity),
        difference=money(found.difference, signed=True),
    )


def _changed_most(found: Counterfactual | None) -> str:
    if found is None:
        return "None of these changes would have made a difference."
    deed = "more" if found.difference > 0 else "less"
    told = _CHANGES[found.change]
    return f"{told}, you would have ended with ${usd(abs(found.difference))} {deed}."


def xp_lines(earned: Sequence[XpEntry]) -> list[XpLine]:
    """XP by kind of deed, in the order in which the first of each was done."""
    kinds: dict[XpSource, list[XpEntry]] = {}
    for entry in earned:
        kinds.setdefault(entry.source, []).append(entry)
    return [
        XpLine(
            told=_SOURCES[source],
            count=len(entries),
            xp=sum(each.xp for each in entries),
            bonus=sum(each.bonus for each in entries),
        )
        for source, entries in kinds.items()
    ]


def tenths(curve: Curve, start: Decimal) -> str:
    """The player's equity in ten signs, which tell nothing of the window itself."""
    if len(curve) < 2:
        return ""
    first, last = curve[0][0], curve[-1][0]
    ends = [first + (last - first) * step / 10 for step in range(11)]
    levels = [
        max((each for each in curve if each[0] <= end), key=lambda each: each[0])[1]
        for end in ends
    ]
    even = start / 1000
    return "".join(
        "▲" if after - before > even else "▼" if before - after > even else "◆"
        for before, after in pairwise(levels)
    )
