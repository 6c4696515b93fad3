"""Commands that read: leaderboard, trades, chat, revisions, status."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from nof1_tracker.cli.options import (
    AtOption,
    FormatOption,
    KindsOption,
    LimitOption,
    ModelOption,
    OutputFormat,
    ReportFormat,
    ReportFormatOption,
    SeasonOption,
    SinceOption,
    SymbolOption,
    UntilOption,
    encodable,
)
from nof1_tracker.clock import utc_now
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.asking.written_values import (
    parse_age,
    parse_cut,
    parse_kinds,
    parse_season,
    parse_time,
)
from nof1_tracker.records.enums import (
    STALE_INTERVALS,
    ChatDecision,
    Cut,
    Kind,
    TradeSide,
    TradeStatus,
)
from nof1_tracker.records.stored import RevisedTable

STALE_EXIT = 1
"""Exit code of `status --check` if a kind is stale."""


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
DecisionOption = Annotated[
    ChatDecision | None,
    typer.Option(
        "--decision",
        case_sensitive=False,
        help="Headline decision of the conversation.",
    ),
]
SearchOption = Annotated[
    str | None,
    typer.Option(
        "--search",
        callback=encodable,
        help="Text that the conversation contains; case does not matter.",
    ),
]
TableOption = Annotated[
    RevisedTable | None,
    typer.Option("--table", case_sensitive=False, help="Only rows of this table."),
]
FullOption = Annotated[
    bool, typer.Option("--full", help="Show the whole text instead of its summary.")
]


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command(epilog="Example: nof1-tracker leaderboard --season 1 --format json")(
        leaderboard
    )
    app.command(epilog="Example: nof1-tracker trades --model deepseek --since 3d")(
        trades
    )
    app.command(epilog='Example: nof1-tracker chat --search "stop loss" --full -n 1')(
        chat
    )
    app.command(epilog="Example: nof1-tracker revisions --table trades --model gpt-5")(
        revisions
    )
    app.command(epilog="Example: nof1-tracker status --check --max-age 45m")(status)


def leaderboard(
    season: SeasonOption = None,
    at: AtOption = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Show who is ahead, by the newest trusted equity of each model.

    Every equity comes with its source and age. If the site's own leaderboard is more
    than 1 % off, a line says so. Without --season it is the newest season with any data.
    If a season was observed after its official close, both equities are shown.
    """
    now, cut = utc_now(), parse_cut(at)
    time = now if cut else parse_time(at, now) or now
    number = parse_season(season)

    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.programs.output import write_rows
    from nof1_tracker.rendering.programs.standings import COLUMNS as STANDINGS_COLUMNS
    from nof1_tracker.rendering.programs.standings import standings_rows
    from nof1_tracker.rendering.terminal.console import print_report
    from nof1_tracker.rendering.terminal.standings import standings_table
    from nof1_tracker.services.standings import read_standings

    report = read_standings(open_engine(), time, season=number, cut=cut or Cut.TIME)
    if output is OutputFormat.TABLE:
        print_report(lambda width: standings_table(report, width))
        return
    rows = standings_rows(report)
    write_rows(output, STANDINGS_COLUMNS, rows)


