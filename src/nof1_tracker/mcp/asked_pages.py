"""Parameters of the tools: those of every program, and how many rows are wanted."""

from pydantic import ConfigDict, Field

from nof1_tracker.analyzer.report.sections import Section
from nof1_tracker.records.asking.asked_lists import (
    AskedChats,
    AskedEquity,
    AskedStandings,
    AskedTrades,
    AskedWindow,
)
from nof1_tracker.records.asking.asked_values import (
    Asked,
    ModelName,
    ModelText,
    OneSeason,
    SymbolText,
    Text,
    TimeText,
)
from nof1_tracker.records.asking.cursor import keyset_of
from nof1_tracker.records.asking.keyset import Place

MOST_ROWS = 200
"""Rows of an answer, at most; a language model pays for each."""
FEW_ROWS = 20
"""Rows of a list that has pages, if nothing is said."""
WHOLE_ROWS = 50
"""Rows of what is best seen as a whole, if nothing is said: 32 accounts and more."""


class Bounded(Asked):
    """How many rows an answer has. Models write 1.5 as a number, and mean the text."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    limit: int = Field(
        FEW_ROWS, ge=1, le=MOST_ROWS, description="Maximum number of rows."
    )


class Paged(Bounded):
    """Which part of a list."""

    cursor: str | None = Field(
        None, description="`next` of the answer before: returns the rows after it."
    )

    @property
    def place(self) -> Place:
        """The part of the list.

        Raises:
            ConfigurationError: The cursor is not one that an answer named.
        """
        after = None if self.cursor is None else keyset_of(self.cursor)
        return Place(self.limit, after)


class WantedStandings(AskedStandings, Bounded):
    """When, and in which season."""

    limit: int = Field(
        WHOLE_ROWS, ge=1, le=MOST_ROWS, description="Maximum number of rows."
    )


class WantedEquity(AskedEquity, Paged):
    """Whose equity, when, and from which source."""


class WantedTrades(AskedTrades, Paged):
    """Whose trades, in what, when; by the time of closing, or else of opening."""


class WantedPositions(OneSeason, Bounded):
    """Whose open positions, in what, and when they were open."""

    model: ModelText = None
    symbol: SymbolText = None
    at: TimeText = None
    limit: int = Field(
        WHOLE_ROWS, ge=1, le=MOST_ROWS, description="Maximum number of rows."
    )


class WantedChats(AskedChats, Paged):
    """Which conversations."""


class WantedConversation(Asked):
    """Which conversation."""

    id: Text = Field(
        min_length=1,
        description="The conversation's id, or a part of it that no other id has.",
        examples=["qwen3-max_1761634756"],
    )
    with_prompt: bool = Field(
        False, description="With what the model was told, which is long."
    )


class WantedReport(AskedWindow):
    """Which part of a report."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    model: ModelName = Field(
        description="A model, by id, name, or a part of it such as gpt5."
    )
    section: Section | None = Field(
        None, description="Section of the report; all by default."
    )


class WantedComparison(AskedWindow):
    """Which two models."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    first: ModelName = Field(examples=["deepseek"])
    second: ModelName = Field(examples=["qwen3-max"])


class WantedQuery(Bounded):
    """Which query."""

    query: Text = Field(
        min_length=1,
        max_length=20_000,
        description="One SELECT in the dialect of the database: SQLite, or PostgreSQL.",
        examples=["SELECT symbol, count(*) FROM trades GROUP BY symbol"],
    )


class WantedCoverage(OneSeason, Bounded):
    """Of which season, and of whom."""

    model: ModelText = None
    only_missing: bool = Field(
        True, description="Leave out the days of which nothing is missing."
    )
