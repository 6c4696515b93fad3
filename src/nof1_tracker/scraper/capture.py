"""Reads and writes capture folders, which hold saved payloads.

A capture folder is named by its UTC time, such as `2025-10-28T065103Z`, and has one
file per payload, exactly as served: `trades.json`, `conversations.json`, ... Files in
which other tools save payloads are read too.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path, PurePath
from typing import Protocol, Self
from urllib.parse import parse_qsl, urlsplit

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.archive.exchanges import Container
from nof1_tracker.records.parsed import UNKNOWN_ENDPOINT, Rejected
from nof1_tracker.records.payloads import (
    ArchivedAnswer,
    FetchResult,
    FileContent,
    FilePart,
    LeftOut,
    PayloadSource,
    RawPayload,
    Request,
    Unreadable,
)
from nof1_tracker.scraper.capture_files import HEAD_BYTES, files_at
from nof1_tracker.scraper.capture_times import FolderTimes, server_time, time_in_name
from nof1_tracker.scraper.containers.byte_streams import begins_as_json
from nof1_tracker.scraper.containers.saved_payloads import Saved, payloads_in
from nof1_tracker.scraper.containers.served_at import served_at
from nof1_tracker.scraper.site_addresses import SiteAddresses
from nof1_tracker.scraper.wire.json_text import body_excerpt, storable_text
from nof1_tracker.scraper.wire.shapes import is_retired, recognise

_FOLDER_FORMAT = "%Y-%m-%dT%H%M%SZ"


class Unpacks(Protocol):
    """What opens packed files and web archives; see `archive.readers`."""

    def is_packed(self, head: bytes, name: str) -> bool:
        """Whether a file with this beginning and name can be unpacked."""
        ...

    def contents_of(self, path: PurePath, stream: BufferedReader) -> Iterator[FilePart]:
        """What the file holds; each content is read before the next is asked for."""
        ...


class _UnpacksNothing:
    """Takes every file for a plain one."""

    def is_packed(self, head: bytes, name: str) -> bool:  # noqa: ARG002
        return False

    def contents_of(self, path: PurePath, stream: BufferedReader) -> Iterator[FilePart]:
        yield FileContent(path, stream)


class CaptureSource:
    """Reads files that hold payloads, given paths of files and folders.

    A file holds one payload as served, or several in any shape in which other tools
    save them (see `containers`), as UTF-8, UTF-16 or UTF-32, packed or not.
    """

    transport = "capture"

    def __init__(
        self,
        paths: Iterable[Path],
        unpacks: Unpacks | None = None,
        is_of_site: Callable[[str], bool] | None = None,
    ) -> None:
        """Looks up the files, of which it reads no more than the beginnings.

        Args:
            unpacks: Opens packed files; by default all are taken for plain ones.
            is_of_site: Whether an address in a HAR file is the site's; by default
                under its own name.

        Raises:
            ConfigurationError: A path does not exist, or a folder holds no capture.
        """
        self._unpacks = unpacks or _UnpacksNothing()
        self._is_of_site = is_of_site or SiteAddresses()
        self._faults: list[OSError] = []
        self._files: dict[Path, bool] = {}
        is_packed = self._unpacks.is_packed
        for path in paths:
            for found in files_at(Path(path), self._faults.append, is_packed):
                before = self._files.get(found.path, False)
                self._files[found.path] = before or found.is_expected
        self._times = FolderTimes(self._unpacks.contents_of)
        self._left_out = 0
        self._digested: tuple[Path, str] | None = None

    def __len__(self) -> int:
        return len(self._files)

    def payloads(self) -> Iterator[RawPayload | Rejected | LeftOut]:
        """Yields what every file holds, once: payloads, or why it cannot be read.

        A folder that cannot be read is reported like a file. What holds no payload and
        was not expected to, as most of what is in a zip, is told in one note at the end.
        """
        self._left_out = 0
        for fault in {fault.filename: fault for fault in self._faults}.values():
            yield _unreadable(Path(fault.filename), fault)
        for file, is_expected in self._files.items():
            yield from self._in_file(file, is_expected=is_expected)
        if self._left_out:
            yield LeftOut(_told_left_out(self._left_out))

    def _in_file(
        self, file: Path, *, is_expected: bool
    ) -> Iterator[RawPayload | Rejected | LeftOut]:
        is_empty = True
        try:
            with file.open("rb") as stream:
                for part in self._unpacks.contents_of(file, stream):
                    for result in self._results(file, part, is_expected=is_expected):
                        is_empty = False
                        yield result
        except OSError as error:
            yield _unreadable(file, error)
        else:
            if is_empty and is_expected:
                yield _rejected(file, "it holds no payload of the site")

    def _results(
        self, file: Path, part: FilePart, *, is_expected: bool
    ) -> Iterator[RawPayload | Rejected | LeftOut]:
        if isinstance(part, Unreadable):
            place = f"{part.place}: " if part.place else ""
            yield _rejected(part.path, f"{place}{part.reason}")
        elif isinstance(part, ArchivedAnswer):
            at = served_at(part.date, part.age, part.archived_at)
            yield self._payload(file, part.path, Saved(part.body, part.place, at))
        else:
            must_hold = is_expected and not part.is_packed
            yield from self._in_content(file, part, must_hold=must_hold)

    def _in_content(
        self, file: Path, content: FileContent, *, must_hold: bool
    ) -> Iterator[RawPayload | Rejected | LeftOut]:
        """What one content holds; what is not the site's only where it must hold it."""
        is_empty = True
        try:
            if must_hold or begins_as_json(
                content.stream.peek(HEAD_BYTES)[:HEAD_BYTES]
            ):
                name = content.path.name
                for saved in payloads_in(name, content.stream, self._is_of_site):
                    if must_hold or not _is_foreign(saved):
                        is_empty = False
                        yield self._result(file, content.path, saved)
        except OSError as error:
            is_empty = False
            yield _unreadable(content.path, error)
        self._left_out += is_empty

    def _result(
        self, file: Path, path: PurePath, saved: Saved
    ) -> RawPayload | Rejected | LeftOut:
        if is_retired(saved.body):
            return LeftOut(f"{path}: the site says that it serves no positions here")
        if saved.fault is not None:
            place = f"{saved.place}: " if saved.place else ""
            return _rejected(path, f"{place}{saved.fault}", body_excerpt(saved.body))
        return self._payload(file, path, saved)

    def _payload(self, file: Path, path: PurePath, saved: Saved) -> RawPayload:
        observed_at = saved.observed_at or self._observed_at(file, path, saved.body)
        origin = f"{path}, {saved.place}" if saved.place else str(path)
        member = storable_text(origin.removeprefix(str(file)).lstrip("/, "))
        return RawPayload(
            body=saved.body,
            origin=storable_text(origin),
            captured_at=observed_at or _changed_at(file),
            transport=self.transport,
            endpoint=recognise(saved.body),
            observed_at=observed_at,
            container=Container(
                storable_text(file.name), self._digest_of(file), member
            ),
        )

    def _digest_of(self, file: Path) -> str:
        """As `_digest`, read once for all that the file holds."""
        if self._digested is None or self._digested[0] != file:
            self._digested = file, _digest(file)
        return self._digested[1]

    def _observed_at(self, file: Path, path: PurePath, body: bytes) -> datetime | None:
        """What the folder's name says, else the clock in the body or beside it."""
        return time_in_name(path) or server_time(body) or self._times.beside(file, path)


