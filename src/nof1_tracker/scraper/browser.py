"""Visits the site in a real browser; the only file that imports Playwright.

It opens pages and takes the JSON that they fetch themselves. What a page does not
fetch, or fetches badly, is fetched inside the page. Every wait has a deadline.
"""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

from playwright.async_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Frame,
    Page,
    Playwright,
    Response,
    async_playwright,
)
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Request as PageRequest
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from nof1_tracker.clock import Clock, parse_retry_after
from nof1_tracker.errors import BrowserUnavailableError, SourceBusyError, SourceError
from nof1_tracker.records.payloads import FetchResult, Request
from nof1_tracker.scraper.browsing.body_bounds import BodyBounds
from nof1_tracker.scraper.browsing.bounded_answers import WATCHED, BoundedAnswers
from nof1_tracker.scraper.browsing.chromium import (
    LAUNCH_FLAGS,
    explain_launch_failure,
    explain_navigation,
    find_browser,
    may_use_sandbox,
)
from nof1_tracker.scraper.browsing.driver_thread import DrivingThread
from nof1_tracker.scraper.browsing.own_browser import (
    loopback_address,
    no_browser_at,
    private_folder,
)
from nof1_tracker.scraper.browsing.page_responses import named_endpoint
from nof1_tracker.scraper.browsing.page_visit import Listener, Tab, Visit
from nof1_tracker.scraper.browsing.unpacked_bodies import UnpackedBodies
from nof1_tracker.scraper.checkpoint import HEADER, REFUSALS, is_html
from nof1_tracker.scraper.fetch import (
    Answer,
    RequestBudget,
    SourceOptions,
    parse_served_at,
)
from nof1_tracker.scraper.wire.content_encoding import stacked
from nof1_tracker.scraper.wire.json_text import MAX_BODY_BYTES

log = logging.getLogger(__name__)

_SETTLING = 1.0
"""Seconds that a page may take to show a document, before it is closed."""

T = TypeVar("T")

_CLOSING = 5.0
"""Seconds that the browser, and then the driver, may take to end by themselves."""


