"""The command that serves the record over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nof1_tracker.database.connection import Engine
    from nof1_tracker.settings import AppSettings


@dataclass(frozen=True)
class Serving:
    """What the command was asked for.

    Attributes:
        address: Host and port.
        workers: Processes that answer.
        with_monitor: Whether another one records.
    """

    address: tuple[str, int]
    workers: int
    with_monitor: bool


RunServer = Callable[[Serving, "Engine", "AppSettings", Callable[[str], None]], None]

HostOption = Annotated[
    str,
    typer.Option(
        "--host",
        help="Address to listen on. Beyond this machine it needs NOF1_PUBLIC_URL.",
    ),
]
PortOption = Annotated[
    int,
    typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one."),
]


WorkersOption = Annotated[
    int,
    typer.Option(
        "--workers",
        min=1,
        max=64,
        help="Processes that answer; more than one uses more than one processor.",
    ),
]
WithMonitorOption = Annotated[
    bool,
    typer.Option(
        "--with-monitor",
        help="Record as well, as `nof1-tracker monitor` does with its defaults.",
    ),
]


def register(app: typer.Typer, run_server: RunServer) -> None:
    """Adds the command to the application.

    Args:
        run_server: Serves until a signal ends it; `web` is not known here.
    """

    def serve(
        host: HostOption = "127.0.0.1",
        port: PortOption = 8321,
        workers: WorkersOption = 1,
        with_monitor: WithMonitorOption = False,
    ) -> None:
        """Serve the record to browsers and other programs until SIGTERM or Ctrl-C.

        Reading asks nobody who they are; /openapi.json describes the API. Those who sign
        in, over https or on this machine, change what is theirs alone; language models
        ask at /mcp with a token (extra `mcp`). Requests in progress have ten seconds to
        finish. A process that fails is started again.
        """
        from nof1_tracker.cli.session import app_settings, open_engine, start_logging

        start_logging(0, quiet=False)
        asked = Serving((host, port), workers, with_monitor)
        run_server(asked, open_engine(), app_settings(), typer.echo)

    app.command(epilog="Example: nof1-tracker serve --port 8321")(serve)
