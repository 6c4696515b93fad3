"""Set-up that commands share: settings, the database, logging."""

from __future__ import annotations

import atexit
import gc
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import typer

from nof1_tracker.cli.logs import log_to_stderr
from nof1_tracker.services.reading.origin import holds_sample, holds_simulation

if TYPE_CHECKING:
    from nof1_tracker.clock import Clock
    from nof1_tracker.database.connection import Engine
    from nof1_tracker.errors import ArchiveFullError
    from nof1_tracker.services.recorded.recording import Recording
    from nof1_tracker.settings import AppSettings

log = logging.getLogger(__name__)


def use_database(url: str) -> None:
    """Makes this URL the configured database for the rest of the process."""
    from nof1_tracker.database.connection import reset_engine

    os.environ["NOF1_DATABASE_URL"] = url
    reset_engine()


def configured_engine() -> Engine:
    """The configured database, which may be away: nothing connects to it here.

    Raises:
        ConfigurationError: A setting is wrong.
    """
    from nof1_tracker.database.connection import get_engine

    _leave_quickly()
    _say_what_is_not_read()
    return get_engine()


def open_engine(*, may_be_away: bool = False) -> Engine:
    """The configured database, after a check of its schema.

    Args:
        may_be_away: Leaves it to the caller to find that it cannot be used. A schema
            that does not fit is an error all the same, as it stays so.

    Raises:
        ConfigurationError: A setting is wrong.
        DatabaseError: The database cannot be used, or its schema does not fit.
    """
    from nof1_tracker.database.engine.schema import ensure_schema
    from nof1_tracker.errors import DatabaseError, SchemaError

    engine = configured_engine()
    try:
        ensure_schema(engine)
    except DatabaseError as error:
        if not may_be_away or isinstance(error, SchemaError):
            raise
    if holds_sample(engine):
        _say_sample()
    return engine


class Begun(NamedTuple):
    """What a run records into, and then stores into.

    Attributes:
        recording: The archive; None if nothing is recorded.
        unopened: Why nothing is, though it should be; None otherwise.
    """

    engine: Engine
    recording: Recording | None
    unopened: ArchiveFullError | None = None


@contextmanager
def recording_from(
    base_url: str, clock: Clock, *, simulated: bool, adopt: bool
) -> Iterator[Begun]:
    """The configured database, and its archive to record into before it.

    Where something is recorded, the database may be away.

    Raises:
        ConfigurationError: A setting is wrong.
        DatabaseError: The database cannot be used, and nothing is recorded.
        ArchiveError: The archive is of another site, or cannot be used.
    """
    from nof1_tracker.database.connection import get_engine
    from nof1_tracker.errors import ArchiveFullError
    from nof1_tracker.services.recorded.open_recording import open_recording

    simulated = simulated or holds_simulation(get_engine())
    try:
        recording = open_recording(
            get_engine(), clock, base_url, simulated=simulated, adopt=adopt
        )
    except ArchiveFullError as error:
        log.error("Nothing is recorded. %s", error)  # noqa: TRY400  expected
        yield Begun(open_engine(), None, error)
        return
    if recording is None:
        yield Begun(open_engine(), None)
        return
    try:
        yield Begun(open_engine(may_be_away=True), recording)
    except KeyboardInterrupt:
        recording.close(wait=False)
        raise
    finally:
        recording.close()


@cache
def _say_sample() -> None:
    """Says once that what follows is of the past; on stderr, beside any output."""
    typer.echo("SAMPLE: real figures of the past with gaps, not live.", err=True)


@cache
def _say_what_is_not_read() -> None:
    """Says once why the settings in `.env` are not used, if they are not."""
    from nof1_tracker.records.sanitize import clean
    from nof1_tracker.settings import why_not_read

    if reason := why_not_read():
        typer.secho(f"Warning: {clean(reason)}", fg=typer.colors.YELLOW, err=True)
        typer.echo("  -> Set what you need in the environment.", err=True)


@cache
def _leave_quickly() -> None:
    """Ends the process without a last garbage collection of all imported modules.

    That takes a third of a second, longer than many commands. Connections may be part
    of a reference cycle, so they are closed first.
    """
    from nof1_tracker.database.connection import reset_engine

    atexit.register(gc.freeze)
    atexit.register(reset_engine)  # the last to be registered is the first to run


def app_settings() -> AppSettings:
    """The settings of the program as a whole, from the environment."""
    from nof1_tracker.settings import AppSettings, load_settings

    return load_settings(AppSettings)


def start_logging(verbose: int, *, quiet: bool, default: str = "WARNING") -> None:
    """Logs to stderr at LOG_LEVEL or the default; -v: INFO, -vv: DEBUG, -q: ERROR."""
    settings = app_settings()
    is_named = "log_level" in settings.model_fields_set
    named = settings.log_level if is_named else default
    level = "ERROR" if quiet else {0: named, 1: "INFO"}.get(verbose, "DEBUG")
    log_to_stderr(level, settings.log_format)
