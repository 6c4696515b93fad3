"""The command line: registers the commands and maps errors to exit codes.

Nothing here or in `cli` imports more than Typer at module level, so that --help
and completion answer at once; each command imports what it uses. A process that runs
one command imports no other.
"""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any

from nof1_tracker.cli import shell

if TYPE_CHECKING:
    from socket import socket

    from nof1_tracker.cli.web import replay, serve
    from nof1_tracker.database.connection import Engine
    from nof1_tracker.mcp.tools_over_http import Answer
    from nof1_tracker.settings import AppSettings, WebSettings
    from nof1_tracker.web.people.mcp_endpoint import MakeTools

# Imports make many objects and few reference cycles, and the search for cycles takes a
# tenth of the time of a short command. So the first one comes late, in processes that go
# on, and the others come as often as such a process needs.
FIRST_SEARCH, LATER_SEARCHES = 250_000, 50_000
"""Objects made, less those freed, until cycles of references are searched for."""


def _search_more_often(_phase: str, _found: dict[str, int]) -> None:
    gc.set_threshold(LATER_SEARCHES)
    gc.callbacks.remove(_search_more_often)


gc.set_threshold(FIRST_SEARCH)
gc.callbacks.append(_search_more_often)
# Settings need no plugins of pydantic's, and to look for some reads the metadata of each
# package that is installed.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

with shell.ended_by_interrupt():
    import typer
    from typer.core import TyperGroup

    from nof1_tracker import __version__, errors
    from nof1_tracker.cli.output.quick_start import (
        Part,
        PartedTyper,
        built_for,
        load_less,
    )

EXIT_CODES: dict[type[errors.TrackerError], int] = {
    errors.ConfigurationError: 2,
    errors.DatabaseError: 4,
    errors.SourceUnreachableError: 5,
    errors.SourceError: 1,
    errors.ArchiveError: 6,
    errors.OutputClosedError: 141,  # as shells report a tool that SIGPIPE ended
    errors.OutputError: 74,  # EX_IOERR of sysexits.h
}
"""The only map from an expected error to the process's exit code; first match wins."""

EXIT_CODE_HELP = (
    "Exit codes: 0 all stored ; 1 nothing stored because of the source, or"
    " status --check found a stale kind, or a dataset or an archive does not verify, or"
    " verify found a contradiction ; 2 usage or configuration ; 3 partly stored (some"
    " kinds failed or rows were rejected), or verify found something missing ;"
    " 4 database ; 5 site unreachable ; 6 archive ; 74 the output cannot be written."
)


