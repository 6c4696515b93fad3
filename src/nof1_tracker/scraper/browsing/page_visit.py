"""One fetch with a browser: opens pages and collects their results.

It knows nothing of Playwright: `browser.py` gives it tabs and reports what they do.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

from tenacity import AsyncRetrying

from nof1_tracker.clock import Clock
from nof1_tracker.errors import (
    CheckpointError,
    SourceBusyError,
    SourceError,
    SourceUnreachableError,
    TrackerError,
)
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.payloads import (
    FetchFailure,
    FetchResult,
    NotModified,
    RawPayload,
    Request,
)
from nof1_tracker.scraper.browsing import page_scripts
from nof1_tracker.scraper.browsing.page_responses import PageResponse, PageResponses
from nof1_tracker.scraper.checkpoint import (
    HEADER,
    MOST_OF_A_PAGE,
    REFUSALS,
    Checkpoint,
    closed_meanwhile,
    not_let_in,
)
from nof1_tracker.scraper.fetch import (
    LONGEST_PAUSE,
    Answer,
    Pursuit,
    RequestBudget,
    SourceOptions,
    is_whole,
    refusal_in,
    retry_policy,
)
from nof1_tracker.scraper.wire.json_text import MAX_BODY_BYTES

log = logging.getLogger(__name__)

HOME = "/"
LEADERBOARD = "/leaderboard"

# Endpoints that only one page fetches; every page fetches the others.
_HOME_ONLY = {Endpoint.CONVERSATIONS}
_LEADERBOARD_ONLY = {Endpoint.ANALYTICS, Endpoint.RENDERED_LEADERBOARD}
_CHAT = Request(Endpoint.CONVERSATIONS)
_TOO_MANY = 429
_REFUSED = 400
"""Least status of a document that is not the site's page."""

_GRACE = 2.0
"""Seconds after a page is ready in which it makes all of its own requests."""
_PRESS_AGAIN = 0.5
"""Seconds until a tab is pressed again: a press before the page is alive is lost."""
_INTERRUPTIONS = 2
"""How often a fetch is asked again because all that was arriving had to be ended."""
_TABLE_PATIENCE = 5.0
"""Most seconds to wait for the rendered table."""


class Tab(Protocol):
    """A page of the browser; it raises our errors, and every call ends in time."""

    @property
    def url(self) -> str: ...

    async def load(self, url: str) -> Answer:
        """Opens the URL; returns the document's status once it begins to arrive.

        Raises:
            SourceUnreachableError: There is no connection.
            SourceBusyError: It did not arrive in time, or broke off.
        """
        ...

    async def next_document(self) -> Answer:
        """Waits until the page goes to another document by itself; its status.

        Raises:
            SourceError: The page was closed.
        """
        ...

    async def parsed(self, seconds: float) -> None:
        """Returns when the document is parsed, or after that many seconds."""
        ...

    async def run(self, script: str, argument: object, seconds: float) -> Any:
        """The value that the script returns.

        Raises:
            SourceBusyError: It did not end in time, or the page went away.
        """
        ...

    async def wait_for(self, script: str, seconds: float) -> Any:
        """The value that the script returns, once it is not null.

        Raises:
            SourceBusyError: It stayed null, or the page went away.
        """
        ...

    async def close(self) -> None: ...


class Listener(Protocol):
    """Receives reports of what a tab fetches by itself."""

    def on_asked(self, tab: Tab, url: str) -> None:
        """Called when the page begins a fetch."""
        ...

    def wants(self, url: str) -> bool:
        """True if the body from this URL should be read."""
        ...

    def has_stopped(self, url: str) -> bool:
        """True if an answer from this URL was ended because it was too much."""
        ...

    def on_failed(self, answer: Answer) -> None:
        """Called when a fetch of the page got an error or no answer."""
        ...

    def on_stopped(self, answer: Answer) -> None:
        """Called when an answer to the page, or to a script of ours, was ended."""
        ...

    def on_body(self, answer: Answer) -> None:
        """Called when a fetch of the page got this body."""
        ...


OpenTab = Callable[[Listener], Awaitable[Tab]]


