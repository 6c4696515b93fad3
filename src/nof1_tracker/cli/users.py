"""The commands of an administrator: accounts of the people who sign in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from nof1_tracker.cli.options import encodable

if TYPE_CHECKING:
    from nof1_tracker.services.sign_in.sign_in_services import SignInServices

users_app = typer.Typer(
    no_args_is_help=True, help="Accounts of the people who sign in to the dashboard."
)

NameArgument = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="Name or e-mail address of the person.", callback=encodable
    ),
]


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(users_app, name="users")


@users_app.command(
    epilog="Example: nof1-tracker users create ada ada@example.com --admin"
)
def create(
    username: Annotated[
        str,
        typer.Argument(help="Name: 3 to 30 letters and digits.", callback=encodable),
    ],
    email: Annotated[str, typer.Argument(help="E-mail address.", callback=encodable)],
    admin: Annotated[
        bool, typer.Option("--admin", help="Let the person look after others.")
    ] = False,
) -> None:
    """Make an account. The password is asked for, or read from stdin.

    It is never an argument: those are seen by everybody on this machine.
    """
    from nof1_tracker.errors import ConfigurationError
    from nof1_tracker.records.people.people import Asking
    from nof1_tracker.services.sign_in.register import create_user

    services = _services()
    user = create_user(services, username, email, _password(), Asking(), is_admin=admin)
    if user is None:
        raise ConfigurationError(
            f"{email} has an account already.", "See `nof1-tracker users list`."
        )
    what = "the administrator" if user.is_admin else "the account"
    typer.echo(f"Made {what} {user.username}.")


@users_app.command("list", epilog="Example: nof1-tracker users list")
def list_users() -> None:
    """List all accounts, by name."""
    from nof1_tracker.records.sanitize import clean
    from nof1_tracker.rendering.terminal.console import calm_table, print_report
    from nof1_tracker.services.sign_in.register import all_people

    table = calm_table(
        ("name", "left"), ("e-mail", "left"), ("role", "left"), ("last sign-in", "left")
    )
    for user in all_people(_services()):
        seen = user.last_signed_in_at
        table.add_row(
            clean(user.username),
            clean(user.email),
            "administrator" if user.is_admin else "",
            f"{seen:%Y-%m-%d %H:%M} UTC" if seen else "never",
        )
    print_report(lambda _: table)


@users_app.command(epilog="Example: nof1-tracker users reset ada")
def reset(name: NameArgument) -> None:
    """Print a link that sets a new password, once, within an hour.

    Give it to that person alone: anyone who opens it has the account.
    """
    from nof1_tracker.records.people.people import Asking
    from nof1_tracker.services.sign_in.password_changes import make_reset
    from nof1_tracker.services.sign_in.register import person_named

    services = _services()
    typer.echo(make_reset(services, person_named(services, name), Asking()))


@users_app.command(epilog="Example: nof1-tracker users delete ada --yes")
def delete(
    name: NameArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete an account with its sessions and tokens. This cannot be undone."""
    from nof1_tracker.records.people.people import Asking
    from nof1_tracker.services.sign_in.register import delete_user, person_named

    services = _services()
    user = person_named(services, name)
    if not yes:
        typer.confirm(f"Delete the account {user.username}?", abort=True)
    delete_user(services, user, Asking())
    typer.echo(f"Deleted the account {user.username}.")


def _services() -> SignInServices:
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.services.sign_in.sign_in_services import open_sign_in

    return open_sign_in(open_engine())


def _password() -> str:
    """The password: typed twice without being shown, or the first line of stdin."""
    if sys.stdin.isatty():
        typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")