class BrowserSource:
    """One browser, kept open between fetches and restarted if it crashed.

    It is driven in a thread of its own, so that pages keep loading while their results
    are stored.
    """

    transport = "browser"

    def __init__(
        self,
        options: SourceOptions,
        clock: Clock,
        budget: RequestBudget | None = None,
    ) -> None:
        """Args: budget: Shared with other sources; by default its own."""
        self._options = options
        self._clock = clock
        self._budget = budget or RequestBudget(options.rate_limit, clock)
        self._driving: DrivingThread | None = None
        self._chromium: _Chromium | None = None
        self._starting: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Starts the browser, unless it is running.

        Raises:
            BrowserUnavailableError: None is installed, or it does not start.
            ConfigurationError: What the settings name is not a browser.
        """
        if self._starting is None and self._chromium is not None:
            if self.is_alive():
                return
            log.warning("The browser has ended unexpectedly: starting it again.")
            self.close()
        starting = self._starting or self.begin()
        try:
            starting.result()
        except BaseException:
            self.close()
            raise
        self._starting = None

    def begin(self) -> Future[None]:
        """Begins to start a browser, if there was none; `start` waits for it.

        Raises:
            BrowserUnavailableError: None is installed.
            ConfigurationError: What the settings name is not a browser.
        """
        self._chromium = _opening(self._options)
        self._driving = DrivingThread()
        self._starting = self._driving.begin(self._chromium.start())
        return self._starting

    def is_alive(self) -> bool:
        """True if the browser is open and answers."""
        chromium = self._chromium
        return chromium is not None and self._run(chromium.is_alive())

    def close(self) -> None:
        """Ends the browser and its driver, by force if necessary."""
        chromium, self._chromium = self._chromium, None
        driving, self._driving = self._driving, None
        starting, self._starting = self._starting, None
        if chromium is None or driving is None:
            return
        if starting is not None:
            starting.cancel()
        try:
            driving.run(chromium.stop())
        finally:
            chromium.kill()
            driving.close()

    def fetch(self, requests: Sequence[Request]) -> Iterator[FetchResult]:
        """Yields one result per request, in order of arrival.

        Raises:
            SourceUnreachableError: The site's pages do not open.
            BrowserUnavailableError: The browser does not start.
        """
        if not requests:
            return
        self.start()
        visit = Visit(
            self._open_tab, self._options, self._clock, self._budget, requests
        )
        try:
            self._run(visit.begin())
            for _ in requests:
                yield self._run(visit.next_result())
        finally:
            # close() may have run first, and ended the pages with the browser.
            if self._driving is not None:
                self._run(visit.end())
            if self._chromium is not None:
                self._run(self._chromium.close_pages())

    async def _open_tab(self, listener: Listener) -> Tab:
        if self._chromium is None:
            raise BrowserUnavailableError("The browser was closed.")
        page = await self._chromium.open_page()
        tab = _PlaywrightTab(page, listener, self._options, self._clock)
        await tab.bound(self._chromium.bodies)
        return tab

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        if self._driving is None:
            work.close()
            raise BrowserUnavailableError("The browser was closed.")
        return self._driving.run(work)


def _opening(options: SourceOptions) -> "_Chromium":
    if options.attach is not None:
        return _AttachedChromium(options, Path(loopback_address(options.attach)))
    path = find_browser(options)
    if options.profile_dir is not None:
        return _ProfiledChromium(options, path)
    return _Chromium(options, path)


async def _start_driver() -> Playwright:
    """Starts Playwright's own Node.js, which needs libraries small systems may lack.

    Raises:
        BrowserUnavailableError: It ended before it answered.
    """
    try:
        return await async_playwright().start()
    except Exception as error:  # Playwright raises a bare Exception
        raise BrowserUnavailableError(
            f"Playwright's driver does not start: {_line(error)}.",
            "On Debian and Ubuntu: apt-get install libatomic1.",
        ) from error


class _Chromium:
    """The browser's process, its driver and one context.

    Attributes:
        bodies: What its pages fetch, while it is unpacked.
    """

    def __init__(self, options: SourceOptions, path: Path) -> None:
        self.bodies = UnpackedBodies(MAX_BODY_BYTES)
        self._options = options
        self._path = path
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._context: BrowserContext | None = None
        self._pid: int | None = None

    async def start(self) -> None:
        try:
            async with asyncio.timeout(self._options.timeout):
                self._playwright = await _start_driver()
                self._context = await self._open(self._playwright)
        except TimeoutError as error:
            raise self._explain("no answer in time") from error
        except (PlaywrightError, OSError) as error:
            raise self._explain(str(error)) from error

    def _explain(self, message: str) -> BrowserUnavailableError:
        return explain_launch_failure(message, self._path)

    async def _open(self, playwright: Playwright) -> BrowserContext:
        async def launch(sandbox: bool) -> Browser:
            return await playwright.chromium.launch(**self._flags(sandbox))

        self._browser = await _in_sandbox_if_possible(launch)
        version = await self._learn_version(self._browser)
        return await self._browser.new_context(
            user_agent=f"{version} {self._options.user_agent}",
            service_workers="block",
            accept_downloads=False,
        )

    def _flags(self, sandbox: bool) -> dict[str, Any]:
        return {
            "executable_path": self._path,
            "headless": self._options.headless,
            "args": list(LAUNCH_FLAGS),
            "chromium_sandbox": sandbox,
            "timeout": self._options.timeout_ms,
        }

    async def _learn_version(self, browser: Browser) -> str:
        """The browser's own user agent; its process is known from then on."""
        session = await browser.new_browser_cdp_session()
        version, processes = await asyncio.gather(
            session.send("Browser.getVersion"),
            session.send("SystemInfo.getProcessInfo"),
        )
        self._pid = next(
            (p["id"] for p in processes["processInfo"] if p["type"] == "browser"), None
        )
        return str(version["userAgent"])

    async def is_alive(self) -> bool:
        """True if the browser answers; between fetches a crash goes unnoticed."""
        return self._context is not None and await _ends(
            self._context.cookies("http://127.0.0.1")
        )

    async def open_page(self) -> Page:
        """Raises: SourceError: The browser does not open a page."""
        if self._context is None:
            raise BrowserUnavailableError("The browser has not been started.")
        try:
            async with asyncio.timeout(self._options.timeout):
                return await self._context.new_page()
        except (PlaywrightError, TimeoutError) as error:
            raise _cannot_open(error) from error

    async def close_pages(self) -> None:
        """Closes pages left open, such as one that opened after nobody waited."""
        await asyncio.gather(*(_ends(page.close()) for page in self._left_open()))

    def _left_open(self) -> list[Page]:
        return self._context.pages if self._context is not None else []

    async def stop(self) -> None:
        """Ends the browser, then the driver; gives up at the deadline."""
        if self._browser is not None and await _ends(self._browser.close()):
            self._pid = None
        if self._playwright is not None:
            await _ends(self._playwright.stop())

    def kill(self) -> None:
        """Kills the browser, if it did not end when asked to."""
        if self._pid is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            # It leads a process group of its own, which includes its renderers.
            if os.getpgid(self._pid) == self._pid:
                os.killpg(self._pid, signal.SIGKILL)


