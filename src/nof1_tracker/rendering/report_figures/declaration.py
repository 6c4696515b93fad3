"""How a figure of a report is declared: its label, its format, and what it means."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from nof1_tracker.rendering import figures
from nof1_tracker.rendering.sentences import probability
from nof1_tracker.rendering.text import UNKNOWN, moment


def _chance(value: float | None) -> str:
    return UNKNOWN if value is None else probability(value)


def _time(value: date | None) -> str:
    """A time to the minute, or a date; UTC."""
    if value is None or isinstance(value, datetime):
        return moment(value)
    return value.isoformat()


_FORMATS: dict[str, tuple[Callable[[Any], str], Callable[[Any], str]]] = {
    "USD": (figures.money, figures.signed_money),
    "fraction": (figures.fraction, figures.signed_fraction),
    "ratio": (figures.ratio, figures.signed_ratio),
    "s": (figures.length, figures.length),
    "count": (figures.count, figures.count),
    "1/day": (figures.per_day, figures.per_day),
    "UTC": (_time, _time),
}
"""The format of each unit, without and with a sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The name of a part of a report, whose figures are labelled with it.

    Attributes:
        label: Label of its figures; braces stand for the label of their own.
        is_row: True where its figures are a row of a table of such parts.
    """

    label: str
    is_row: bool = False


@dataclass(frozen=True, slots=True)
class IntervalOf:
    """The interval of another figure, which has that one's label and format."""

    path: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: the one place that terminal, Markdown, HTML and programs read.

    Its name, unit and type are those of the field that it is declared at.

    Attributes:
        label: Its name for people; a dollar sign at the end is its unit.
        meaning: Its definition, without a full stop: a hint for people, and its
            description in the JSON Schema.
        undefined: When there is none, as in "null without legs".
        signed: True where its sign is shown even above 0.
        needs: The count beside it without which people are shown a dash instead of 0.
        repeats: The name of the figure beside it that is the same number, and that
            people are shown in its place.
        is_rare: True where people are not shown it unless it is known.
        is_chance: True for a probability, which is never rounded to 0 or 100 %.
        is_multiple: True for a leverage, which is shown as 2.5x.
        spans_gaps: True where it does not depend on equity that was not observed.
    """

    label: str
    meaning: str
    undefined: str = ""
    signed: bool = False
    needs: str = ""
    repeats: str = ""
    is_rare: bool = False
    is_chance: bool = False
    is_multiple: bool = False
    spans_gaps: bool = False

    @property
    def hint(self) -> str:
        """For people: its definition without the names that programs use."""
        text = (
            f"{self.meaning}; none {self.undefined}" if self.undefined else self.meaning
        )
        return text.replace("`", "")

    @property
    def description(self) -> str:
        """For programs: its definition, and when it is null."""
        none = f"; null {self.undefined}" if self.undefined else ""
        return f"{self.meaning}{none}."

    def __get_pydantic_json_schema__(
        self, shape: Any, handler: Callable[[Any], dict[str, Any]]
    ) -> dict[str, Any]:
        """The schema of the field, with its label as title."""
        declared = {"title": self.label, "description": self.description}
        return {**handler(shape), **declared}

    def format_of(self, unit: str) -> Callable[[Any], str]:
        """How people read it, in that unit."""
        if self.is_chance:
            return _chance
        return figures.factor if self.is_multiple else _FORMATS[unit][self.signed]
