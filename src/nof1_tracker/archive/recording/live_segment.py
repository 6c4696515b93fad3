"""The segment that this process is writing."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from nof1_tracker import __version__
from nof1_tracker.archive.archive_folder import NEW, ArchiveFolder, new_name
from nof1_tracker.archive.durable_files import (
    create,
    flush,
    flush_folder,
    lock,
    write_all,
)
from nof1_tracker.archive.exchange_records import Original, about, records_of
from nof1_tracker.archive.gzip_members import FAST, compress
from nof1_tracker.archive.warc_records import timestamp
from nof1_tracker.errors import ArchiveError
from nof1_tracker.records.archive.archive_positions import Position
from nof1_tracker.records.archive.exchanges import NOT_MODIFIED, Exchange, FullBody

_GOOD: Final = range(200, 300)
SOFTWARE: Final = f"nof1-tracker/{__version__}"


@dataclass(frozen=True, slots=True)
class _Full:
    original: Original
    offer: FullBody


class LiveSegment:
    """A segment that is being written, by this process alone.

    Its file is locked from before it has its name until it is sealed, so that others
    know that it is alive.

    Attributes:
        name: The segment's name.
        started: When it was created.
        size: Bytes that are safely on disk.
    """

    def __init__(self, archive: ArchiveFolder, started: datetime, name: str) -> None:
        """Creates it.

        Raises:
            OSError: It cannot be created; nothing is left of it.
        """
        self.name, self.started = name, started
        self._path = archive.live(name)
        self._file = _created(archive, name, started)
        self._process = os.getpid()
        self._number = 1
        self.size = os.fstat(self._file).st_size
        self._by_request: dict[tuple[str, bytes], _Full] = {}
        self._by_digest: dict[str, Original] = {}

    @classmethod
    def create(cls, archive: ArchiveFolder, started: datetime) -> Self:
        """A new segment with a random name."""
        return cls(archive, started, new_name(started))

    def full_body(self, url: str, request_body: bytes = b"") -> FullBody | None:
        """The last full body of this request in the segment; None if there is none."""
        found = self._by_request.get((url, request_body))
        return found.offer if found else None

    def append(self, exchange: Exchange, digest: str) -> Position:
        """Appends a redacted exchange, and returns once it is flushed to disk.

        Args:
            digest: SHA-256 of its body.

        Raises:
            ArchiveError: It is a 304 without a full body in this segment.
            OSError: It cannot be written; the segment is as it was before.
        """
        self._check_process()
        original = self._original(exchange, digest)
        digest = original.digest if original else digest
        written = list(records_of(exchange, digest, self._number + 1, original))
        self._write(
            b"".join(compress(each.content, each.number, FAST) for each in written)
        )
        answer = written[-1]
        self._number = answer.number
        position = Position(self.name, self._number)
        if answer.original is not None:
            self._remember(exchange, answer.original, position)
        return position

    def close(self) -> None:
        """Ends the segment and lets go of it. May be called twice."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def detach(self) -> int:
        """Ends the segment; returns its file, open and locked, which the caller closes."""
        file, self._file = self._file, -1
        return file

    # --- steps --------------------------------------------------------------------------

    def _original(self, exchange: Exchange, digest: str) -> Original | None:
        """The record that this one only refers to; None writes it in full."""
        if exchange.is_challenge:
            return None
        if exchange.status != NOT_MODIFIED:
            # Without a body there is nothing to save; a resource has no head to revisit.
            is_worth_it = exchange.body and exchange.status is not None
            return self._by_digest.get(digest) if is_worth_it else None
        found = self._by_request.get((exchange.url, exchange.request_body))
        if found is None:
            raise ArchiveError(
                f"{exchange.url} answered 304, but the archive has no body of it in the"
                f" segment {self.name}.",
                "Ask for it again without a validator.",
            )
        return found.original

    def _write(self, content: bytes) -> None:
        try:
            write_all(self._file, content)
        except OSError:
            os.ftruncate(self._file, self.size)
            os.lseek(self._file, self.size, os.SEEK_SET)
            raise
        flush(self._file)
        self.size += len(content)

    def _remember(
        self, exchange: Exchange, original: Original, position: Position
    ) -> None:
        offer = FullBody(
            position,
            original.digest,
            exchange.dated_at,
            exchange.header("ETag"),
            exchange.header("Last-Modified"),
        )
        if exchange.status is not None:
            self._by_digest[original.digest] = original
        if exchange.status in _GOOD:
            request = exchange.url, exchange.request_body
            self._by_request[request] = _Full(original, offer)

    def _check_process(self) -> None:
        if os.getpid() != self._process:
            raise ArchiveError(
                f"The segment {self.name} belongs to another process.",
                "Open the archive in the process that records.",
            )


def _created(archive: ArchiveFolder, name: str, started: datetime) -> int:
    """The open, locked file of a new segment, with its first record on disk."""
    draft = archive.segments / f"{name}{NEW}"
    file = _draft(draft)
    try:
        first = about(1, name, SOFTWARE, timestamp(started))
        write_all(file, compress(first, 1, FAST))
        flush(file)
        draft.rename(archive.live(name))
        flush_folder(archive.segments)
    except OSError:
        os.close(file)
        draft.unlink(missing_ok=True)
        raise
    return file


def _draft(path: Path) -> int:
    """A new file, open and locked.

    Before it is locked, it looks like that of a killed process and may be removed.
    """
    while True:
        file = create(path)
        lock(file)
        if os.fstat(file).st_nlink:
            return file
        os.close(file)