class Visit:
    """The pages of one fetch; call begin() first and end() last."""

    def __init__(
        self,
        open_tab: OpenTab,
        options: SourceOptions,
        clock: Clock,
        budget: RequestBudget,
        requests: Sequence[Request],
    ) -> None:
        self._open_tab = open_tab
        self._options = options
        self._clock = clock
        self._budget = budget
        self._requests = requests
        self._responses = PageResponses(requests)
        self._results: asyncio.Queue[FetchResult | BaseException] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._tabs: dict[str, Tab] = {}
        self._usable: list[Tab] = []
        self._tab_error: TrackerError | None = None
        self._opened = asyncio.Event()
        self._loads = {path: asyncio.Event() for path in _paths_for(requests)}
        self._documents: dict[str, Answer] = {}
        self._stopped: dict[str, Answer] = {}
        self._too_much: set[str] = set()
        self._stops = 0
        self._check: asyncio.Task[Answer] | None = None
        self._chat_pressed = False
        self._patience_ends = 0.0

    async def begin(self) -> None:
        """Starts everything and returns at once."""
        self._begin_patience()
        self._spawn(self._open_all(list(self._loads)))
        for request in self._requests:
            self._spawn(self._deliver(request))

    async def next_result(self) -> FetchResult:
        """The next result; there is exactly one per request.

        Raises:
            CheckpointError: A bot checkpoint does not let the browser in.
            SourceUnreachableError: There is no connection to the site.
        """
        result = await self._results.get()
        if isinstance(result, BaseException):
            raise result
        return result

    async def end(self) -> None:
        """Stops all work and closes the pages."""
        begun = [*self._tasks, *([self._check] if self._check else [])]
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)
        await asyncio.gather(*(tab.close() for tab in self._tabs.values()))

    def _begin_patience(self) -> None:
        """From now on, the pages have a time to fetch what they fetch by themselves."""
        now = asyncio.get_running_loop().time()
        self._patience_ends = now + self._options.timeout / 3

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._note_end)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        # Raised to the caller: an unexpected error must not leave it waiting.
        if not task.cancelled() and (error := task.exception()):
            self._results.put_nowait(error)

    # --- opening the pages ---

    async def _open_all(self, paths: list[str]) -> None:
        opening = [asyncio.create_task(self._open(path)) for path in paths]
        try:
            await asyncio.gather(*opening)
        except (SourceUnreachableError, CheckpointError) as error:
            # Queued before the failures that it causes.
            self._results.put_nowait(error)
        finally:
            for task in opening:  # one page's failure does not stop the other
                task.cancel()
            await asyncio.gather(*opening, return_exceptions=True)
            self._opened.set()
            self._responses.note_settled()

    async def _open(self, path: str) -> None:
        """Opens a page, and returns once it has made its own requests.

        Raises:
            CheckpointError: A bot checkpoint does not let the browser in.
            SourceUnreachableError: There is no connection to the site.
        """
        try:
            tab, document = await self._load_patiently(path)
        except (SourceUnreachableError, CheckpointError):
            raise
        except TrackerError as error:
            self._tab_error = error
            return
        finally:
            self._loads[path].set()
        self._usable.append(tab)
        self._opened.set()
        # An error page makes no requests; a real page does, once it is alive.
        if document.status < _REFUSED:
            await tab.parsed(self._patience_ends - asyncio.get_running_loop().time())
            await asyncio.sleep(_GRACE)

    async def _load_patiently(self, path: str) -> tuple[Tab, Answer]:
        retrying = AsyncRetrying(
            sleep=self._clock.pause, **retry_policy(self._options.timeout)
        )
        loaded: tuple[Tab, Answer] = await retrying(self._load, path)
        return loaded

    async def _load(self, path: str) -> tuple[Tab, Answer]:
        tab, document = await self._load_once(path)
        if document.checkpoint is not None:
            tab, document = await self._through_checkpoint(path, tab, document)
        self._documents[path] = document
        refusal = refusal_in(document)
        asks_for_a_pause = document.status == _TOO_MANY or document.retry_after
        if refusal is not None and asks_for_a_pause:
            raise refusal
        return tab, document

    async def _load_once(self, path: str) -> tuple[Tab, Answer]:
        # A tab that is still waiting for an answer would abort the next attempt.
        if path in self._tabs:
            await self._tabs.pop(path).close()
        await self._budget.take()
        tab = self._tabs[path] = await self._open_tab(self)
        return tab, await tab.load(self._options.page_url(path))

    # --- a bot checkpoint ---

    async def _through_checkpoint(
        self, path: str, tab: Tab, document: Answer
    ) -> tuple[Tab, Answer]:
        """The tab once the checkpoint has let it in: the check is done by one alone.

        Raises:
            CheckpointError: It does not let the browser in.
        """
        if self._check is None:
            self._check = asyncio.create_task(self._wait_until_let_in(tab, document))
            return tab, await self._check
        await self._tabs.pop(path).close()
        await asyncio.shield(self._check)
        tab, document = await self._load_once(path)
        document.raise_if_refused("browser")
        return tab, document

    async def _wait_until_let_in(self, tab: Tab, document: Answer) -> Answer:
        """Leaves the page alone until its script has done its work."""
        url, status = document.url, document.status
        seconds = self._options.checkpoint_timeout_ms / 1000
        if document.checkpoint is Checkpoint.CHALLENGE:
            log.info("A bot checkpoint looks at the browser: up to %g s.", seconds)
        try:
            async with asyncio.timeout(seconds):
                while document.checkpoint is Checkpoint.CHALLENGE:
                    document = await tab.next_document()
        except TimeoutError as error:
            raise not_let_in(url, status, seconds) from error
        except SourceError as error:
            raise closed_meanwhile(url) from error
        document.raise_if_refused("browser")
        self._begin_patience()
        return document

    async def _load_again(self, tab: Tab) -> Answer:
        """Loads a page again, because only a page can do a check."""
        await self._budget.take()
        document = await tab.load(tab.url)
        return await self._wait_until_let_in(tab, document)

    async def _press_chat_tab(self, tab: Tab, chat: PageResponse) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(TrackerError):
            while not chat.asked and loop.time() < self._patience_ends:
                patience = int(_PRESS_AGAIN * 1000)
                await tab.run(page_scripts.PRESS_CHAT_TAB, patience, 4 * _PRESS_AGAIN)
                await chat.wait_until_stirred(_PRESS_AGAIN)

    # --- what the pages fetch by themselves (Listener) ---

    def on_asked(self, tab: Tab, url: str) -> None:
        self._responses.note_asked(url)
        # The page's first fetch shows that it is alive and reacts to clicks.
        chat = self._responses.get(_CHAT)
        if tab is self._tabs.get(HOME) and chat and not self._chat_pressed:
            self._chat_pressed = True
            self._spawn(self._press_chat_tab(tab, chat))

    def wants(self, url: str) -> bool:
        return self._responses.wants(url)

    def has_stopped(self, url: str) -> bool:
        return url in self._too_much

    def on_failed(self, answer: Answer) -> None:
        self._responses.note_failed(answer)

    def on_stopped(self, answer: Answer) -> None:
        self._stops += 1
        self._stopped[answer.url] = answer
        self._too_much.add(answer.url)
        self._responses.note_failed(answer)

    def on_body(self, answer: Answer) -> None:
        self._responses.note_body(answer)

    # --- results ---

    async def _deliver(self, request: Request) -> None:
        if request.endpoint is Endpoint.RENDERED_LEADERBOARD:
            result: FetchResult = await self._table() or _no_table(request)
        else:
            result = await self._obtain(request)
        if request.endpoint is Endpoint.LEADERBOARD and not _is_leaderboard(result):
            result = await self._table() or result
        self._results.put_nowait(result)

    async def _obtain(self, request: Request) -> FetchResult:
        pursuit = Pursuit(request, self._clock, "browser")

        async def attempt() -> RawPayload | NotModified:
            return pursuit.take(await self._next_answer(request))

        try:
            retrying = AsyncRetrying(
                sleep=self._clock.pause, **retry_policy(self._options.timeout)
            )
            return await retrying(attempt)
        except TrackerError as error:
            # The page may know the new place of an endpoint.
            late = self._responses[request].sound
            if isinstance(error, CheckpointError) and late is None:
                raise
            return pursuit.take(late) if late else pursuit.settle(error)

    async def _next_answer(self, request: Request) -> Answer:
        response = self._responses[request]
        if response.sound is not None:
            return response.sound
        await self._opened.wait()
        if not _is_never_asked(request) and not response.given_up:
            answer = await response.next_answer(self._patience_ends)
            response.given_up = True
            if answer is not None and answer.checkpoint is None:
                return answer
        return await self._fetch_in_page(request)

    async def _fetch_in_page(self, request: Request) -> Answer:
        tab = await self._usable_tab()
        answer = await self._ask_in_page(tab, request)
        if answer.checkpoint is None:
            return answer
        if self._check is None:
            self._check = asyncio.create_task(self._load_again(tab))
        await asyncio.shield(self._check)
        return await self._ask_in_page(tab, request)

    async def _ask_in_page(self, tab: Tab, request: Request) -> Answer:
        """The answer to a fetch in the page; asked again if another's end ended it."""
        for _ in range(_INTERRUPTIONS):
            stops = self._stops
            answer = await self._ask_once(tab, request)
            if answer.complete or self._stops == stops:
                return answer
        return await self._ask_once(tab, request)

    async def _ask_once(self, tab: Tab, request: Request) -> Answer:
        await self._budget.take()
        url = self._options.api_url(request)
        order = {
            "path": urlsplit(url)._replace(scheme="", netloc="").geturl(),
            "limit": MAX_BODY_BYTES,
            "timeout": self._options.timeout_ms,
            "refusals": REFUSALS,
            "pageLimit": MOST_OF_A_PAGE,
            "checkpointHeader": HEADER,
        }
        self._stopped.pop(url, None)
        result = await tab.run(page_scripts.FETCH, order, self._options.timeout + 5)
        answer = page_scripts.answer_from_page(result, self._clock.now())
        return self._stopped.pop(url, answer)

    async def _usable_tab(self) -> Tab:
        await self._opened.wait()
        if not self._usable:
            raise _not_opened(self._tab_error)
        return self._usable[0]

    async def _table(self) -> RawPayload | None:
        """The leaderboard as the page shows it; None if not shown in time."""
        patience = min(self._options.timeout / 3, _TABLE_PATIENCE)
        try:
            tab = await self._leaderboard_tab()
            table = await tab.wait_for(page_scripts.READ_TABLE, patience)
        except CheckpointError:
            raise
        except TrackerError as error:
            log.info("No leaderboard table: %s", error)
            return None
        now = self._clock.now()
        return RawPayload(
            body=page_scripts.table_json(table),
            origin=tab.url,
            captured_at=now,
            observed_at=now,
            transport="browser",
            endpoint=Endpoint.RENDERED_LEADERBOARD,
        )

    async def _leaderboard_tab(self) -> Tab:
        """The tab of the leaderboard, once the site itself has answered in it.

        Raises:
            SourceError: It shows something else: an error, or a checkpoint's page.
        """
        await self._opened.wait()
        if LEADERBOARD in self._loads:
            await self._loads[LEADERBOARD].wait()
        else:
            await self._load(LEADERBOARD)
        document = self._documents.get(LEADERBOARD)
        if document is None or document.status >= _REFUSED:
            raise SourceError("The page of the leaderboard did not open.")
        return self._tabs[LEADERBOARD]


