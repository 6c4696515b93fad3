"""What a file holds, however it is packed: in archives, compressed, within each other.

Members are read from memory or as a stream, and never written under their names. Links
are not followed, in no kind of package. Depth, number and size are limited, the size
while it is unpacked.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath
from typing import IO, Final

from nof1_tracker.archive.readers.streams import (
    HEAD_BYTES,
    MOST_UNPACKED,
    Budget,
    OverBudgetError,
    Packing,
    Read,
    decompressed,
    guarded,
    packing_of,
    spooled,
)
from nof1_tracker.archive.readers.tar_files import tar_members
from nof1_tracker.archive.readers.wacz_files import answers_in_wacz, is_wacz
from nof1_tracker.archive.readers.warc import Wanted, answers_in_warc
from nof1_tracker.archive.readers.zip_files import opened_zip, plain_members, refusal
from nof1_tracker.records.payloads import FileContent, FilePart, Unreadable

MOST_LEVELS: Final = 8
"""Layers of packing above which a file is not unpacked: a .tar.gz has two."""
MOST_MEMBERS: Final = 2_000_000
"""Members that one file may have, with those of the packages in it."""
_COST_OF_MEMBER: Final = MOST_UNPACKED // MOST_MEMBERS


@dataclass(frozen=True, slots=True)
class PackageReader:
    """Unpacks files.

    Attributes:
        wanted: Whether an address in a web archive is the site's.
        most_body_bytes: The size of a body in one above which it is refused.
        most_unpacked: The bytes to which one file may grow.
    """

    wanted: Wanted
    most_body_bytes: int
    most_unpacked: int = MOST_UNPACKED

    def is_packed(self, head: bytes, name: str) -> bool:
        """Whether a file with this beginning and name is unpacked."""
        return packing_of(head, name) is not None

    def contents_of(
        self, path: PurePath, stream: io.BufferedReader
    ) -> Iterator[FilePart]:
        """What the file holds: plain content, answers of the site, and faults.

        A content is to be read before the next part is asked for.
        """
        unpacking = _Unpacking(self, Budget(self.most_unpacked))
        try:
            yield from unpacking.contents(path, stream, 0)
        except OSError as error:
            yield _unreadable(path, error)


@dataclass(frozen=True, slots=True)
class _Unpacking:
    """Unpacks one file."""

    reader: PackageReader
    budget: Budget

    def contents(
        self,
        path: PurePath,
        stream: io.BufferedReader,
        level: int,
        *,
        is_member: bool = False,
        name: str | None = None,
    ) -> Iterator[FilePart]:
        """What a stream holds.

        Args:
            name: What it is called, without what it was packed in before; by default
                as its path.

        Raises:
            OSError: It cannot be read, or no more may be read of the file.
        """
        name = path.name if name is None else name
        packing = packing_of(stream.peek(HEAD_BYTES)[:HEAD_BYTES], name)
        if packing is None:
            yield FileContent(path, stream, is_member)
        elif level >= MOST_LEVELS:
            reason = f"it is packed in more than {MOST_LEVELS} layers"
            yield Unreadable(path, "", reason)
        elif packing is Packing.WARC:
            yield from self._in_warc(path, stream)
        elif packing is Packing.ZIP:
            yield from self._in_zip(path, stream, level + 1)
        elif packing is Packing.TAR:
            yield from self._in_tar(path, stream, level + 1)
        else:
            plain = decompressed(stream, packing, self.budget)
            rest = PurePath(name).stem  # .gz has told what it could
            yield from self.contents(
                path, plain, level + 1, is_member=is_member, name=rest
            )

    def _in_warc(self, path: PurePath, stream: IO[bytes]) -> Iterator[FilePart]:
        wanted, most = self.reader.wanted, self.reader.most_body_bytes
        with spooled(stream) as warc:
            yield from answers_in_warc(path, warc, wanted, most)

    def _in_zip(
        self, path: PurePath, stream: IO[bytes], level: int
    ) -> Iterator[FilePart]:
        with spooled(stream) as whole, opened_zip(whole) as opened:
            if is_wacz(opened):
                wanted, most = self.reader.wanted, self.reader.most_body_bytes
                yield from answers_in_wacz(path, whole, wanted, most, self.budget)
                return
            for member in plain_members(opened):
                inner = _below(path, member.filename)
                if reason := refusal(member):
                    yield Unreadable(inner, "", reason)
                else:
                    yield from self._in_member(inner, _member(opened, member), level)

    def _in_tar(
        self, path: PurePath, stream: IO[bytes], level: int
    ) -> Iterator[FilePart]:
        for name, member in tar_members(stream):
            yield from self._in_member(_below(path, name), member.read, level)

    def _in_member(self, path: PurePath, read: Read, level: int) -> Iterator[FilePart]:
        """What a member holds; a bad one costs only itself."""
        self.budget.spend(_COST_OF_MEMBER)
        try:
            stream = guarded(read, self.budget)
            yield from self.contents(path, stream, level, is_member=True)
        except OverBudgetError:
            raise
        except OSError as error:
            yield _unreadable(path, error)


def _member(opened: zipfile.ZipFile, member: zipfile.ZipInfo) -> Read:
    """Reads a member, which is opened at the first read, so that its faults are its."""
    streams: list[IO[bytes]] = []

    def read(count: int) -> bytes:
        if not streams:
            streams.append(opened.open(member))
        return streams[0].read(count)

    return read


def _below(path: PurePath, name: str) -> PurePath:
    """A member's path below that of its package; its name leads nowhere else."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return path.joinpath(*(part for part in parts if part not in ("/", "..")))


def _unreadable(path: PurePath, error: OSError) -> Unreadable:
    return Unreadable(path, "", error.strerror or str(error))