def _digest(file: Path) -> str:
    """The file's SHA-256; empty for what is not a plain file, such as a pipe."""
    if not file.is_file():
        return ""
    with file.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def _is_foreign(saved: Saved) -> bool:
    """Whether a part of a file is not the site's."""
    if is_retired(saved.body):
        return False
    if saved.fault is not None:
        return saved.is_foreign
    return recognise(saved.body) is None


def _told_left_out(count: int) -> str:
    if count == 1:
        return "1 file holds no payload of the site, and was left out"
    return f"{count:,} files hold no payload of the site, and were left out"


def _changed_at(file: Path) -> datetime:
    """When the file was changed: dates what has no time, and decides nothing."""
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _rejected(file: PurePath, reason: str, original: str = "") -> Rejected:
    told = storable_text(f"{file}: {reason}")
    return Rejected(UNKNOWN_ENDPOINT, told, original)


def _unreadable(path: PurePath, error: OSError) -> Rejected:
    return _rejected(path, f"it cannot be read ({error.strerror or error})")


# --- saving -------------------------------------------------------------------


class ArchivingSource:
    """Passes results through and saves every body, byte for byte, in a folder.

    Each fetch() creates one capture folder, named by its first payload's time.
    """

    def __init__(
        self, source: PayloadSource, folder: Path, warn: Callable[[str], None]
    ) -> None:
        """Args: warn: Receives one line when a body could not be written.

        Raises:
            ConfigurationError: The folder cannot be created.
        """
        self._source = source
        self._folder = folder
        self._warn = warn
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"The archive folder {folder} cannot be created: {error.strerror}.",
                "Give --archive a folder that is writable.",
            ) from error

    @property
    def transport(self) -> str:
        return self._source.transport

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the underlying source."""
        self._source.close()

    def fetch(self, requests: Sequence[Request]) -> Iterator[FetchResult]:
        """Yields what the source yields, after each body is on disk."""
        run: ArchivedRun | None = None
        for result in self._source.fetch(requests):
            if not isinstance(result, RawPayload):
                yield result
                continue
            captured_at = result.captured_at
            # What was fetched is stored even if it cannot be archived.
            try:
                run = run or ArchivedRun(self._folder, captured_at)
                run.keep(result)
            except OSError as error:
                self._warn(f"{result.origin} was not archived: {error.strerror}.")
            # An import of the folder must find what was stored now.
            at = run.captured_at if run else captured_at
            yield replace(result, captured_at=at, observed_at=at)


class ArchivedRun:
    """One new capture folder; existing files are never overwritten."""

    def __init__(self, folder: Path, started_at: datetime) -> None:
        """Args: started_at: Time that names the folder.

        Raises:
            OSError: The folder cannot be created.
        """
        self.folder = _new_folder(folder, started_at.astimezone(UTC))
        self.captured_at = time_in_name(self.folder / "any") or started_at
        self._taken: set[str] = set()

    def keep(self, payload: RawPayload) -> Path:
        """Writes the body completely or not at all; returns its file.

        Raises:
            OSError: It cannot be written.
        """
        file = self.folder / self._free_name(payload)
        draft = file.with_name(f".{file.name}.part")
        try:
            draft.write_bytes(payload.body)
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
        return file

    def _free_name(self, payload: RawPayload) -> str:
        if payload.endpoint is None:
            stem, suffix, number = "unrecognised", ".body", 1
            candidate = f"{stem}-{number}"
        else:
            stem, suffix, number = _stem(payload), ".json", 1
            candidate = stem
        while candidate in self._taken:
            number += 1
            candidate = f"{stem}-{number}"
        self._taken.add(candidate)
        return candidate + suffix


def _new_folder(folder: Path, started_at: datetime) -> Path:
    name = started_at.strftime(_FOLDER_FORMAT)
    number = 1
    while True:
        run = folder / (name if number == 1 else f"{name}-{number}")
        try:
            run.mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return run


_QUERY_WORDS = {"competitionId": "competition", "lastHourlyMarker": "after"}


def _stem(payload: RawPayload) -> str:
    """The file's stem: conversations, conversations-competition-3, ..."""
    query = parse_qsl(urlsplit(payload.origin).query)
    words = [f"{_QUERY_WORDS[k]}-{v}" for k, v in query if k in _QUERY_WORDS]
    stem = "-".join([str(payload.endpoint), *words])
    return re.sub(r"[^\w.-]", "_", stem)[:120]
