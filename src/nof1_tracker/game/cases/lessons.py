"""The wording of questions, and the lesson on each notion: data, read and checked."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from nof1_tracker.records.progress.player_history import Notion

_Text = Annotated[str, Field(min_length=1)]


class Lesson(BaseModel):
    """The words on a notion.

    Attributes:
        question: With the names of the givens of `Question` in braces.
        lesson: What there is to learn, shown after answering.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: _Text
    question: _Text
    lesson: _Text

    @property
    def givens(self) -> frozenset[str]:
        """The names in braces."""
        return frozenset(
            name for _, name, _, _ in Formatter().parse(self.question) if name
        )


@cache
def lessons() -> Mapping[Notion, Lesson]:
    """The words on each notion."""
    text = files(__package__).joinpath("lessons.json").read_bytes()
    return TypeAdapter(dict[Notion, Lesson]).validate_json(text)
