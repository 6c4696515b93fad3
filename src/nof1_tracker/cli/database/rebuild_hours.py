"""The command that makes the equity by hour again: db rebuild-hours."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Adds the command to those of `db`."""
    app.command("rebuild-hours", epilog="Example: nof1-tracker db rebuild-hours")(
        rebuild
    )


def rebuild() -> None:
    """Make the table of the equity by hour again from the snapshots.

    Recording keeps it, so this is needed only after rows were changed by hand.
    """
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.services.maintain import rebuild_hours

    accounts = rebuild_hours(open_engine())
    typer.echo(f"Made the hours of {accounts} accounts again.")
