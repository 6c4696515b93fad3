"""The commands that ask what would have been."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, TypedDict

import typer

from nof1_tracker.cli.options import (
    CompetitionOption,
    ModelsArgument,
    ModelsOption,
    SeasonOption,
    SinceOption,
    SymbolsOption,
    UntilOption,
    both,
    encodable,
)
from nof1_tracker.cli.output.output_formats import (
    FileOption,
    JsonOption,
    ObjectFormat,
    ObjectFormatOption,
    choose_format,
    write_object,
)
from nof1_tracker.clock import utc_now
from nof1_tracker.records.asking.written_scenario import (
    parse_delay,
    parse_size,
    parse_slippage,
)
from nof1_tracker.records.asking.written_values import (
    parse_season,
    parse_symbols,
    parse_window,
)
from nof1_tracker.records.play.copy_scenario import FeeChoice, Scenario

CopiedArgument = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        callback=encodable,
        help="One model, by id, name, or a part of it such as claude or gpt5.",
    ),
]
HeldArgument = Annotated[
    str,
    typer.Argument(metavar="SYMBOL", callback=encodable, help="Such as BTC."),
]
DelayOption = Annotated[
    str,
    typer.Option(
        "--delay",
        metavar="SPAN",
        callback=encodable,
        help="From a fill of the model to the copy's order: 0s, 60s, 15m; 0s copies at the"
        " model's own fills.",
    ),
]
FeesOption = Annotated[
    FeeChoice,
    typer.Option(
        "--fees",
        case_sensitive=False,
        help="Rates that are paid; own are the model's.",
    ),
]
SlippageOption = Annotated[
    str,
    typer.Option(
        "--slippage",
        metavar="BP",
        callback=encodable,
        help="What is paid on top of each observed price: 2bp or 0.02%.",
    ),
]
SizeOption = Annotated[
    str,
    typer.Option(
        "--size",
        metavar="FACTOR",
        callback=encodable,
        help="Units of the copy for each unit of the model: 0.5x.",
    ),
]
InverseOption = Annotated[
    bool, typer.Option("--inverse", help="Sell where the model buys.")
]

whatif_app = typer.Typer(
    no_args_is_help=True,
    help="Ask what trading beside the models would have brought; nothing is traded.",
)


class _Span(TypedDict):
    """What the answer is about, in time."""

    season: Decimal | None
    since: datetime | None
    until: datetime | None


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(whatif_app, name="whatif")


@whatif_app.command(
    epilog="Example: nof1-tracker whatif copy deepseek --delay 60s --size 0.5x"
)
def copy(
    model: CopiedArgument,
    delay: DelayOption = "60s",
    fees: FeesOption = FeeChoice.TAKER,
    slippage: SlippageOption = "2bp",
    size: SizeOption = "1x",
    inverse: InverseOption = False,
    symbol: SymbolsOption = None,
    season: SeasonOption = None,
    competition: CompetitionOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    output: ObjectFormatOption = None,
    as_json: JsonOption = False,
    file: FileOption = None,
) -> None:
    """Show what copying a model would have brought, and what the delay cost.

    Both begin with $10,000. Each fill of the model is an order of the copy, which is
    filled at the first price observed after it. The difference is divided among size,
    delay, slippage and fees, and adds up. Where prices were observed too rarely for the
    delay, the figure is withheld. Depth and the copy's own impact are not known.
    """
    chosen = choose_format(output, ObjectFormat.TABLE, file, as_json=as_json)
    now = utc_now()
    span = _span(season, since, until, now)
    scenario = Scenario(
        delay=parse_delay(delay),
        fees=fees,
        slippage=parse_slippage(slippage),
        size=parse_size(size),
        inverse=inverse,
    )
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.programs.play.whatif_object import copy_object
    from nof1_tracker.rendering.terminal.play.whatif_tables import copy_report
    from nof1_tracker.services.play.copied_model import copied_model

    report = copied_model(
        open_engine(),
        now,
        model,
        scenario,
        competition=competition,
        symbols=parse_symbols(symbol),
        **span,
    )
    write_object(
        chosen,
        lambda: copy_object(report),
        lambda width: copy_report(report, width),
        file,
    )


@whatif_app.command(epilog="Example: nof1-tracker whatif hold BTC --season 1")
def hold(
    symbol: HeldArgument,
    fees: FeesOption = FeeChoice.TAKER,
    slippage: SlippageOption = "2bp",
    season: SeasonOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    output: ObjectFormatOption = None,
    as_json: JsonOption = False,
    file: FileOption = None,
) -> None:
    """Show what $10,000 of a coin, bought at the start and held, would have brought."""
    chosen = choose_format(output, ObjectFormat.TABLE, file, as_json=as_json)
    now = utc_now()
    span = _span(season, since, until, now)
    wanted_slippage = parse_slippage(slippage)
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.programs.play.whatif_object import hold_object
    from nof1_tracker.rendering.terminal.play.whatif_tables import hold_report
    from nof1_tracker.services.play.hold_coin import hold_coin

    report = hold_coin(
        open_engine(),
        now,
        symbol,
        fees=fees,
        slippage=wanted_slippage,
        **span,
    )
    write_object(
        chosen,
        lambda: hold_object(report),
        lambda width: hold_report(report, width),
        file,
    )


@whatif_app.command(epilog="Example: nof1-tracker whatif check deepseek --season 1")
def check(
    models: ModelsArgument = None,
    model: ModelsOption = None,
    season: SeasonOption = None,
    competition: CompetitionOption = None,
    output: ObjectFormatOption = None,
    as_json: JsonOption = False,
    file: FileOption = None,
) -> None:
    """Replay the models' own orders, and compare each leg with the record.

    Fees follow from rate and role, net PnL from the fills, liquidation prices from margin
    and leverage: this shows how far the engine's arithmetic is that of the record.
    """
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.programs.play.replay_object import replay_object
    from nof1_tracker.rendering.terminal.play.replay_table import replay_report
    from nof1_tracker.services.play.replay_record import replay_record

    chosen = choose_format(output, ObjectFormat.TABLE, file, as_json=as_json)
    found = replay_record(
        open_engine(),
        utc_now(),
        season=parse_season(season),
        models=both(models, model),
        competition=competition,
    )
    write_object(
        chosen, lambda: replay_object(found), lambda _: replay_report(found), file
    )


def _span(
    season: str | None, since: str | None, until: str | None, now: datetime
) -> _Span:
    start, end = parse_window(since, until, now)
    return _Span(season=parse_season(season), since=start, until=end)
