"""The command that serves the record to language models."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from nof1_tracker.cli.shell import ended_by_interrupt

if TYPE_CHECKING:
    from nof1_tracker.database.connection import Engine


def register(
    app: typer.Typer, load_server: Callable[[], Callable[[Engine], None]]
) -> None:
    """Adds the command to the application.

    Args:
        load_server: Returns what serves until its client is gone, or raises
            ConfigurationError where it is not installed; `mcp` is not known here.
    """

    def mcp() -> None:
        """Serve the record to language models, as tools of the Model Context Protocol.

        A client, such as a chat program or an editor, starts it and speaks with it over
        stdin and stdout. The tools only read. Needs the extra `mcp`.
        """
        from nof1_tracker.cli.session import open_engine, start_logging

        run_server = load_server()
        start_logging(0, quiet=False)
        engine = open_engine()
        if sys.stdin.isatty():
            typer.echo(
                "Waiting for a client of MCP on stdin (Ctrl-C ends it).", err=True
            )
        with ended_by_interrupt():  # nothing is stored, and stdin may never end
            run_server(engine)

    app.command(epilog="Example: nof1-tracker mcp")(mcp)
