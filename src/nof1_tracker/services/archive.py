"""Use cases that look after the archive of a database; none of them needs the database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.maintenance import consumers as registry
from nof1_tracker.archive.maintenance import integrity, prune
from nof1_tracker.archive.maintenance.archive_overview import Overview, overview
from nof1_tracker.archive.packing import wacz
from nof1_tracker.archive.space import space_used
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.errors import ArchiveError, ConfigurationError
from nof1_tracker.records.archive.archive_positions import ArchiveState, Waiting
from nof1_tracker.services.archive_location import ArchiveLocation, archive_location
from nof1_tracker.services.recorded.open_recording import database_name
from nof1_tracker.services.recorded.recording import waiting_in
from nof1_tracker.settings import ArchiveSettings, load_settings


def read_archive(engine: Engine) -> Overview:
    """What the archive of this database holds.

    Raises:
        ArchiveError: There is none, or it cannot be read.
    """
    archive, location = _existing(engine)
    return overview(archive, location.limits)


def archive_state(engine: Engine) -> ArchiveState:
    """Where the archive of this database is, what it takes, and what waits in it.

    A fault of the archive is in the state, and raises nothing.

    Raises:
        DatabaseError: The database cannot be used.
    """
    is_on = load_settings(ArchiveSettings).is_on
    location = archive_location(engine)
    if location is None:
        return ArchiveState(None, is_on)
    archive, trouble = _found(location)
    with UnitOfWork(engine) as unit:
        stored = unit.repositories.archives
        unrecorded, unrecorded_at = stored.unrecorded()
        state = ArchiveState(
            str(location.path),
            is_on,
            limit=location.limits.most,
            lacks_past=stored.lacks_past(),
            unrecorded=unrecorded,
            unrecorded_at=unrecorded_at,
            trouble=trouble,
        )
        positions = stored.positions(archive.identity.id) if archive else {}
    if archive is None:
        return state
    try:
        size = space_used(archive, location.limits).size
        return replace(state, size=size, waiting=waiting_in(archive, positions))
    except ArchiveError as error:
        return replace(state, trouble=error.message)


def _found(location: ArchiveLocation) -> tuple[ArchiveFolder | None, str | None]:
    """The archive there, if there is one that can be read; else why it cannot be."""
    try:
        return location.existing(), None
    except ArchiveError as error:
        return None, error.message


def waiting_by_archive(engine: Engine) -> Waiting:
    """What waits to be stored, as the archive knows without its database.

    Each run reports to the archive at its end how far the database has come, so this is
    the most that can wait.

    Raises:
        ArchiveError: The archive cannot be read.
    """
    location = archive_location(engine)
    archive = None if location is None else location.existing()
    if archive is None:
        return Waiting()
    name = database_name(engine)
    known = (each for each in registry.consumers(archive) if each.id == name)
    found = next(known, None)
    return Waiting() if found is None else waiting_in(archive, found.positions)


def verify_archive(engine: Engine) -> tuple[str, integrity.Verification]:
    """Reads all of the archive, past any damage; returns its path and what was found.

    Raises:
        ArchiveError: There is none, or it cannot be read at all.
    """
    archive, _ = _existing(engine)
    return str(archive.path), integrity.verify(archive)


def pack_archive(
    engine: Engine, target: Path, since: datetime | None, until: datetime | None
) -> wacz.Packed:
    """Writes what was observed in the span, `until` left out, to a new WACZ.

    Raises:
        ConfigurationError: The span ends before it begins.
        ArchiveError: There is no archive, or nothing of the span in it; or it cannot be
            read.
        OutputError: The file exists already, or cannot be written.
    """
    if since is not None and until is not None and until <= since:
        raise ConfigurationError(
            "The span ends before it begins.", "Correct --since or --until."
        )
    return wacz.pack(_existing(engine)[0], target, wacz.Span(since, until))


def prune_archive(
    engine: Engine, now: datetime, kept: timedelta, *, dry_run: bool
) -> prune.Pruning:
    """Drops the segments that every registered database has stored long enough ago.

    Args:
        kept: How long a segment is kept after it was sealed.

    Raises:
        ArchiveError: There is no archive, no database is registered, or the archive
            cannot be written.
    """
    archive, _ = _existing(engine)
    return prune.prune(archive, now, kept, dry_run=dry_run)


def forget_database(engine: Engine, database: str) -> registry.Consumer:
    """Takes a database out of the archive, by its id or its name.

    Raises:
        ArchiveError: There is no archive; no database or several are called so; or the
            archive cannot be written.
    """
    return registry.forget(_existing(engine)[0], database)


def archives_to_read(
    engine: Engine,
    folders: Sequence[Path],
    *,
    adopt: bool = False,
    is_needed: bool = True,
) -> list[ArchiveFolder]:
    """The archives in these folders, each once; without folders, that of the database.

    Args:
        adopt: Takes archives of different sites, too.
        is_needed: False if it is all right that the database has no archive.

    Raises:
        ArchiveError: A folder is not an archive, there is none, or they are of
            different sites.
    """
    found = [ArchiveFolder.existing(each) for each in folders]
    location = archive_location(engine)
    has_own = location is not None and location.existing() is not None
    if not folders and (has_own or is_needed):
        found = [_existing(engine)[0]]
    archives = list({each.identity.id: each for each in found}.values())
    sites = {(each.identity.site, each.identity.simulated) for each in archives}
    if len(sites) > 1 and not adopt:
        raise ArchiveError(
            "These archives are of different sites, or one of them is of the simulated"
            " arena.",
            "Leave out what does not belong there, or take all of them with --adopt.",
        )
    return archives


def _existing(engine: Engine) -> tuple[ArchiveFolder, ArchiveLocation]:
    location = archive_location(engine)
    if location is None:
        raise ArchiveError(
            "A database in memory has no archive.",
            "Name a file or a server with NOF1_DATABASE_URL.",
        )
    archive = location.existing()
    if archive is None:
        raise ArchiveError(f"There is no archive in {location.path}.", _how_to_record())
    return archive, location


def _how_to_record() -> str:
    first = "" if load_settings(ArchiveSettings).is_on else "Set NOF1_ARCHIVE=on; "
    return (
        f"{first}`nof1-tracker scrape`, `monitor` and `import` record one. Or name"
        " another folder with NOF1_ARCHIVE_DIR."
    )