def exit_code(error: errors.TrackerError) -> int:
    """The exit code for the error."""
    return next(
        (code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1
    )


def print_error(error: errors.TrackerError) -> None:
    """Prints the error in a line on stderr, and its remedy in another."""
    if isinstance(error, errors.OutputClosedError):
        return
    from nof1_tracker.records.sanitize import clean

    typer.secho(f"Error: {clean(error.message)}", fg=typer.colors.RED, err=True)
    if error.remedy:
        typer.echo(f"  -> {clean(error.remedy)}", err=True)


def _unwrap_help(command: Any) -> None:
    """Joins the lines of each paragraph: a terminal breaks them where it ends."""
    paragraphs = (command.help or "").split("\n\n")
    command.help = "\n\n".join(" ".join(each.split()) for each in paragraphs)
    for below in getattr(command, "commands", {}).values():
        _unwrap_help(below)


class TrackerGroup(TyperGroup):
    """Prints an expected error in a line; anything else is a bug and crashes."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        _unwrap_help(self)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except errors.TrackerError as error:
            print_error(error)
            raise typer.Exit(exit_code(error)) from None
        except KeyboardInterrupt:
            typer.echo("Interrupted; all stored rows are kept.", err=True)
            raise typer.Exit(shell.INTERRUPTED) from None


class Program(PartedTyper):
    """The process: it writes all of its output, or says why it cannot."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        shell.own_streams()
        load_less()
        words = args[0] if args else sys.argv[1:]
        try:
            try:
                return typer.Typer.__call__(built_for(self, words), *args, **kwargs)
            finally:
                sys.stdout.flush()
        except errors.OutputError as error:
            print_error(error)
            sys.exit(exit_code(error))
        except KeyboardInterrupt:  # before a command began
            sys.exit(shell.INTERRUPTED)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nof1-tracker {__version__}")
        raise typer.Exit


def _serve(
    asked: "serve.Serving",
    engine: "Engine",
    settings: "AppSettings",
    announce: Callable[[str], None],
) -> None:
    from nof1_tracker.web.listening import where

    with _listening(asked.address) as (listener, web):
        announce(where(listener, web))
        if asked.workers == 1 and not asked.with_monitor:
            from nof1_tracker.web.server import serve_on

            serve_on(listener, engine, settings, _make_tools())
            return
        engine.dispose()  # the children have their own
        code = _serve_together(listener, asked)
    if code:
        raise typer.Exit(code)


@contextmanager
def _listening(address: tuple[str, int]) -> "Iterator[tuple[socket, WebSettings]]":
    """Where is listened, and how the web application is set up."""
    from nof1_tracker.settings import WebSettings, load_settings
    from nof1_tracker.web.listening import listen_on

    web = load_settings(WebSettings)
    with listen_on(address, web) as listener:
        yield listener, web


def _serve_together(listener: "socket", asked: "serve.Serving") -> int:
    from nof1_tracker.cli.web.process_tree import Child, run_tree

    children = [
        Child("web process", _web_process, (listener,)) for _ in range(asked.workers)
    ]
    if asked.with_monitor:
        children.append(Child("monitor", _monitor_process))
    return run_tree(children)


def _web_process(listener: "socket") -> None:
    from nof1_tracker.cli.session import (
        app_settings,
        configured_engine,
        start_logging,
    )
    from nof1_tracker.web.server import serve_on

    start_logging(0, quiet=False)
    serve_on(listener, configured_engine(), app_settings(), _make_tools())


def _monitor_process() -> None:
    app(["monitor"])


def _make_tools() -> "MakeTools | None":
    """Makes what answers language models over HTTP; None where it is not installed."""
    if not _speaks_to_models():
        return None

    def make(engine: "Engine") -> "Answer":
        from nof1_tracker.mcp.tools_over_http import http_tools

        return http_tools(engine)

    return make


def _speaks_to_models() -> bool:
    return find_spec("mcp_types") is not None  # which an older SDK does not have


def _replay(
    asked: "replay.Replaying",
    engine: "Engine",
    settings: "AppSettings",
    announce: Callable[[str], None],
) -> None:
    from nof1_tracker.web.listening import where_replayed
    from nof1_tracker.web.replay.replay_application import MovingMoment
    from nof1_tracker.web.server import serve_replay_on

    with _listening(asked.address) as (listener, _):
        announce(where_replayed(listener, asked.start, asked.speed))
        moment = MovingMoment(asked.start, asked.speed)
        serve_replay_on(listener, engine, settings, moment)


def _model_server() -> "Callable[[Engine], None]":
    if not _speaks_to_models():
        raise errors.ConfigurationError(
            "The Model Context Protocol needs the package mcp, which is not installed.",
            "Install it: pip install 'nof1-tracker[mcp]'.",
        )
    from nof1_tracker.mcp.stdio_server import serve_stdio

    return serve_stdio


PARTS = (
    Part("scrape", ("scrape", "import")),
    Part("archive.reprocess", ("reprocess",)),
    Part("history.backfill", ("backfill",)),
    Part("history.verify", ("verify",)),
    Part("dataset.sample", ("sample",)),
    Part("demo", ("demo",)),
    Part("monitor", ("monitor",)),
    Part("read", ("leaderboard", "positions", "revisions", "status")),
    Part("reading.trades", ("trades",)),
    Part("reading.chat", ("chat",)),
    Part("report", ("report",)),
    Part("reading.chart", ("chart",)),
    Part("compare", ("compare",)),
    Part("play.whatif", ("whatif",)),
    Part("export", ("export",)),
    Part("dataset.dataset", ("dataset",)),
    Part("archive.archive", ("archive",)),
    Part("notify", ("notify",)),
    Part("users", ("users",)),
    Part("maintain", ("doctor", "seasons", "models", "db")),
    Part("web.serve", ("serve",), (_serve,)),
    Part("web.replay", ("replay",), (_replay,)),
    Part("web.mcp_command", ("mcp",), (_model_server,)),
)
"""The commands, in the order in which --help shows them."""

app = Program(
    PARTS,
    name="nof1-tracker",
    cls=TrackerGroup,
    help="Flight recorder of Alpha Arena (nof1.ai), where LLMs trade real money.",
    epilog=EXIT_CODE_HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def root(
    ctx: typer.Context,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            "-V",
            callback=_print_version,
            is_eager=True,
            help="Print the version and exit.",
        ),
    ] = False,
) -> None:
    """Flight recorder of Alpha Arena (nof1.ai), where LLMs trade real money."""
    if os.environ.get("NO_COLOR"):
        ctx.color = False


if __name__ == "__main__":
    app()
