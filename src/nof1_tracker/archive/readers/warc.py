"""Reads the site's answers from WARC files, version 1.0 and 1.1.

Written for this project, because a reader for recordings must notice what warcio lets
pass: a torn tail reads there as a shorter body, and one flipped bit loses everything
behind it. Here each record is whole and agrees with its length, its checksum and its
digest, or it is reported and costs only itself.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from typing import IO, Final, NamedTuple

from nof1_tracker.archive.readers.digests import Digest, digest_in
from nof1_tracker.archive.readers.http_answers import HttpAnswer, parse_answer
from nof1_tracker.archive.readers.warc_bytes import DamagedError
from nof1_tracker.archive.readers.warc_reading import Damage, Record, WarcRecords
from nof1_tracker.records.payloads import ArchivedAnswer, Unreadable

_TYPES: Final = ("response", "resource", "revisit")
_KEPT_BYTES: Final = 64_000_000
"""Bytes of bodies that are kept for the revisits that refer to them."""
_NOT_HERE: Final = "the record that it refers to is not here"
_OTHER_CONTENT: Final = "its content is not that of its digest"

Wanted = Callable[[str], bool]
Found = ArchivedAnswer | Unreadable


class Location(NamedTuple):
    """Where a record is: which file, where its member begins, how far into it."""

    file: int
    start: int
    offset: int


@dataclass(frozen=True, slots=True)
class _Content:
    """What a record holds.

    Attributes:
        raw: The forms of the body of which its digest may be.
    """

    body: bytes
    raw: tuple[bytes, ...]
    headers: Mapping[str, str]


def answers_in_warc(
    path: PurePath, stream: IO[bytes], wanted: Wanted, most_bytes: int
) -> Iterator[Found]:
    """The answers in one WARC file, and which of its records cannot be read.

    Args:
        stream: Can be read in any order; compressed record by record, or not.
        wanted: Whether an address is the site's; other records are passed over.
        most_bytes: The size of a body above which it is refused.
    """
    answers = SiteAnswers(wanted, most_bytes)
    yield from answers.of_file(path, stream)
    yield from answers.of_later_records()


class SiteAnswers:
    """Reads WARC files, of which one may refer to records of another."""

    def __init__(self, wanted: Wanted, most_bytes: int) -> None:
        self._wanted = wanted
        self._most = most_bytes
        self._files: list[tuple[PurePath, WarcRecords]] = []
        self._index = _Index()
        self._kept = _KeptContents()
        self._waiting: list[tuple[int, Record]] = []

    def of_file(self, path: PurePath, stream: IO[bytes]) -> Iterator[Found]:
        """The answers in a file, but for those that refer to what comes later."""
        file = len(self._files)
        records = WarcRecords(stream, self._is_wanted, self._most)
        self._files.append((path, records))
        for found in records:
            if isinstance(found, Damage):
                yield Unreadable(path, f"record {found.number}", found.reason)
            elif found.block is None:
                continue
            elif found.fields["warc-type"].lower() != "revisit":
                yield from self._response(file, found, found.block)
            elif (location := self._index.referred(found)) is not None:
                yield from self._revisit(file, found, location)
            else:
                self._waiting.append((file, found))

    def of_later_records(self) -> Iterator[Found]:
        """The answers that refer to what came after them, at the end of all files."""
        for file, record in self._waiting:
            location = self._index.referred(record)
            if location is None:
                yield self._fault(file, record, _NOT_HERE)
            else:
                yield from self._revisit(file, record, location)
        self._waiting.clear()

    def _is_wanted(self, fields: Mapping[str, str]) -> bool:
        is_answer = fields.get("warc-type", "").lower() in _TYPES
        return is_answer and self._wanted(_address(fields))

    def _fault(self, file: int, record: Record, reason: str) -> Unreadable:
        return Unreadable(self._files[file][0], f"record {record.number}", reason)

    def _response(self, file: int, record: Record, block: bytes) -> Iterator[Found]:
        try:
            content = _content(record.fields, block, self._most)
        except DamagedError as error:
            yield self._fault(file, record, str(error))
            return
        if content is None:
            return
        location = Location(file, record.start, record.offset)
        self._index.add(record.fields, location)
        self._kept.keep(location, content)
        yield self._answer(file, record, content.body, content.headers)

    def _revisit(
        self, file: int, record: Record, location: Location
    ) -> Iterator[Found]:
        """What was served again: the body of a record at the time of another."""
        content = self._kept.get(location) or self._read_again(location)
        stated = digest_in(record.fields.get("warc-payload-digest"))
        if content is None:
            yield self._fault(file, record, _NOT_HERE)
        elif stated is not None and not stated.agrees(*content.raw):
            yield self._fault(file, record, "the record that it refers to is another")
        else:
            self._index.add_again(record.fields, location)
            again = parse_answer(record.block or b"")
            headers = again.headers if again else {}
            yield self._answer(file, record, content.body, headers)

    def _read_again(self, location: Location) -> _Content | None:
        try:
            record = self._files[location.file][1].at(location.start, location.offset)
            content = _content(record.fields, record.block or b"", self._most)
        except DamagedError:
            return None
        if content is not None:
            self._kept.keep(location, content)
        return content

    def _answer(
        self, file: int, record: Record, body: bytes, headers: Mapping[str, str]
    ) -> ArchivedAnswer:
        return ArchivedAnswer(
            path=self._files[file][0],
            place=f"record {record.number}",
            url=_address(record.fields),
            body=body,
            archived_at=_time(record.fields.get("warc-date")),
            date=headers.get("date"),
            age=headers.get("age"),
        )


def _address(fields: Mapping[str, str]) -> str:
    return fields.get("warc-target-uri", "").strip("<> ")  # as WARC 1.0 shows it


def _time(text: str | None) -> datetime | None:
    """A WARC-Date; None if there is none that can be read."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _content(fields: Mapping[str, str], block: bytes, most: int) -> _Content | None:
    """What a record holds; None unless that is a successful answer with data.

    Raises:
        DamagedError: It does not agree with its digest, or cannot be decoded.
    """
    of_block = digest_in(fields.get("warc-block-digest"))
    if of_block is not None and not of_block.agrees(block):
        raise DamagedError(_OTHER_CONTENT)
    if fields["warc-type"].lower() == "resource":
        is_page = "html" in fields.get("content-type", "").lower()
        content = None if is_page else _Content(block, (block,), {})
    else:
        content = _served(parse_answer(block), most)
    of_body = digest_in(fields.get("warc-payload-digest"))
    if content and of_body and not of_block and not of_body.agrees(*content.raw):
        raise DamagedError(_OTHER_CONTENT)
    return content


