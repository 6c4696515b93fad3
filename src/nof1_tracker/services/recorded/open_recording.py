"""Opens the archive of a database to record into it."""

from contextlib import nullcontext

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.maintenance.consumers import consumers, register
from nof1_tracker.archive.recording.writer import ArchiveWriter, WriterOptions
from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import Engine
from nof1_tracker.database.engine.checks import ensure_writable
from nof1_tracker.database.engine.create_engine import shown_url
from nof1_tracker.database.engine.sqlite import file_of
from nof1_tracker.errors import ArchiveError
from nof1_tracker.services.archive_location import recording_location
from nof1_tracker.services.recorded.recording import Recording
from nof1_tracker.services.storing.store_payload import Transaction

_ARENA = "http://127.0.0.1"
"""The site of the simulated arena, which has another port each time."""


def open_recording(
    engine: Engine,
    clock: Clock,
    base_url: str,
    *,
    simulated: bool = False,
    adopt: bool = False,
    transaction: Transaction = nullcontext,
) -> Recording | None:
    """The archive of this database, to record what is fetched from this address.

    None if `NOF1_ARCHIVE` is off, and for a database in memory. Does not connect to the
    database, which may be away.

    Args:
        adopt: Takes an archive that holds records of another database or site.
        transaction: See `Recording`.

    Raises:
        ConfigurationError: A setting is wrong.
        ArchiveFullError: There is no space for a new one, or its disk is read-only.
        ArchiveError: The archive is of another site, or cannot be used.
        DatabaseError: Nor can a SQLite database beside it be written.
    """
    location = recording_location(engine)
    if location is None:
        return None
    try:
        site = _ARENA if simulated else base_url
        archive = location.open(site, simulated=simulated, adopt=adopt, clock=clock)
        name = database_name(engine)
        is_known = adopt or _belongs_to(archive, name)
        if is_known:
            register(archive, name, name, clock.now())
    except ArchiveError:
        if engine.dialect.name == "sqlite":
            # A folder that keeps both from being written is told by the database.
            ensure_writable(engine)
        raise
    options = WriterOptions(limits=location.limits)
    writer = ArchiveWriter.open(archive, options, clock)
    return Recording(
        archive,
        writer,
        engine,
        clock,
        name=name,
        is_known=is_known,
        transaction=transaction,
    )


def database_name(engine: Engine) -> str:
    """What an archive calls this database: its address without any secret."""
    file = file_of(engine.url) if engine.dialect.name == "sqlite" else None
    return shown_url(engine) if file is None else f"sqlite:///{file.resolve()}"


def _belongs_to(archive: ArchiveFolder, name: str) -> bool:
    """True if the archive was made for this database, or holds nothing yet."""
    known = any(each.id == name for each in consumers(archive))
    return known or not archive.names()
