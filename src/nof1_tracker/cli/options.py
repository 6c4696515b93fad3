"""Options that several commands share."""

from typing import Annotated

import typer

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.enums import Kind


def encodable(value: str | None) -> str | None:
    """The text, unless it has surrogates: Python makes them of bytes not in UTF-8.

    Raises:
        typer.BadParameter: It has.
    """
    if value is not None and any("\ud800" <= c <= "\udfff" for c in value):
        raise typer.BadParameter("it contains characters that cannot be stored")
    return value


def all_encodable(values: list[str] | None) -> list[str] | None:
    """The texts, see `encodable`."""
    for value in values or ():
        encodable(value)
    return values


def refuse_aggregate(wanted: bool) -> bool:
    """False: where errors are stated, accounts stand for themselves.

    Raises:
        ConfigurationError: It is wanted.
    """
    if wanted:
        raise ConfigurationError(
            "Accounts are compared and reported on one by one, not as base models: those"
            " of a model make much the same decisions in the same market, so that their"
            " trades together say less than their number.",
            "Use leaderboard --aggregate or chart --aggregate, or choose one"
            " --competition.",
        )
    return wanted


def both(models: list[str] | None, model: list[str] | None) -> tuple[str, ...]:
    """The models named as arguments and those named as options."""
    return (*(models or ()), *(model or ()))


SeasonOption = Annotated[
    str | None,
    typer.Option("--season", metavar="N", help="Season number: 1, 1.5, ..."),
]
CompetitionOption = Annotated[
    str | None,
    typer.Option(
        "--competition",
        metavar="N|NAME",
        callback=encodable,
        help="Competition in season 1.5: 1 New Baseline, 2 Monk Mode,"
        " 3 Situational Awareness or 4 Max Leverage.",
    ),
]
AggregateOption = Annotated[
    bool,
    typer.Option(
        "--aggregate",
        help="Base models instead of accounts, by the mean of their accounts, as the"
        " site's Aggregate Index does.",
    ),
]
NoAggregateOption = Annotated[
    bool, typer.Option("--aggregate", hidden=True, callback=refuse_aggregate)
]
ModelsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="MODEL",
        callback=all_encodable,
        help="Models, by id, name, or a part of it such as claude or gpt5; all by"
        " default.",
    ),
]
ModelsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        "-m",
        metavar="MODEL",
        callback=all_encodable,
        help="Same as MODEL; may be repeated.",
    ),
]
SymbolsOption = Annotated[
    str | None,
    typer.Option(
        "--symbol",
        metavar="SYMBOL,...",
        callback=encodable,
        help="Such as BTC,ETH or xyz:NVDA; NVDA alone matches every venue.",
    ),
]
LimitOption = Annotated[
    int,
    typer.Option("--limit", "-n", min=0, help="Maximum number of rows; 0 for all."),
]
TIMES = "a date, an ISO 8601 time (UTC), today, yesterday, or an age such as 2h or 3d"
SinceOption = Annotated[
    str | None,
    typer.Option("--since", metavar="TIME", help=f"From this time on: {TIMES}."),
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="TIME", help="Before this time.")
]
AtOption = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="last|close|TIME",
        help="Standings at the season's last observation (the default), at its official"
        f" close, or at a time: {TIMES}.",
    ),
]
CutOption = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="last|close",
        help="End at the season's last observation (the default), or at its official"
        " close.",
    ),
]
KindsOption = Annotated[
    str | None,
    typer.Option(
        "--kinds",
        metavar="KIND,...",
        help=f"{', '.join(Kind)}; all by default.",
    ),
]