def _paths_for(requests: Sequence[Request]) -> list[str]:
    """The fewest pages that together fetch all requests by themselves."""
    asked = {request.endpoint for request in requests}
    paths = [HOME] if asked & _HOME_ONLY else []
    if asked & _LEADERBOARD_ONLY or not paths:
        paths.append(LEADERBOARD)
    return paths


def _is_never_asked(request: Request) -> bool:
    """True if a page asks for this only after a choice by its user."""
    return any(key == "competitionId" for key, _ in request.query)


def _is_leaderboard(result: FetchResult) -> bool:
    if isinstance(result, RawPayload):
        return result.endpoint is Endpoint.LEADERBOARD and is_whole(result.body)
    return isinstance(result, NotModified)


def _not_opened(reason: TrackerError | None) -> SourceError:
    """The error of each request where no page opened, with the pause it asks for."""
    message = reason.message if reason else "No page could be opened."
    pause = reason.retry_after if isinstance(reason, SourceBusyError) else None
    # A shorter one was waited for before, so that the requests need not wait as well.
    if pause is None or pause <= LONGEST_PAUSE:
        return SourceError(message)
    return SourceBusyError(message, retry_after=pause)


def _no_table(request: Request) -> FetchFailure:
    return FetchFailure(request, SourceError("The page shows no leaderboard table."))
