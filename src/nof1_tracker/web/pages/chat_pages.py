"""The reader of ModelChat: what was found, and a conversation as a whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup, escape

from nof1_tracker.records.asking.asked_values import Text
from nof1_tracker.records.asking.listed_rows import ListedDecision
from nof1_tracker.records.asking.written_values import parse_symbols
from nof1_tracker.records.enums import ChatDecision
from nof1_tracker.records.sanitize import clean
from nof1_tracker.records.stored import ChatFilter, StoredChat
from nof1_tracker.rendering.decision_words import decided_words, decision_terms
from nof1_tracker.rendering.excerpts import excerpts, find_hits
from nof1_tracker.rendering.html.cells import shorten
from nof1_tracker.rendering.html.palette import BENCHMARK, Stroke
from nof1_tracker.services.listing.row_pages import chat_page
from nof1_tracker.services.listing.stored_overview import read_accounts
from nof1_tracker.services.reading.whole_rows import read_conversation
from nof1_tracker.web.pages.page_errors import PageRoute
from nof1_tracker.web.pages.page_frame import (
    Dashboard,
    Frame,
    ListQuery,
    PageQuery,
    TheDashboard,
    answer_page,
    page_response,
    read_frame,
    rendered,
    stroke_among,
)
from nof1_tracker.web.views.chat_stream import chat_path

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_ROWS = 30
_EXCERPTS = 2
_LONGEST = 400
"""The most characters of an excerpt."""


class ChatsQuery(ListQuery):
    """Which conversations, and after which of them."""

    decision: ChatDecision | None = None
    symbol: Text | None = None
    search: Text | None = None


@dataclass(frozen=True, slots=True)
class FoundChat:
    """A conversation in the list.

    Attributes:
        texts: Its summary, or the parts that hold what was searched for, marked.
    """

    chat: StoredChat
    name: str
    stroke: Stroke
    path: str | None
    words: str
    texts: tuple[Markup, ...]


@router.get("/chat")
async def chats(
    request: Request, dashboard: TheDashboard, asked: Annotated[ChatsQuery, Query()]
) -> Response:
    """Conversations, newest first; a text that is searched for is marked."""

    def read() -> Mapping[str, Any]:
        frame = read_frame(dashboard, request, asked, "Chat")
        return {"frame": frame, **_listed(dashboard, frame, asked)}

    return await answer_page(dashboard, "chats.html", read)


def _listed(dashboard: Dashboard, frame: Frame, asked: ChatsQuery) -> Mapping[str, Any]:
    since, until = asked.window(frame)
    wanted = ChatFilter(
        decision=asked.decision,
        symbols=parse_symbols(asked.symbol),
        search=asked.search,
        since=since,
        until=until,
        with_content=asked.search is not None,
    )
    page = chat_page(
        dashboard.record.engine,
        wanted,
        asked.part(_ROWS),
        model=asked.model,
        season=frame.number,
    )
    return {
        "asked": asked,
        "found": [_found(each, frame.stroke_of, asked.search) for each in page.rows],
        "search": {"search": asked.search} if asked.search else {},
        "next": asked.further(frame, "/chat", page.next),
        "decisions": list(ChatDecision),
    }


def _found(
    chat: StoredChat, stroke_of: Mapping[str, Stroke], search: str | None
) -> FoundChat:
    return FoundChat(
        chat=chat,
        name=shorten(chat.name),
        stroke=stroke_of.get(chat.account_id, BENCHMARK),
        path=chat.conversation_id and chat_path(chat.conversation_id),
        words=decided_words(chat),
        texts=tuple(_texts(chat, search)),
    )


def _texts(chat: StoredChat, search: str | None) -> Iterator[Markup]:
    for stored in (chat.content, chat.summary) if search else ():
        parts = excerpts(clean(stored or ""), search or "")
        for part in parts[:_EXCERPTS]:
            hits = [(start, end) for start, end in part.hits if end <= _LONGEST]
            yield marked(part.text[:_LONGEST], hits)
        if parts:
            return
    yield escape(clean(chat.summary or ""))


def marked(text: str, hits: Sequence[tuple[int, int]]) -> Markup:
    """The text with its hits marked, and everything else escaped."""
    parts, end = [], 0
    for start, stop in hits:
        parts += [escape(text[end:start]), _mark(text[start:stop])]
        end = stop
    return Markup("").join([*parts, escape(text[end:])])


def _mark(text: str) -> Markup:
    return Markup("<mark>{}</mark>").format(text)


class OneChatQuery(PageQuery):
    """What is marked in a conversation."""

    search: Text | None = None


@router.get("/chat/{conversation_id:path}")
async def conversation(
    request: Request,
    dashboard: TheDashboard,
    conversation_id: Text,
    asked: Annotated[OneChatQuery, Query()],
) -> Response:
    """What a model was told, thought and decided."""

    def read() -> Response:
        engine = dashboard.record.engine
        found = read_conversation(engine, conversation_id)
        frame = read_frame(dashboard, request, asked, "Chat")
        chat = found.chat
        if chat.conversation_id != conversation_id:
            return RedirectResponse(frame.to(chat_path(chat.conversation_id or "")))

        def shown(text: str | None) -> Markup:
            whole = clean(text or "", multi_line=True).strip()
            return marked(whole, find_hits(whole, asked.search or ""))

        context = {
            "frame": frame,
            "found": found,
            "name": shorten(chat.name),
            "stroke": stroke_among(read_accounts(engine), chat.account_id),
            "words": decided_words(chat),
            "prompt": shown(found.prompt),
            "thought": shown(chat.content),
            "decisions": [_decided(each) for each in found.decisions],
            "earlier": found.earlier and chat_path(found.earlier),
            "later": found.later and chat_path(found.later),
            "search": {"search": asked.search} if asked.search else {},
        }
        return page_response(rendered("chat.html", context))

    return await dashboard.record.quick.run(read)


def _decided(decision: ListedDecision) -> Mapping[str, Any]:
    said = (decision.justification, decision.invalidation_condition)
    return {
        "symbol": clean(decision.symbol),
        "signal": clean(decision.signal).replace("_", " "),
        "terms": clean(decision_terms(decision)),
        "quotes": [clean(each, multi_line=True).strip() for each in said if each],
    }
