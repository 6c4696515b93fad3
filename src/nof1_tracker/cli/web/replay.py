"""The command that answers as the site did at a moment of the past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from nof1_tracker.cli.options import TIMES
from nof1_tracker.cli.web.serve import HostOption

if TYPE_CHECKING:
    from datetime import datetime

    from nof1_tracker.database.connection import Engine
    from nof1_tracker.settings import AppSettings


@dataclass(frozen=True)
class Replaying:
    """What the command was asked for.

    Attributes:
        address: Host and port.
        start: The moment to begin at.
        speed: Seconds of the past in a second.
    """

    address: tuple[str, int]
    start: datetime
    speed: float


RunReplay = Callable[[Replaying, "Engine", "AppSettings", Callable[[str], None]], None]


def register(app: typer.Typer, run_replay: RunReplay) -> None:
    """Adds the command to the application.

    Args:
        run_replay: Serves until a signal ends it; `web` is not known here.
    """

    def replay(
        at: Annotated[
            str | None,
            typer.Option(
                "--at",
                metavar="TIME",
                help=f"Moment to begin at: {TIMES}. By default, the first recorded one.",
            ),
        ] = None,
        speed: Annotated[
            float,
            typer.Option(
                min=0, max=3600, help="Seconds of the past in a second; 0 stands still."
            ),
        ] = 1,
        host: HostOption = "127.0.0.1",
        port: Annotated[
            int,
            typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one."),
        ] = 8322,
    ) -> None:
        """Answer as the site did at a moment of the past, until SIGTERM or Ctrl-C.

        The addresses below /api/ are those of the site. Each is answered with what the
        archive recorded of it last, byte for byte; nothing later than the moment is.
        Point any client of the site at it, such as `scrape --transport http --base-url`.
        """
        from nof1_tracker.cli.session import (
            app_settings,
            configured_engine,
            start_logging,
        )
        from nof1_tracker.clock import utc_now
        from nof1_tracker.records.asking.written_values import parse_time
        from nof1_tracker.services.recorded.replayed_site import Replay

        start_logging(0, quiet=False)
        engine = configured_engine()
        first, _ = Replay(engine).span()
        asked = Replaying((host, port), parse_time(at, utc_now()) or first, speed)
        run_replay(asked, engine, app_settings(), typer.echo)

    app.command(
        epilog="Example: nof1-tracker replay --at 2025-10-28T06:51Z --speed 60"
    )(replay)
