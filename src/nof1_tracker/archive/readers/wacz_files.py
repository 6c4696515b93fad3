"""Reads WACZ files: zips of WARC files, with a list of their digests."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import PurePath
from typing import IO, Any, Final

from nof1_tracker.archive.readers.digests import Digest, digest_in
from nof1_tracker.archive.readers.streams import (
    DAMAGES,
    Budget,
    Section,
    damaged,
    guarded,
    spooled,
)
from nof1_tracker.archive.readers.warc import Found, SiteAnswers, Wanted
from nof1_tracker.archive.readers.zip_files import (
    opened_zip,
    plain_members,
    refusal,
    start_of,
)
from nof1_tracker.records.payloads import Unreadable

_LIST: Final = "datapackage.json"
_FOLDER: Final = "archive/"
_SUFFIXES: Final = (".warc", ".warc.gz")
_MOST_LIST_BYTES: Final = 16_000_000
_PIECE: Final = 1 << 20


def is_wacz(opened: zipfile.ZipFile) -> bool:
    """Whether a zip is a WACZ: it lists its content, and holds WARC files."""
    names = [member.filename for member in plain_members(opened)]
    return _LIST in names and any(map(_is_warc, names))


def _is_warc(name: str) -> bool:
    return name.startswith(_FOLDER) and name.lower().endswith(_SUFFIXES)


def answers_in_wacz(
    path: PurePath, stream: IO[bytes], wanted: Wanted, most_bytes: int, budget: Budget
) -> Iterator[Found]:
    """The answers in a WACZ, and what in it cannot be read or is not as listed.

    A WARC file that differs from its listed digest is told and read all the same: each
    of its records is checked by itself.

    Args:
        stream, wanted, most_bytes: See `answers_in_warc`.

    Raises:
        OSError: It is not a zip file that can be read.
    """
    answers = SiteAnswers(wanted, most_bytes)
    with ExitStack() as files:
        opened = files.enter_context(opened_zip(stream))
        listed, fault = _listed(opened)
        if fault:
            yield Unreadable(path / _LIST, "", fault)
        members = [each for each in plain_members(opened) if _is_warc(each.filename)]
        for missing in sorted(listed.keys() - {each.filename for each in members}):
            yield Unreadable(path / missing, "", f"{_LIST} lists it, but it is missing")
        for member in members:
            inner = path / member.filename
            try:
                warc = files.enter_context(_warc(stream, opened, member, budget))
                stated = listed.get(member.filename)
                if stated is not None and _digest_of(warc, stated) != stated:
                    yield Unreadable(
                        inner, "", f"its content is not that of its digest in {_LIST}"
                    )
                yield from answers.of_file(inner, warc)
            except OSError as error:
                yield Unreadable(inner, "", error.strerror or str(error))
        yield from answers.of_later_records()


def _listed(opened: zipfile.ZipFile) -> tuple[dict[str, Digest], str | None]:
    """The digest of each WARC file, by name, and what is wrong with the list."""
    try:
        with opened.open(_LIST) as stream:
            text = stream.read(_MOST_LIST_BYTES)
        resources = json.loads(text)["resources"]
        found = {each["path"]: digest_in(each["hash"]) for each in resources}
    except (*DAMAGES, OSError, LookupError, TypeError, AttributeError) as error:
        return {}, f"it cannot be read ({type(error).__name__})"
    return {name: each for name, each in found.items() if each and _is_warc(name)}, None


@contextmanager
def _warc(
    stream: IO[bytes],
    opened: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    budget: Budget,
) -> Iterator[IO[bytes]]:
    """A WARC file in the zip, to be read in any order.

    Raises:
        OSError: It cannot be read.
    """
    if reason := refusal(member):
        raise damaged(reason)
    if member.compress_type == zipfile.ZIP_STORED:  # as a WACZ should be
        start = start_of(stream, member)
        if start + member.file_size > stream.seek(0, io.SEEK_END):
            raise damaged("it is cut off")
        section: Any = Section(stream, start, member.file_size)
        yield io.BufferedReader(section, _PIECE)
        return
    with spooled(guarded(opened.open(member).read, budget)) as copy:
        yield copy


def _digest_of(warc: IO[bytes], stated: Digest) -> Digest:
    running = hashlib.new(stated.algorithm, usedforsecurity=False)
    warc.seek(0)
    while piece := warc.read(_PIECE):
        running.update(piece)
    return Digest(stated.algorithm, running.digest())
