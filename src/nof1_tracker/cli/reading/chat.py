"""The command that reads ModelChat: many conversations, or one as a whole."""

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
from nof1_tracker.records.enums import ChatDecision

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
FullOption = Annotated[
    bool, typer.Option("--full", help="Show the whole text instead of its summary.")
]
IdArgument = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        callback=encodable,
        help="The conversation's id, or the end or any other part of it that no other"
        " id has.",
    ),
]

chat_app = typer.Typer(cls=ListsByDefault, help="Read what the models thought.")


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(chat_app, name="chat")


@chat_app.command(
    LIST,
    epilog='Example: nof1-tracker chat --search "stop loss" --full -n 1',
)
def list_chats(
    models: ModelsArgument = None,
    model: ModelsOption = None,
    decision: DecisionOption = None,
    symbol: SymbolsOption = None,
    search: SearchOption = None,
    season: SeasonOption = None,
    competition: CompetitionOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: LimitOption = 20,
    full: FullOption = False,
    output: RowsFormatOption = None,
    as_json: JsonOption = False,
    file: FileOption = None,
) -> None:
    """Read what the models thought, newest first.

    `nof1-tracker chat deepseek` is enough. `nof1-tracker chat show ID` shows one
    conversation with its prompt; ids stand below the headlines.
    """
    from nof1_tracker.records.stored import ChatFilter

    chosen = choose_format(output, RowsFormat.TABLE, file, as_json=as_json)
    now = utc_now()
    start, end = parse_window(since, until, now)
    wanted = ChatFilter(
        decision=decision,
        symbols=parse_symbols(symbol),
        search=search,
        since=start,
        until=end,
        limit=limit,
        with_content=full or (search is not None and chosen is RowsFormat.TABLE),
    )

    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.programs.chats import COLUMNS as CHAT_COLUMNS
    from nof1_tracker.rendering.programs.chats import FULL_COLUMNS, chat_rows
    from nof1_tracker.rendering.terminal.chats import chat_paragraphs
    from nof1_tracker.services.read import read_chats

    names, number = both(models, model), parse_season(season)
    report = read_chats(
        open_engine(), now, wanted, models=names, season=number, competition=competition
    )
    if chosen is RowsFormat.TABLE:
        write_report(
            lambda width: chat_paragraphs(report, width, search, is_full=full), file
        )
        return
    columns = FULL_COLUMNS if full else CHAT_COLUMNS
    rows = chat_rows(report.rows, is_full=full)
    write_rows(chosen, columns, rows, file)


@chat_app.command(epilog="Example: nof1-tracker chat show qwen3-max_1761634756")
def show(
    conversation: IdArgument,
    output: ObjectFormatOption = None,
    as_json: JsonOption = False,
    file: FileOption = None,
) -> None:
    """Show a conversation: what the model was told, thought and decided.

    Side by side where the terminal is wide, else one under another.
    """
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.programs.chats import conversation_object
    from nof1_tracker.rendering.programs.output import to_json
    from nof1_tracker.rendering.terminal.conversation import conversation_report
    from nof1_tracker.services.reading.whole_rows import read_conversation

    chosen = choose_format(output, ObjectFormat.TABLE, file, as_json=as_json)
    found = read_conversation(open_engine(), conversation)
    if chosen is ObjectFormat.JSON:
        write_text(to_json(conversation_object(found)), file)
        return
    write_report(lambda width: conversation_report(found, width), file)