async def _in_sandbox_if_possible(start: Callable[[bool], Awaitable[T]]) -> T:
    try:
        return await start(may_use_sandbox())
    except PlaywrightError as error:
        # Containers, and kernels that deny user namespaces, allow no sandbox.
        if not may_use_sandbox() or "sandbox" not in str(error).lower():
            raise
        log.info("Chromium's sandbox cannot be used here: starting without it.")
        return await start(False)


class _ProfiledChromium(_Chromium):
    """A browser that keeps its session in a folder, from one run to the next."""

    def __init__(self, options: SourceOptions, path: Path) -> None:
        super().__init__(options, path)
        self._folder = private_folder(Path(options.profile_dir or ""))
        self._found: list[Page] = []

    async def _open(self, playwright: Playwright) -> BrowserContext:
        async def launch(sandbox: bool) -> BrowserContext:
            return await playwright.chromium.launch_persistent_context(
                self._folder,
                service_workers="block",
                accept_downloads=False,
                **self._flags(sandbox),
            )

        context = await _in_sandbox_if_possible(launch)
        self._browser, self._found = context.browser, list(context.pages)
        if self._browser is not None:
            await self._learn_version(self._browser)
        return context

    async def open_page(self) -> Page:
        return await _introduced(await super().open_page(), self._options)

    def _left_open(self) -> list[Page]:
        # A browser with a window ends when its last page is closed.
        return [page for page in super()._left_open() if page not in self._found]


class _AttachedChromium(_Chromium):
    """A browser that a person has opened: only tabs of ours are closed, never it."""

    def __init__(self, options: SourceOptions, path: Path) -> None:
        super().__init__(options, path)
        self._own: list[asyncio.Task[Page]] = []

    def _explain(self, message: str) -> BrowserUnavailableError:
        log.debug("Attaching failed: %s", message)
        return no_browser_at(self._options.attach or "")

    async def _open(self, playwright: Playwright) -> BrowserContext:
        browser = await playwright.chromium.connect_over_cdp(
            self._options.attach or "", timeout=self._options.timeout_ms
        )
        if not browser.contexts:
            raise PlaywrightError("it has no session")
        return browser.contexts[0]

    async def open_page(self) -> Page:
        # A tab that opens after nobody waits for it is closed all the same.
        opening = asyncio.create_task(super().open_page())
        self._own.append(opening)
        return await _introduced(await asyncio.shield(opening), self._options)

    async def close_pages(self) -> None:
        opened = await asyncio.gather(*self._own, return_exceptions=True)
        self._own.clear()
        left = [page for page in opened if isinstance(page, Page)]
        await asyncio.gather(*(_ends(page.close()) for page in left))

    async def stop(self) -> None:
        await self.close_pages()
        await super().stop()


