"""A zip file whose data package has the digest of every file in it.

Source: Frictionless Data Package; WACZ 1.1.1, sections "datapackage.json" and
"datapackage-digest.json".
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Final

from nof1_tracker import __version__
from nof1_tracker.archive.warc_records import sha256
from nof1_tracker.errors import OutputError

WACZ_VERSION: Final = "1.1.1"


def unwritable(what: str, error: OSError) -> OutputError:
    """The error for a file that cannot be written."""
    reason = error.strerror or str(error)
    return OutputError(
        f"{what} cannot be written: {reason}.",
        "Free some space, or give a file elsewhere.",
    )


class Resource:
    """A file of the package that is being written."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._digest = hashlib.sha256()
        self.size = 0

    @property
    def digest(self) -> str:
        return f"sha256:{self._digest.hexdigest()}"

    def write(self, content: bytes) -> None:
        """Appends the content.

        Raises:
            OutputError: It cannot be written.
        """
        try:
            self._target.write(content)
        except OSError as error:
            raise unwritable("The package", error) from error
        self._digest.update(content)
        self.size += len(content)


class DataPackage:
    """Files in a zip file, uncompressed, so that readers fetch parts of them."""

    def __init__(self, file: zipfile.ZipFile, created: datetime) -> None:
        self._file, self._created = file, created
        self._resources: list[dict[str, object]] = []

    def add(self, path: str, content: bytes) -> None:
        """Writes a whole file."""
        with self.opened(path) as resource:
            resource.write(content)

    @contextmanager
    def opened(self, path: str) -> Iterator[Resource]:
        """A file, to be written piece by piece."""
        entry = zipfile.ZipInfo(path, self._created.timetuple()[:6])
        entry.external_attr = 0o644 << 16
        with self._file.open(entry, "w", force_zip64=True) as target:
            resource = Resource(target)
            yield resource
        self._resources.append(
            {
                "name": path.rpartition("/")[2].lower(),  # as the standard has it
                "path": path,
                "hash": resource.digest,
                "bytes": resource.size,
            }
        )

    def describe(self, title: str) -> None:
        """Writes the data package, and its own digest. Nothing is added afterwards."""
        package = {
            "profile": "data-package",
            "wacz_version": WACZ_VERSION,
            "title": title,
            "created": f"{self._created:%Y-%m-%dT%H:%M:%SZ}",
            "software": f"nof1-tracker/{__version__}",
            "resources": self._resources,
        }
        content = json.dumps(package, indent=2).encode()
        digest = f"sha256:{sha256(content)}"
        about = {"path": "datapackage.json", "hash": digest}
        self.add("datapackage.json", content)
        self.add("datapackage-digest.json", json.dumps(about, indent=2).encode())
