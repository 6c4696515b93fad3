"""Commands for alerts: test the channels, show what each has sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from nof1_tracker.records.events import ChannelReport, StoredEvent
    from nof1_tracker.settings import AlertSettings

notify_app = typer.Typer(
    no_args_is_help=True, help="Test alert channels and show what they have sent."
)


def register(app: typer.Typer) -> None:
    """Adds this module's commands."""
    app.add_typer(notify_app, name="notify")


@notify_app.command(epilog="Example: nof1-tracker notify test")
def test() -> None:
    """Send a test message through every channel and report the result.

    Exit code 0: all channels accepted it; 3: some did; 1: none did.
    """
    from nof1_tracker.errors import ConfigurationError, DeliveryError
    from nof1_tracker.monitor.alerts.channels import channels_of
    from nof1_tracker.notify.trial_message import trial_message

    channels = channels_of(_settings())
    if not channels:
        raise ConfigurationError(
            "No channel is set.", "Set NOTIFY_URLS or NOTIFY_WEBHOOK_URL."
        )
    accepted = 0
    for named in channels:
        try:
            named.channel.send(trial_message())
        except DeliveryError as error:
            _say(named.name, "red", error.message)
        else:
            accepted += 1
            _say(named.name, "green", "accepted it")
    if accepted < len(channels):
        raise typer.Exit(3 if accepted else 1)


@notify_app.command(epilog="Example: nof1-tracker notify status --events 20")
def status(
    events: Annotated[
        int,
        typer.Option(
            "--events", "-n", min=0, help="How many of the newest events to list."
        ),
    ] = 10,
) -> None:
    """Show what each channel sent, has waiting or gave up on, and the newest events."""
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.database.connection import UnitOfWork
    from nof1_tracker.rendering.terminal.console import print_report

    with UnitOfWork(open_engine()) as unit:
        repositories = unit.repositories
        channels = repositories.deliveries.reports()
        newest = repositories.events.newest(events)
    if not channels:
        typer.echo("No monitor with a channel has run on this database yet.")
        return
    print_report(lambda _: _channel_table(channels))
    if newest:
        typer.echo()
        print_report(lambda _: _event_table(newest))


@notify_app.command(epilog="Example: nof1-tracker notify schema > event.schema.json")
def schema() -> None:
    """Print the JSON Schema of the webhook's body."""
    from nof1_tracker.notify.webhook_body import schema_text

    typer.echo(schema_text(), nl=False)


def _settings() -> AlertSettings:
    from nof1_tracker.settings import AlertSettings, load_settings

    return load_settings(AlertSettings)


def _say(name: str, colour: str, text: str) -> None:
    from nof1_tracker.records.sanitize import clean

    mark = "ok" if colour == "green" else "!!"
    typer.secho(f"{mark}  {clean(name):<28}", fg=colour, nl=False)
    typer.echo(clean(text))


def _channel_table(channels: Sequence[ChannelReport]) -> RenderableType:
    from nof1_tracker.rendering.terminal.console import calm_table, cell
    from nof1_tracker.rendering.text import moment, whole

    table = calm_table(
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
            cell(each.name),
            whole(each.waiting),
            whole(each.sent),
            whole(each.given_up),
            moment(each.sent_at),
            moment(each.retry_at),
            cell(each.error or ""),
        )
    return table


def _event_table(events: Sequence[StoredEvent]) -> RenderableType:
    from nof1_tracker.rendering.terminal.console import calm_table, cell
    from nof1_tracker.rendering.text import moment

    table = calm_table(("when", "left"), ("event", "left"), ("", "fold"))
    for stored in events:
        remark = "" if stored.is_news else " (from before the first look; not sent)"
        table.add_row(
            moment(stored.event.occurred_at),
            cell(stored.event.kind.value),
            cell(f"{stored.event.title}{remark}"),
        )
    return table