async def _introduced(page: Page, options: SourceOptions) -> Page:
    """The page, which says who asks, beside what the browser says of itself."""
    try:
        async with asyncio.timeout(options.timeout):
            says = await page.evaluate("navigator.userAgent")
            session = await page.context.new_cdp_session(page)
            agent = {"userAgent": f"{says} {options.user_agent}"}
            await session.send("Emulation.setUserAgentOverride", agent)
    except (PlaywrightError, TimeoutError) as error:
        raise _cannot_open(error) from error
    return page


def _cannot_open(error: Exception) -> SourceError:
    return SourceError(f"The browser cannot open a page: {_line(error)}.")


async def _ends(call: Coroutine[Any, Any, object]) -> bool:
    """True if the call to the browser returned in time and succeeded."""
    try:
        async with asyncio.timeout(_CLOSING):
            await call
    except Exception as error:  # noqa: BLE001 - a dead driver raises bare Exceptions
        log.debug("The browser does not answer: %s", error)
        return False
    return True


class _PlaywrightTab:
    """A Tab that reports to its listener what the page fetches by itself."""

    def __init__(
        self, page: Page, listener: Listener, options: SourceOptions, clock: Clock
    ) -> None:
        self._page = page
        self._listener = listener
        self._options = options
        self._clock = clock
        self._reading: dict[str, asyncio.Task[None]] = {}
        self._going: asyncio.Future[Response | None] | None = None
        self._loaded: Response | None = None
        self._arriving: Response | None = None
        self._arrived: asyncio.Queue[Response | None] = asyncio.Queue()
        self._is_refused = False
        self._bounding: set[asyncio.Task[object]] = set()
        page.on("close", lambda _: self._arrived.put_nowait(None))
        page.on("crash", lambda _: self._arrived.put_nowait(None))
        page.on("framenavigated", self._on_navigated)
        page.on("request", self._on_request)
        page.on("response", self._on_response)
        page.on("requestfinished", self._on_finished)
        page.on("requestfailed", self._on_failed)

    @property
    def url(self) -> str:
        return self._page.url

    async def bound(self, bodies: UnpackedBodies) -> None:
        """From now on ends every answer that unpacks to too much.

        Args:
            bodies: Those of all pages of the browser.

        Raises:
            SourceError: The browser does not answer.
        """
        try:
            async with asyncio.timeout(self._options.timeout):
                session = await self._page.context.new_cdp_session(self._page)
                await self._count_bodies(session)
                await self._unpack_first(session, bodies)
        except (PlaywrightError, TimeoutError) as error:
            raise _cannot_open(error) from error

    async def _count_bodies(self, session: CDPSession) -> None:
        """Counts what the page loads; its documents and scripts too."""
        bounds = BodyBounds(MAX_BODY_BYTES, partial(self._end_all, session))
        session.on("Network.responseReceived", bounds.begin)
        session.on("Network.dataReceived", bounds.grow)
        session.on("Network.loadingFinished", bounds.end)
        session.on("Network.loadingFailed", bounds.end)
        # Bodies are counted here, not kept for a second time.
        keep_none = {"maxTotalBufferSize": 0, "maxResourceBufferSize": 0}
        await session.send("Network.enable", keep_none)

    async def _unpack_first(self, session: CDPSession, bodies: UnpackedBodies) -> None:
        """Reads and unpacks what the page fetches, before the page gets it."""
        bounded = BoundedAnswers(MAX_BODY_BYTES, bodies, session.send, self._listener)
        session.on(
            "Fetch.requestPaused", lambda event: self._bound(bounded.pass_on(event))
        )
        session.on("Network.loadingFailed", bounded.give_up)
        await session.send("Fetch.enable", WATCHED)

    def _end_all(self, session: CDPSession, excess: Answer) -> None:
        """Ends all that is arriving: one alone cannot be ended from outside the page."""
        self._listener.on_stopped(excess)
        self._bound(session.send("Page.stopLoading"))

    def _bound(self, work: Coroutine[Any, Any, object]) -> None:
        """Does it beside everything else; the page may go away meanwhile."""
        task = asyncio.create_task(work)
        self._bounding.add(task)
        task.add_done_callback(self._note_bounded)

    def _note_bounded(self, task: asyncio.Task[object]) -> None:
        self._bounding.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, PlaywrightError):
            log.debug("What was to be bounded went away: %s", _line(error))
        elif error is not None:
            log.error("An answer could not be bounded.", exc_info=error)

    async def load(self, url: str) -> Answer:
        self._arriving, self._arrived = None, asyncio.Queue()
        going = self._page.goto(
            url, wait_until="commit", timeout=self._options.timeout_ms
        )
        self._going = asyncio.ensure_future(going)
        # Nobody may wait for it any more when it fails.
        self._going.add_done_callback(lambda each: each.cancelled() or each.exception())
        try:
            response = await asyncio.shield(self._going)
        except PlaywrightTimeoutError as error:
            limit = self._options.timeout
            raise SourceBusyError(
                f"{url} did not answer within {limit:g} s."
            ) from error
        except PlaywrightError as error:
            raise explain_navigation(str(error), url) from error
        self._loaded = response
        return await self._document(response) if response else Answer(url, 200)

    async def next_document(self) -> Answer:
        while (response := await self._arrived.get()) is self._loaded:
            continue
        if response is None:
            raise SourceError(f"{self.url} was closed.")
        self._loaded = response
        return await self._document(response)

    async def _document(self, response: Response) -> Answer:
        """The head of a document, with its title where only that can tell what it is."""
        head = self._head(response)
        if head.status not in REFUSALS or not is_html(head.content_type):
            return head
        if head.mitigated is not None:
            return head
        try:
            async with asyncio.timeout(_CLOSING):
                await self._page.wait_for_load_state("domcontentloaded")
                return replace(head, title=await self._page.title())
        except (PlaywrightError, TimeoutError):
            return head

    async def parsed(self, seconds: float) -> None:
        with contextlib.suppress(PlaywrightError):
            await self._page.wait_for_load_state(
                "domcontentloaded", timeout=max(seconds, 0.1) * 1000
            )

    async def run(self, script: str, argument: object, seconds: float) -> Any:
        try:
            async with asyncio.timeout(seconds):
                return await self._page.evaluate(script, argument)
        except (PlaywrightError, TimeoutError) as error:
            raise SourceBusyError(f"{self.url} went away: {_line(error)}.") from error

    async def wait_for(self, script: str, seconds: float) -> Any:
        try:
            async with asyncio.timeout(seconds + 1):
                shown = await self._page.wait_for_function(
                    script, timeout=seconds * 1000
                )
                return await shown.json_value()
        except (PlaywrightError, TimeoutError) as error:
            raise SourceBusyError(
                f"{self.url} does not show it: {_line(error)}."
            ) from error

    async def close(self) -> None:
        begun: list[asyncio.Task[Any]] = [*self._reading.values(), *self._bounding]
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)
        await self._settle()
        await _ends(self._page.close())

    async def _settle(self) -> None:
        """Waits a moment for a document that is only just arriving.

        A page that is closed right after its document was committed may never close.
        """
        if self._going is None:
            return
        await asyncio.wait({self._going}, timeout=_SETTLING)
        await _ends(
            self._page.wait_for_load_state("domcontentloaded", timeout=_SETTLING * 1000)
        )

    def _on_request(self, request: PageRequest) -> None:
        if _is_fetch(request) and not self._is_refused:
            self._listener.on_asked(self, request.url)

    def _on_navigated(self, frame: Frame) -> None:
        if frame.parent_frame is None and self._arriving is not None:
            self._arrived.put_nowait(self._arriving)
            self._arriving = None

    def _on_response(self, response: Response) -> None:
        if _is_document(response):
            self._arriving = response
            # What the page of a checkpoint fetches is its own business.
            self._is_refused = response.status in REFUSALS
            return
        # Only the status: the page may never read the body of an error.
        if _is_fetch(response.request) and response.status >= 400:
            self._listener.on_failed(self._head(response))

    def _on_failed(self, request: PageRequest) -> None:
        # What the page itself aborted (ERR_ABORTED) says nothing about the site.
        if _is_fetch(request) and "ERR_ABORTED" not in (request.failure or ""):
            self._listener.on_failed(_no_answer(request.url))

    def _on_finished(self, request: PageRequest) -> None:
        url = request.url
        if not _is_fetch(request) or url in self._reading or self._is_refused:
            return
        if self._listener.wants(url):
            task = asyncio.create_task(self._take(request))
            self._reading[url] = task
            task.add_done_callback(lambda _: self._reading.pop(url, None))

    async def _take(self, request: PageRequest) -> None:
        try:
            async with asyncio.timeout(self._options.timeout / 3):
                answer = await self._read(request)
        except (PlaywrightError, TimeoutError):
            self._listener.on_failed(_no_answer(request.url))
        else:
            if answer is not None:
                self._listener.on_body(answer)

    async def _read(self, request: PageRequest) -> Answer | None:
        response = await request.response()
        if response is None or not _may_be_a_payload(response):
            return None
        head = self._head(response)
        if head.stacked:
            return head
        if await _declared_size(request, response) > MAX_BODY_BYTES:
            return replace(head, oversize=True)
        body = await response.body()
        if len(body) > MAX_BODY_BYTES:
            return replace(head, oversize=True)
        return replace(head, status=200, body=body)

    def _head(self, response: Response) -> Answer:
        return Answer(
            url=response.url,
            status=response.status,
            retry_after=parse_retry_after(
                response.headers.get("retry-after"), self._clock.now()
            ),
            etag=response.headers.get("etag"),
            served_at=parse_served_at(
                response.headers.get("date"), response.headers.get("age")
            ),
            mitigated=response.headers.get(HEADER),
            content_type=response.headers.get("content-type", ""),
            headers=tuple(response.headers.items()),
            stacked=stacked(response.headers.get("content-encoding", "")),
        )


def _is_document(response: Response) -> bool:
    """True for a document of the page itself, not of a frame within it."""
    request = response.request
    if not request.is_navigation_request() or 300 <= response.status < 400:
        return False
    try:
        return request.frame.parent_frame is None
    except PlaywrightError:  # its frame is gone
        return False


def _is_fetch(request: PageRequest) -> bool:
    return request.resource_type in ("fetch", "xhr")


def _may_be_a_payload(response: Response) -> bool:
    """True for status 200, or 304 from the browser's cache; elsewhere only for JSON."""
    if response.status not in (200, 304):
        return False
    is_json = "json" in response.headers.get("content-type", "")
    return is_json or named_endpoint(response.url) is not None


async def _declared_size(request: PageRequest, response: Response) -> int:
    """Least size of the body as sent, in bytes, known without reading it."""
    declared = response.headers.get("content-length", "")
    if declared.isdecimal():
        return int(declared)
    return (await request.sizes())["responseBodySize"]


def _no_answer(url: str) -> Answer:
    return Answer(url, status=0, trouble="broke off the connection")


def _line(error: BaseException) -> str:
    """The first line of Playwright's message; the rest is its log."""
    text = str(error).strip()
    return text.splitlines()[0].rstrip(".") if text else "no answer in time"
