"""Answers: one page of a list as JSON, all of it as a stream, or a single object."""

from collections.abc import AsyncIterator, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from nof1_tracker.errors import DatabaseError
from nof1_tracker.records.asking.asked_values import Asked, Span
from nof1_tracker.records.asking.cursor import cursor_of, keyset_of
from nof1_tracker.records.asking.keyset import Keyset, Place
from nof1_tracker.rendering.programs.output import to_line
from nof1_tracker.web.formats import MEDIA_TYPES, Format, chosen_format
from nof1_tracker.web.kept.kept_answers import Answer, Question
from nof1_tracker.web.parameters import ListQuery, WholeQuery
from nof1_tracker.web.record import Record
from nof1_tracker.web.streams.row_columns import RowColumns
from nof1_tracker.web.streams.row_writers import Rows, RowWriter, writer_of
from nof1_tracker.web.workers import Places, Workers

PAGE = 100
"""Rows of a page, if `limit` is left out."""
STREAMED = 1000
"""Rows that a stream reads at once."""
MOMENT = 5
"""Seconds for which what depends on the time of a request, such as `since=2h`, stands."""
MINUTE = 60
"""The same for what takes seconds to compute."""
_HEADERS = {"Cache-Control": "no-cache", "Vary": "Accept"}
"""An answer may be kept, and is asked for again with its ETag before it is used."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a list as they are answered.

    Attributes:
        next: The last of them, where the list goes on.
        about: What the answer says beside its rows; not part of a stream.
    """

    rows: Sequence[Mapping[str, Any]]
    next: Keyset | None = None
    about: Mapping[str, Any] = field(default_factory=dict)


ReadPart = Callable[[Place], Part]


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and where the answer is from.

    Attributes:
        workers: Threads that compute it.
        good_for: Seconds for which an answer that depends on the time of the request
            stands; None where it depends on what is stored alone.
    """

    request: Request
    record: Record
    workers: Workers
    good_for: int | None = None

    async def answer(self, make: Callable[[], bytes]) -> Response:
        """The body, or 304 for a client that has it.

        It is made if nobody has asked the same since the record last changed.
        """

        async def made() -> bytes:
            return await self.workers.run(make)

        question = self._question()
        found = await self.record.kept.get(question.at(self.record.clock), made)
        self.record.asked_before.remember(words_of(self.request), question)
        return revalidated(self.request, found)

    def _question(self) -> Question:
        url = self.request.url
        asked = "&".join(sorted(url.query.split("&")))
        return Question(f"{url.path}?{asked}", self.good_for)


def words_of(request: Request) -> Hashable:
    """All of a request that decides what it asks for, and whether it may."""
    scope = request.scope
    return scope["path"], scope["query_string"], request.headers.get("accept")


async def kept_answer(record: Record, request: Request) -> Response | None:
    """The answer, if the same was asked in the same words before, and it is still kept.

    Nothing of it is routed or checked again, which takes longer than all the rest.
    """
    question = record.asked_before.find(words_of(request))
    if question is None:
        return None
    try:
        found = await record.kept.find(question.at(record.clock))
    except DatabaseError:
        return None  # whoever is to make it will say so
    return None if found is None else revalidated(request, found)


async def answer_list(
    asking: Asking, asked: ListQuery, columns: RowColumns, read: ReadPart
) -> Response:
    """The list in the format that is wanted; JSON is a page, the others are streams."""
    wanted = chosen_format(asked.format, asking.request.headers.get("accept"))
    after = None if asked.cursor is None else keyset_of(asked.cursor)
    if wanted is Format.JSON:
        place = Place(asked.limit or PAGE, after)
        if _depends_on_now(asked):
            asking = replace(asking, good_for=MOMENT)
        return await asking.answer(lambda: _page(read(place)))
    stream = _Stream(writer_of(wanted, columns), read)
    begin = partial(stream.chunk, after, asked.limit)
    return await _streamed(asking, stream, begin, MEDIA_TYPES[wanted])


async def _streamed(
    asking: Asking, stream: "_Stream", begin: Callable[[], "_Chunk"], kind: str
) -> Response:
    """All of the list, as fast as the client takes it; a failure at once is a problem."""
    places = asking.record.streams
    places.take()
    try:
        begun = await asking.workers.run(begin)
    except BaseException:
        places.give_back()
        raise
    return _PlacedStream(stream.chunks(asking.workers, begun), places, kind)


async def answer_whole(
    asking: Asking, asked: WholeQuery, columns: RowColumns, read: Callable[[], Part]
) -> Response:
    """A short list, all of it in any format."""
    wanted = chosen_format(asked.format, asking.request.headers.get("accept"))
    if wanted is Format.JSON:
        return await asking.answer(lambda: _page(read()))
    body = await asking.workers.run(lambda: _whole(wanted, columns, read().rows))
    return Response(body, headers=_HEADERS, media_type=MEDIA_TYPES[wanted])


def _depends_on_now(asked: Asked) -> bool:
    """Whether the answer may differ with the time of the request, such as `since=2h`."""
    return isinstance(asked, Span) and bool(asked.since or asked.until)


async def answer_object(asking: Asking, read: Callable[[], Any]) -> Response:
    """What the call returns, as JSON."""
    return await asking.answer(lambda: to_line(read()).encode())


def revalidated(request: Request, answer: Answer) -> Response:
    """The body with its ETag, or 304 for a client that has it."""
    headers = {**_HEADERS, "ETag": answer.tag}
    if is_known(request, answer.tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(answer.body, headers=headers, media_type=MEDIA_TYPES[Format.JSON])


def is_known(request: Request, tag: str) -> bool:
    """Whether the client has what the tag is of; weak or strong makes no difference."""
    if_none_match = request.headers.get("if-none-match", "")
    named = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return "*" in named or tag.removeprefix("W/") in named


def _page(part: Part) -> bytes:
    cursor = None if part.next is None else cursor_of(part.next)
    return to_line({**part.about, "data": part.rows, "next": cursor}).encode()


def _whole(wanted: Format, columns: RowColumns, rows: Rows) -> bytes:
    writer = writer_of(wanted, columns)
    return b"".join((writer.begin(), writer.rows(rows), writer.end()))


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some rows of a stream; `left` is how many it may still have, None: all."""

    content: bytes
    next: Keyset | None
    left: int | None


@dataclass(frozen=True, slots=True)
class _Stream:
    """A list as a file, a page of the database at a time."""

    writer: RowWriter
    read: ReadPart

    def chunk(self, after: Keyset | None, left: int | None) -> _Chunk:
        """The rows after that one."""
        limit = STREAMED if left is None else min(left, STREAMED)
        part = self.read(Place(limit, after))
        remaining = None if left is None else left - len(part.rows)
        is_done = remaining is not None and remaining <= 0
        content = self.writer.rows(part.rows)
        return _Chunk(content, None if is_done else part.next, remaining)

    async def chunks(self, workers: Workers, begun: _Chunk) -> AsyncIterator[bytes]:
        """All of it; no connection is held while the client reads."""
        yield self.writer.begin() + begun.content
        while begun.next is not None:
            read = partial(self.chunk, begun.next, begun.left)
            begun = await workers.go_on(read)
            yield begun.content
        yield self.writer.end()


class _PlacedStream(StreamingResponse):
    """Gives its place back once it is over, however it ends."""

    def __init__(self, chunks: AsyncIterator[bytes], places: Places, kind: str) -> None:
        super().__init__(chunks, headers=_HEADERS, media_type=kind)
        self._places = places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._places.give_back()
