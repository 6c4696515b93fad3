"""The command line: commands registered, errors mapped to exit codes.

Nothing here or in `cli` imports more than Typer at module level, so that --help
and completion answer at once; each command imports what it uses.
"""

import os
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from nof1_tracker import __version__, errors
from nof1_tracker.cli import admin, collecting, notifying, reading

EXIT_CODES: dict[type[errors.TrackerError], int] = {
    errors.ConfigurationError: 2,
    errors.DatabaseError: 4,
    errors.SourceUnreachableError: 5,
    errors.SourceError: 1,
}
"""The one map from an expected error to the process's exit code, by first match."""

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""

EXIT_CODE_HELP = (
    "Exit codes: 0 all stored ; 1 nothing stored because of the source ; 2 usage or"
    " configuration ; 3 partly stored (some kinds failed or rows were rejected)"
    " ; 4 database ; 5 site unreachable."
)


def exit_code(error: errors.TrackerError) -> int:
    """The exit code that the error calls for."""
    return next(
        (code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1
    )


class TrackerGroup(TyperGroup):
    """Tells an expected error in a line; anything else is a bug and crashes."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except errors.TrackerError as error:
            from nof1_tracker.analyzer.render import clean

            message = clean(error.message)
            typer.secho(f"Error: {message}", fg=typer.colors.RED, err=True)
            if error.remedy:
                typer.echo(f"  -> {clean(error.remedy)}", err=True)
            raise typer.Exit(exit_code(error)) from None
        except KeyboardInterrupt:
            typer.echo("Interrupted; what was stored stays.", err=True)
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    name="nof1-tracker",
    cls=TrackerGroup,
    help="Flight recorder of Alpha Arena (nof1.ai), where LLMs trade real money.",
    epilog=EXIT_CODE_HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nof1-tracker {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version and exit.",
        ),
    ] = False,
) -> None:
    """Flight recorder of Alpha Arena (nof1.ai), where LLMs trade real money."""
    if os.environ.get("NO_COLOR"):
        ctx.color = False


_PARTS = (collecting, reading, admin, notifying)
for part in _PARTS:
    part.register(app)


if __name__ == "__main__":
    app()