def _served(answer: HttpAnswer | None, most: int) -> _Content | None:
    if answer is None or answer.status not in range(200, 300) or answer.is_html:
        return None
    body = answer.body(most)
    if not body.strip():
        return None
    # Programs differ in which encodings they remove before they compute the digest.
    forms = dict.fromkeys((answer.raw, answer.unchunked(), body))
    return _Content(body, tuple(forms), answer.headers)


# --- what revisits refer to ----------------------------------------------------------


class _Index:
    """Where the answers are, by each of the ways in which a revisit names one."""

    def __init__(self) -> None:
        self._by_id: dict[str, Location] = {}
        self._by_time: dict[tuple[str, datetime | None], Location] = {}
        self._by_digest: dict[tuple[str, Digest], Location] = {}

    def add(self, fields: Mapping[str, str], location: Location) -> None:
        """Notes where an answer is."""
        self.add_again(fields, location)
        digest = digest_in(fields.get("warc-payload-digest"))
        if digest is not None:
            self._by_digest[_address(fields), digest] = location
            self._by_digest["", digest] = location

    def add_again(self, fields: Mapping[str, str], location: Location) -> None:
        """Notes a record whose content is elsewhere."""
        if name := fields.get("warc-record-id"):
            self._by_id[name] = location
        time = _time(fields.get("warc-date"))
        self._by_time.setdefault((_address(fields), time), location)

    def referred(self, record: Record) -> Location | None:
        """Where the content of a revisit is; None if that was not met yet."""
        fields = record.fields
        if found := self._by_id.get(fields.get("warc-refers-to", "")):
            return found
        address = fields.get("warc-refers-to-target-uri", "").strip("<> ")
        time = _time(fields.get("warc-refers-to-date"))
        if time and (found := self._by_time.get((address, time))):
            return found
        digest = digest_in(fields.get("warc-payload-digest"))
        if digest is None:
            return None
        same = (address or _address(fields), digest)
        return self._by_digest.get(same) or self._by_digest.get(("", digest))


class _KeptContents:
    """The contents that were needed last, up to a number of bytes."""

    def __init__(self) -> None:
        self._contents: OrderedDict[Location, _Content] = OrderedDict()
        self._bytes = 0

    def get(self, location: Location) -> _Content | None:
        """A content that is still here; it stays for longer now."""
        with suppress(KeyError):
            self._contents.move_to_end(location)
        return self._contents.get(location)

    def keep(self, location: Location, content: _Content) -> None:
        """Keeps a content, and lets go of older ones where there are too many."""
        if location in self._contents:
            return
        self._contents[location] = content
        self._bytes += _size(content)
        while self._bytes > _KEPT_BYTES:
            self._bytes -= _size(self._contents.popitem(last=False)[1])


def _size(content: _Content) -> int:
    return sum(map(len, content.raw))