def trades(
    model: ModelOption = None,
    symbol: SymbolOption = None,
    side: SideOption = None,
    status: StatusOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: LimitOption = 20,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """List completed legs and open positions, newest first."""
    from nof1_tracker.records.stored import TradeFilter

    now = utc_now()
    wanted = TradeFilter(
        symbol=symbol,
        side=_SIDES[side] if side else None,
        status=status,
        since=parse_time(since, now),
        until=parse_time(until, now),
        limit=limit,
    )

    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.programs.output import write_rows
    from nof1_tracker.rendering.programs.trades import COLUMNS as TRADE_COLUMNS
    from nof1_tracker.rendering.programs.trades import trade_rows
    from nof1_tracker.rendering.terminal.console import print_report
    from nof1_tracker.rendering.terminal.trades import trades_table
    from nof1_tracker.services.read import read_trades

    report = read_trades(open_engine(), now, wanted, model=model)
    if output is OutputFormat.TABLE:
        print_report(lambda width: trades_table(report, width))
        return
    write_rows(output, TRADE_COLUMNS, trade_rows(report.rows))


def chat(
    model: ModelOption = None,
    decision: DecisionOption = None,
    symbol: SymbolOption = None,
    search: SearchOption = None,
    since: SinceOption = None,
    limit: LimitOption = 20,
    full: FullOption = False,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Read what the models thought, newest first."""
    from nof1_tracker.records.stored import ChatFilter

    now = utc_now()
    wanted = ChatFilter(
        decision=decision,
        symbol=symbol,
        search=search,
        since=parse_time(since, now),
        limit=limit,
        with_content=full,
    )

    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.programs.chats import COLUMNS as CHAT_COLUMNS
    from nof1_tracker.rendering.programs.chats import FULL_COLUMNS, chat_rows
    from nof1_tracker.rendering.programs.output import write_rows
    from nof1_tracker.rendering.terminal.chats import chat_paragraphs
    from nof1_tracker.rendering.terminal.console import print_report
    from nof1_tracker.services.read import read_chats

    report = read_chats(open_engine(), now, wanted, model=model)
    if output is OutputFormat.TABLE:
        print_report(lambda width: chat_paragraphs(report, width))
        return
    columns = FULL_COLUMNS if full else CHAT_COLUMNS
    rows = chat_rows(report.rows, is_full=full)
    write_rows(output, columns, rows)


def revisions(
    season: SeasonOption = None,
    model: ModelOption = None,
    table: TableOption = None,
    limit: LimitOption = 20,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """List stored values that the site served differently later, newest first.

    The cause says why a value gave way: to a newer or a fuller answer of the site, or
    to newer code that reads the same answer. Nothing is lost: see table row_versions.
    """
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.records.stored import RevisionFilter
    from nof1_tracker.rendering.programs.output import write_rows
    from nof1_tracker.rendering.programs.revisions import COLUMNS as REVISION_COLUMNS
    from nof1_tracker.rendering.programs.revisions import revision_rows
    from nof1_tracker.rendering.terminal.console import print_report
    from nof1_tracker.rendering.terminal.revisions import revisions_table
    from nof1_tracker.services.revisions import read_revisions

    number, wanted = parse_season(season), RevisionFilter(table=table, limit=limit)
    report = read_revisions(open_engine(), wanted, season=number, model=model)
    if output is OutputFormat.TABLE:
        print_report(lambda width: revisions_table(report, width))
        return
    write_rows(output, REVISION_COLUMNS, revision_rows(report.rows))


def status(
    output: ReportFormatOption = ReportFormat.TABLE,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Print a line for each stale or silent kind, and exit with 1 if there is one.",
        ),
    ] = False,
    max_age: Annotated[
        str | None,
        typer.Option(
            "--max-age",
            metavar="AGE",
            help="With --check: the age beyond which a kind's newest success is stale,"
            " such as 45m or 2h; three times REFRESH_INTERVAL by default.",
        ),
    ] = None,
    kinds: KindsOption = None,
) -> None:
    """Show what is stored, how new it is, and what is missing.

    --check is for cron and container health checks. It prints nothing and exits with 0
    while all kinds (--kinds) are being recorded, by this machine or any other; with 1
    if one is not, or if the site only repeats it (during a season, equity or ModelChat
    without news for three hours); with 2 after wrong usage; with 4 if the database cannot
    be read.
    """
    if check:
        _check_freshness(output, max_age, parse_kinds(kinds))
        return
    if max_age is not None or kinds is not None:
        raise ConfigurationError(
            "--max-age and --kinds need --check.", "Add --check, or leave them out."
        )

    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.programs.output import to_json
    from nof1_tracker.rendering.programs.status import condition_object
    from nof1_tracker.rendering.standard_output import write
    from nof1_tracker.rendering.terminal.console import print_report
    from nof1_tracker.rendering.terminal.status import condition_report
    from nof1_tracker.services.archive import archive_state
    from nof1_tracker.services.read import read_condition

    with _telling_what_waits():
        engine = open_engine()
        report = read_condition(engine, utc_now(), archive_state(engine))
    if output is ReportFormat.JSON:
        write(to_json(condition_object(report)))
        return
    print_report(lambda _width: condition_report(report))


@contextmanager
def _telling_what_waits() -> Iterator[None]:
    """Tells on stderr what waits in the archive, if the database is away."""
    from nof1_tracker.cli.session import configured_engine
    from nof1_tracker.errors import ArchiveError, DatabaseAwayError
    from nof1_tracker.rendering.terminal.status import waiting_line
    from nof1_tracker.services.archive import waiting_by_archive

    try:
        yield
    except DatabaseAwayError:
        with suppress(ArchiveError):
            waiting = waiting_by_archive(configured_engine())
            if waiting.count:
                line = waiting_line(waiting, utc_now())
                typer.echo(f"In the archive, {line}.", err=True)
        raise


def _check_freshness(
    output: ReportFormat, max_age: str | None, kinds: tuple[Kind, ...]
) -> None:
    from nof1_tracker.cli.session import app_settings, open_engine
    from nof1_tracker.rendering.programs.freshness import freshness_object
    from nof1_tracker.rendering.programs.output import to_json
    from nof1_tracker.rendering.standard_output import write
    from nof1_tracker.rendering.terminal.freshness import unhealthy_lines
    from nof1_tracker.services.read import read_freshness

    if max_age is None:
        longest = STALE_INTERVALS * timedelta(minutes=app_settings().refresh_interval)
    else:
        longest = parse_age(max_age)
    is_exact = max_age is not None
    report = read_freshness(open_engine(), utc_now(), kinds, longest, is_exact=is_exact)
    if output is ReportFormat.JSON:
        write(to_json(freshness_object(report)))
    else:
        write("".join(f"{x}\n" for x in unhealthy_lines(report)))
    if not report.is_healthy:
        raise typer.Exit(STALE_EXIT)
