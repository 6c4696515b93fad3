"""Where the archive of a database lies, and what it may take."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.space import LEFT_TO_DATABASE, SpaceLimits
from nof1_tracker.clock import Clock
from nof1_tracker.database.config import data_folder
from nof1_tracker.database.connection import Engine
from nof1_tracker.database.engine.sqlite import file_of
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.settings import ArchiveSettings, load_settings

_SUFFIX: Final = ".archive"
_USUAL_PORTS: Final = {"http": ":80", "https": ":443"}


@dataclass(frozen=True, slots=True)
class ArchiveLocation:
    """Where the archive of a database lies, whether or not there is one.

    Attributes:
        path: Its folder.
        limits: What it may take. Beside SQLite it leaves the last 500 MB to that.
    """

    path: Path
    limits: SpaceLimits

    def open(
        self,
        base_url: str,
        *,
        simulated: bool = False,
        known: str | None = None,
        adopt: bool = False,
        clock: Clock | None = None,
    ) -> ArchiveFolder:
        """The archive, to record what is fetched from this address; created if missing.

        Args:
            known: Id of the archive that the database used before; None if none.
            adopt: Takes an archive of another site, or with another id.

        Raises:
            ConfigurationError: The address cannot be understood.
            ArchiveError: The folder holds something else, or another archive; or it
                cannot be read or written.
            ArchiveFullError: There is no space for a new one.
        """
        return ArchiveFolder.open(
            self.path,
            site=site_of(base_url),
            simulated=simulated,
            known=known,
            adopt=adopt,
            clock=clock,
        )

    def existing(self) -> ArchiveFolder | None:
        """The archive, whatever it is of; None if there is none yet.

        Raises:
            ArchiveError: It cannot be read.
        """
        return ArchiveFolder.find(self.path)


def archive_location(engine: Engine) -> ArchiveLocation | None:
    """Where the archive of this database lies, also if `NOF1_ARCHIVE` is off.

    None for a database in memory, which nothing can be stored into again later. Does
    not connect.

    Raises:
        ConfigurationError: A setting is wrong.
    """
    settings = load_settings(ArchiveSettings)
    is_file = engine.dialect.name == "sqlite"
    file = file_of(engine.url) if is_file else None
    if is_file and file is None:
        return None
    path = settings.folder or _usual_place(file)
    beside = file is not None and _disk_of(path) == _disk_of(file)
    reserve = LEFT_TO_DATABASE if beside else 0
    return ArchiveLocation(path.expanduser(), SpaceLimits(settings.limit, reserve))


def recording_location(engine: Engine) -> ArchiveLocation | None:
    """As `archive_location`, and None if `NOF1_ARCHIVE` is off: nothing is recorded.

    Raises:
        ConfigurationError: A setting is wrong.
    """
    return archive_location(engine) if load_settings(ArchiveSettings).is_on else None


def site_of(base_url: str) -> str:
    """The site at this address, as an archive names it: scheme, host and port.

    Raises:
        ConfigurationError: The address cannot be understood.
    """
    try:
        parts = urlsplit(base_url)
    except ValueError:
        raise ConfigurationError(
            f"{base_url!r} is not a valid address of the site.", "Use https://nof1.ai."
        ) from None
    scheme, host = parts.scheme, parts.netloc.rpartition("@")[2].lower()
    return f"{scheme}://{host.removesuffix(_USUAL_PORTS.get(scheme, ''))}"


def _usual_place(file: Path | None) -> Path:
    """Beside the file, which a link may name; without one, in the user's data."""
    if file is None:
        return data_folder() / "archive"
    real = file.resolve()
    return real.with_name(f"{real.name}{_SUFFIX}")


def _disk_of(path: Path) -> int:
    """The device that holds the path, or will once it exists."""
    absolute = path.expanduser().absolute()
    try:
        return absolute.stat().st_dev
    except OSError:
        return _disk_of(absolute.parent)
