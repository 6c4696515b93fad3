"""Reads and writes capture folders, which hold saved payloads.

A capture folder is named by its UTC time, such as `2025-10-28T065103Z`, and has one
file per payload, exactly as served: `trades.json`, `conversations.json`, ... Files in
which other tools save payloads are read too.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from nof1_tracker.clock import latest_believed
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.parsed import UNKNOWN_ENDPOINT, Rejected
from nof1_tracker.records.payloads import (
    FetchResult,
    PayloadSource,
    RawPayload,
    Request,
)
from nof1_tracker.scraper.capture_files import files_at
from nof1_tracker.scraper.containers.byte_streams import opened
from nof1_tracker.scraper.containers.saved_payloads import Saved, payloads_in
from nof1_tracker.scraper.wire.json_text import body_excerpt, storable_text
from nof1_tracker.scraper.wire.shapes import recognise

_FOLDER_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d)[-:]?(\d\d)[-:]?(\d\d)Z")
_SERVER_TIME = re.compile(rb'"serverTime"\s*:\s*(\d{12,14})(?!\d)')
_FOLDER_FORMAT = "%Y-%m-%dT%H%M%SZ"
_EDGE_BYTES = 4096


class CaptureSource:
    """Reads files that hold payloads, given paths of files and folders.

    A file holds one payload as served, or several in any shape in which other tools
    save them (see `containers`), as UTF-8, UTF-16 or UTF-32, compressed by gzip or not.
    """

    transport = "capture"

    def __init__(self, paths: Iterable[Path]) -> None:
        """Looks up the files without reading any of them.

        Raises:
            ConfigurationError: A path does not exist, or a folder holds no *.json.
        """
        self._faults: list[OSError] = []
        found = [f for path in paths for f in files_at(Path(path), self._faults.append)]
        self._files = list(dict.fromkeys(found))
        self._folder_times: dict[Path, datetime | None] = {}

    def __len__(self) -> int:
        return len(self._files)

    def payloads(self) -> Iterator[RawPayload | Rejected]:
        """Yields what every file holds, once: payloads, or why it cannot be read.

        A folder that cannot be read is reported like a file.
        """
        for fault in {fault.filename: fault for fault in self._faults}.values():
            yield _unreadable(Path(fault.filename), fault)
        for file in self._files:
            try:
                with opened(file) as stream:
                    for saved in payloads_in(file.name, stream):
                        yield self._result(file, saved)
            except OSError as error:
                yield _unreadable(file, error)

    def _result(self, file: Path, saved: Saved) -> RawPayload | Rejected:
        if saved.fault is not None:
            place = f"{saved.place}: " if saved.place else ""
            return _rejected(file, f"{place}{saved.fault}", body_excerpt(saved.body))
        observed_at = saved.observed_at or self._observed_at(file, saved.body)
        origin = f"{file}, {saved.place}" if saved.place else str(file)
        return RawPayload(
            body=saved.body,
            origin=storable_text(origin),
            captured_at=observed_at or _changed_at(file),
            transport=self.transport,
            endpoint=recognise(saved.body),
            observed_at=observed_at,
        )

    def _observed_at(self, file: Path, body: bytes) -> datetime | None:
        """What the folder's name says, else the clock in the body or beside it."""
        return (
            _time_in_name(file)
            or _server_time(body)
            or self._time_of_siblings(file.parent)
        )

    def _time_of_siblings(self, folder: Path) -> datetime | None:
        if folder not in self._folder_times:
            times = [
                _server_time(_edges(file))
                for file in folder.glob("*.json")
                if file.is_file()
            ]
            self._folder_times[folder] = max(filter(None, times), default=None)
        return self._folder_times[folder]


def _changed_at(file: Path) -> datetime:
    """When the file was changed: dates what has no time, and decides nothing."""
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _rejected(file: Path, reason: str, original: str = "") -> Rejected:
    told = storable_text(f"{file}: {reason}")
    return Rejected(UNKNOWN_ENDPOINT, told, original)


def _unreadable(path: Path, error: OSError) -> Rejected:
    return _rejected(path, f"it cannot be read ({error.strerror or error})")


def _time_in_name(file: Path) -> datetime | None:
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


def _server_time(body: bytes) -> datetime | None:
    """The payload's own `serverTime` (ms); inside a string its quotes are escaped."""
    found = _SERVER_TIME.findall(body)
    at = datetime.fromtimestamp(int(found[-1]) / 1000, UTC) if found else None
    return at if at is not None and at <= latest_believed() else None


def _edges(file: Path) -> bytes:
    """The first and last bytes of a file, where top-level numbers are."""
    try:
        with file.open("rb") as stream:
            head = stream.read(_EDGE_BYTES)
            stream.seek(max(stream.seek(0, os.SEEK_END) - _EDGE_BYTES, 0))
            return head + stream.read()
    except OSError:
        return b""


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
        self.captured_at = _time_in_name(self.folder / "any") or started_at
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
