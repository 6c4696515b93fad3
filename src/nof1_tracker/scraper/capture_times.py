"""When captures were observed, where their own payloads do not say."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path, PurePath
from typing import IO, Final

from nof1_tracker.clock import latest_believed
from nof1_tracker.records.payloads import FileContent, FilePart
from nof1_tracker.scraper.capture_files import HEAD_BYTES, is_called_capture
from nof1_tracker.scraper.containers.byte_streams import begins_as_json

_FOLDER_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d)[-:]?(\d\d)[-:]?(\d\d)Z")
_SERVER_TIME: Final = re.compile(rb'"serverTime"\s*:\s*(\d{12,14})(?!\d)')
_EDGE_BYTES: Final = 4096
_PIECE: Final = 1 << 16

Contents = Callable[[PurePath, BufferedReader], Iterator[FilePart]]


def time_in_name(file: PurePath) -> datetime | None:
    """The time in the name of the nearest folder above; None if there is none."""
    for folder in file.parents:
        match = _FOLDER_TIME.match(folder.name)
        if match is None:
            continue
        day, *clock = match.groups()
        try:
            at = datetime.fromisoformat(f"{day}T{':'.join(clock)}+00:00")
        except ValueError:
            continue
        if at <= latest_believed():
            return at
    return None


def server_time(body: bytes) -> datetime | None:
    """The payload's own `serverTime` (ms); inside a string its quotes are escaped."""
    found = _SERVER_TIME.findall(body)
    at = datetime.fromtimestamp(int(found[-1]) / 1000, UTC) if found else None
    return at if at is not None and at <= latest_believed() else None


class FolderTimes:
    """The newest `serverTime` of the files in a folder, on disk or in a package.

    Files are read for it only where a payload has no other time.
    """

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._known: dict[PurePath, dict[PurePath, datetime]] = {}

    def beside(self, file: Path, path: PurePath) -> datetime | None:
        """The time of a folder; None if nothing in it has one.

        Args:
            file: The file that was opened.
            path: What was found in it; the file itself where that is not packed.
        """
        source = file.parent if path == file else file
        if source not in self._known:
            files = [file] if source == file else _captures_in(source)
            self._known[source] = self._newest(files)
        return self._known[source].get(path.parent)

    def _newest(self, files: list[Path]) -> dict[PurePath, datetime]:
        newest: dict[PurePath, datetime] = {}
        for file in files:
            for folder, at in self._times(file):
                newest[folder] = max(newest.get(folder, at), at)
        return newest

    def _times(self, file: Path) -> Iterator[tuple[PurePath, datetime]]:
        try:
            with file.open("rb") as stream:
                for part in self._contents(file, stream):
                    if isinstance(part, FileContent) and (at := _time_of(part)):
                        yield part.path.parent, at
        except OSError:
            return  # it is reported where it is read for its payloads


def _captures_in(folder: Path) -> list[Path]:
    return [
        file
        for file in folder.iterdir()
        if is_called_capture(file.name) and file.is_file() and not file.is_symlink()
    ]


def _time_of(content: FileContent) -> datetime | None:
    try:
        if not begins_as_json(content.stream.peek(HEAD_BYTES)[:HEAD_BYTES]):
            return None
        return server_time(_edges(content.stream))
    except OSError:
        return None


def _edges(stream: IO[bytes]) -> bytes:
    """The first and last bytes of a file, where top-level numbers are."""
    head = stream.read(_EDGE_BYTES)
    if stream.seekable():
        stream.seek(max(stream.seek(0, 2) - _EDGE_BYTES, 0))
        return head + stream.read()
    tail = head
    while piece := stream.read(_PIECE):
        tail = (tail + piece)[-_EDGE_BYTES:]
    return head + tail
