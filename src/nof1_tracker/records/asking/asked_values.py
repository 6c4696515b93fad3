"""Parameters that programs give, by HTTP or by MCP; names are those of the command line."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from nof1_tracker.records.asking.listed_rows import RowFilter
from nof1_tracker.records.asking.written_values import (
    parse_season,
    parse_symbols,
    parse_window,
)

_TIMES = (
    "An ISO 8601 time (UTC), a date, today, yesterday, or an age such as 30m, 2h, 3d"
)


def _storable(text: str) -> str:
    """Refuses characters that no database stores."""
    if any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text):
        raise ValueError("it contains characters that cannot be stored")
    return text


Text = Annotated[str, AfterValidator(_storable)]
ModelName = Annotated[
    Text, Field(description="A model, by id, name, or a part of it such as gpt5.")
]
ModelText = Annotated[
    Text | None,
    Field(
        description="A model, by id, name, or a part of it such as claude or gpt5.",
        examples=["deepseek"],
    ),
]
SymbolText = Annotated[
    Text | None,
    Field(
        description="Such as BTC,ETH or xyz:NVDA; NVDA alone matches every venue.",
        examples=["BTC"],
    ),
]
SeasonText = Annotated[
    Text | None, Field(description="Season number.", examples=["1.5"])
]
SinceText = Annotated[
    Text | None, Field(description=f"From this time on: {_TIMES}.", examples=["3d"])
]
UntilText = Annotated[
    Text | None,
    Field(description=f"Before this time: {_TIMES}.", examples=["2025-10-28T06:51Z"]),
]
AtText = Annotated[
    Text | None,
    Field(
        description="last (the default), close (the season's official close), or a time:"
        " ISO 8601 (UTC), a date, today, yesterday, or an age such as 2h.",
        examples=["2025-10-28T06:51Z"],
    ),
]
TimeText = Annotated[Text | None, Field(description=f"As observed up to: {_TIMES}.")]
CutText = Annotated[
    Text | None,
    Field(
        description="End at the season's last observation (last, the default), or at its"
        " official close (close).",
        examples=["last"],
    ),
]
SearchText = Annotated[
    Text | None,
    Field(
        description="Text that the conversation contains; case does not matter.",
        examples=["stop loss"],
    ),
]


class Asked(BaseModel):
    """The base of all parameters: a name that is unknown is an error, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Span(Asked):
    """What was observed in a span of time."""

    since: SinceText = None
    until: UntilText = None

    def span(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """The start, and the end, which is exclusive.

        Raises:
            ConfigurationError: One of them is not a valid time, or nothing lies between.
        """
        return parse_window(self.since, self.until, now)


class SymbolSpan(Span):
    """What was observed of symbols in a span of time."""

    symbol: SymbolText = None

    def wanted(self, now: datetime) -> RowFilter:
        """Which rows these parameters ask for; an account is chosen beside them.

        Raises:
            ConfigurationError: A time is not valid, or nothing lies between the two.
        """
        since, until = self.span(now)
        symbols = parse_symbols(self.symbol)
        return RowFilter(symbols=symbols, since=since, until=until)


class OneSeason(Asked):
    """One season; by default the newest with any data."""

    season: SeasonText = None

    @property
    def number(self) -> Decimal | None:
        """The number of the season.

        Raises:
            ConfigurationError: It is not one that a season can have.
        """
        return parse_season(self.season)


class AnySeason(OneSeason):
    """One season; by default all of them."""

    season: Annotated[
        Text | None, Field(description="Season number; by default all seasons.")
    ] = None
