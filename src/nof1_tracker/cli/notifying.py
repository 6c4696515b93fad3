"""Commands that have to do with alerts: try the channels, see how they fare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from nof1_tracker.database.alert_settings import AlertSettings
    from nof1_tracker.events import ChannelReport, StoredEvent

notify_app = typer.Typer(
    no_args_is_help=True, help="Try the channels of alerts, see how they fare."
)


def register(app: typer.Typer) -> None:
    """Adds this module's commands."""
    app.add_typer(notify_app, name="notify")


@notify_app.command(epilog="Example: nof1-tracker notify test")
def test() -> None:
    """Send a test message through every channel and say how it went.

    Exit code 0: all took it; 3: some did; 1: none did.
    """
    from nof1_tracker.errors import ConfigurationError, DeliveryError
    from nof1_tracker.monitor.channels import channels_of
    from nof1_tracker.notify.trial import trial_message

    channels = channels_of(_settings())
    if not channels:
        raise ConfigurationError(
            "No channel is set.", "Set NOTIFY_URLS or NOTIFY_WEBHOOK_URL."
        )
    taken = 0
    for named in channels:
        try:
            named.channel.send(trial_message())
        except DeliveryError as error:
            _say(named.name, "red", error.message)
        else:
            taken += 1
            _say(named.name, "green", "took it")
    if taken < len(channels):
        raise typer.Exit(3 if taken else 1)


@notify_app.command(epilog="Example: nof1-tracker notify status --events 20")
def status(
    events: Annotated[
        int, typer.Option("--events", "-n", min=0, help="Newest events to list.")
    ] = 10,
) -> None:
    """Show what each channel took, waits for or was given up on, and new events."""
    from nof1_tracker.analyzer import render
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.database.connection import UnitOfWork
    from nof1_tracker.database.repositories import Repositories

    with UnitOfWork(open_engine()) as unit:
        repositories = Repositories(unit.session)
        channels = repositories.deliveries.reports()
        newest = repositories.events.newest(events)
    if not channels:
        typer.echo("No monitor with a channel has run on this database yet.")
        return
    render.print_report(lambda _: _channel_table(channels))
    if newest:
        typer.echo()
        render.print_report(lambda _: _event_table(newest))


@notify_app.command(epilog="Example: nof1-tracker notify schema > event.schema.json")
def schema() -> None:
    """Print the JSON Schema of what the webhook is sent."""
    from nof1_tracker.notify.body import schema_text

    typer.echo(schema_text(), nl=False)


def _settings() -> AlertSettings:
    from nof1_tracker.database.alert_settings import AlertSettings
    from nof1_tracker.database.config import load_settings

    return load_settings(AlertSettings)


def _say(name: str, colour: str, text: str) -> None:
    from nof1_tracker.analyzer.render import clean

    mark = "ok" if colour == "green" else "!!"
    typer.secho(f"{mark}  {clean(name):<28}", fg=colour, nl=False)
    typer.echo(clean(text))


def _channel_table(channels: Sequence[ChannelReport]) -> RenderableType:
    from nof1_tracker.analyzer import render

    table = render.calm_table(
        ("channel", "left"),
        ("waiting", "right"),
        ("sent", "right"),
        ("given up", "right"),
        ("last sent", "left"),
        ("next try", "left"),
        ("last error", "fold"),
    )
    for each in channels:
        table.add_row(
            render.cell(each.name),
            render.whole(each.waiting),
            render.whole(each.sent),
            render.whole(each.given_up),
            render.moment(each.sent_at),
            render.moment(each.retry_at),
            render.cell(each.error or ""),
        )
    return table


def _event_table(events: Sequence[StoredEvent]) -> RenderableType:
    from nof1_tracker.analyzer import render

    table = render.calm_table(("when", "left"), ("event", "left"), ("", "fold"))
    for stored in events:
        told = "" if stored.is_news else " (before the first look; told to nobody)"
        table.add_row(
            render.moment(stored.event.occurred_at),
            render.cell(stored.event.kind.value),
            render.cell(f"{stored.event.title}{told}"),
        )
    return table
