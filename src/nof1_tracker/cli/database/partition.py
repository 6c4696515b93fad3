"""The command that divides large tables by month: db partition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nof1_tracker.database.partitions.change_layout import PlannedTable


def register(app: typer.Typer) -> None:
    """Adds the command to those of `db`."""
    app.command(epilog="Example: nof1-tracker db partition --yes")(partition)


def partition(
    undo: Annotated[
        bool, typer.Option("--undo", help="Make the tables whole again.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Divide the largest tables of PostgreSQL into partitions by month, or undo it.

    Says first what it will do. Each table changes in one transaction; recording waits
    meanwhile, and keeps what it fetches. Rows, ids and figures stay the same.
    """
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.database.partitions.change_layout import change_layout, planned

    engine = open_engine()
    tables = planned(engine, undo=undo)
    if not tables:
        typer.echo("The tables are whole." if undo else "The tables are divided.")
        return
    for each in tables:
        typer.echo(_plan(each, undo))
    largest = max(each.size.size for each in tables)
    typer.echo(
        f"This needs up to {_megabytes(largest)} of free disk for the time being, and"
        " the tables cannot be read or written while their turn lasts."
    )
    if not yes:
        typer.confirm("Go on?", abort=True)
    for each in tables:
        change_layout(engine, each.name, undo=undo)
        typer.echo(f"{each.name} is {'whole' if undo else 'divided'}.")


def _plan(table: PlannedTable, undo: bool) -> str:
    size = table.size
    rows = f"{table.name}: {size.rows:,} rows ({_megabytes(size.size)})"
    if undo:
        return f"{rows} become one table; partitions now: {table.partitions}."
    if not size.months:
        return f"{rows} go into a default partition, and new months into their own."
    first = f"{size.months[0].start:%Y-%m}"
    return f"{rows} go into partitions by month from {first} on: {table.partitions}."


def _megabytes(size: int) -> str:
    return f"{max(size / 1e6, 1):,.0f} MB"
