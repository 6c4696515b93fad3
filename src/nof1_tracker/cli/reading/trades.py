"""The command that reads trades: many in a list, or the life of one."""

from enum import StrEnum
from typing import Annotated

import typer

from nof1_tracker.cli.options import (
    CompetitionOption,
    LimitOption,
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
    RowsFormat,
    RowsFormatOption,
    choose_format,
    write_report,
    write_rows,
    write_text,
)
from nof1_tracker.cli.reading.list_by_default import LIST, ListsByDefault
from nof1_tracker.clock import utc_now
from nof1_tracker.records.asking.written_values import (
    parse_season,
    parse_symbols,
    parse_window,
)
from nof1_tracker.records.enums import TradeSide, TradeStatus


class Side(StrEnum):
    """The sides that --side accepts; buy means long, sell means short."""

    LONG = "long"
    SHORT = "short"
    BUY = "buy"
    SELL = "sell"


_SIDES = {
    Side.LONG: TradeSide.LONG,
    Side.BUY: TradeSide.LONG,
    Side.SHORT: TradeSide.SHORT,
    Side.SELL: TradeSide.SHORT,
}

SideOption = Annotated[
    Side | None,
    typer.Option("--side", case_sensitive=False, help="Side of the position."),
]
StatusOption = Annotated[
    TradeStatus | None,
    typer.Option("--status", case_sensitive=False, help="Status of the trade."),
]


IdArgument = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        callback=encodable,
        help="The trade's id, or the end or any other part of it that no other id has.",
    ),
]

trades_app = typer.Typer(
    cls=ListsByDefault, help="List completed legs and open positions, or show one."
)


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(trades_app, name="trades")


@trades_app.command(LIST, epilog="Example: nof1-tracker trades deepseek --since 3d")
def list_trades(
    models: ModelsArgument = None,
    model: ModelsOption = None,
    symbol: SymbolsOption = None,
    side: SideOption = None,
    status: StatusOption = None,
    season: SeasonOption = None,
    competition: CompetitionOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: LimitOption = 20,
    output: RowsFormatOption = None,
    as_json: JsonOption = False,
    file: FileOption = None,
) -> None:
    """List completed legs and open positions, newest first.

    `nof1-tracker trades deepseek` is enough. `nof1-tracker trades show ID` tells the
    life of one; the column ID has the end of its id.
    """
    from nof1_tracker.records.stored import TradeFilter

    chosen = choose_format(output, RowsFormat.TABLE, file, as_json=as_json)
    now = utc_now()
    start, end = parse_window(since, until, now)
    wanted = TradeFilter(
        symbols=parse_symbols(symbol),
        side=_SIDES[side] if side else None,
        status=status,
        since=start,
        until=end,
        limit=limit,
    )

    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.programs.trades import COLUMNS as TRADE_COLUMNS
    from nof1_tracker.rendering.programs.trades import trade_rows
    from nof1_tracker.rendering.terminal.trades import trades_table
    from nof1_tracker.services.read import read_trades

    names, number = both(models, model), parse_season(season)
    report = read_trades(
        open_engine(), now, wanted, models=names, season=number, competition=competition
    )
    if chosen is RowsFormat.TABLE:
        write_report(lambda width: trades_table(report, width), file)
        return
    write_rows(chosen, TRADE_COLUMNS, trade_rows(report.rows), file)


@trades_app.command(epilog="Example: nof1-tracker trades show 8a1f90cd")
def show(
    trade: IdArgument,
    output: ObjectFormatOption = None,
    as_json: JsonOption = False,
    file: FileOption = None,
) -> None:
    """Tell a trade's life: decisions, orders and legs, with the model's words.

    Its stop and target stand beside what happened: the prices seen while it was held,
    and where each leg was closed.
    """
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.programs.output import to_json
    from nof1_tracker.rendering.programs.trade_story import story_object
    from nof1_tracker.rendering.terminal.trade_story import story_report
    from nof1_tracker.services.reading.whole_rows import read_trade_story

    chosen = choose_format(output, ObjectFormat.TABLE, file, as_json=as_json)
    story = read_trade_story(open_engine(), trade)
    if chosen is ObjectFormat.JSON:
        write_text(to_json(story_object(story)), file)
        return
    write_report(lambda width: story_report(story, width), file)
