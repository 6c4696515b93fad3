"""Opens the source that fetches from the site: a browser or plain HTTP."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

from nof1_tracker.clock import Clock
from nof1_tracker.errors import BrowserUnavailableError
from nof1_tracker.records.payloads import PayloadSource
from nof1_tracker.scraper.fetch import RequestBudget, SourceOptions

if TYPE_CHECKING:
    from nof1_tracker.scraper.browser import BrowserSource

Transport = Literal["auto", "browser", "http"]


class SourceOpening:
    """A source being opened, so that the second a browser takes to start can be used.

    "auto" takes the browser, or HTTP if none is installed or it does not start. A
    browser to attach to was chosen by a person: nothing else is taken for it.
    """

    def __init__(
        self,
        options: SourceOptions,
        transport: Transport,
        clock: Clock,
        budget: RequestBudget | None = None,
    ) -> None:
        """Begins to open the source.

        Args:
            budget: Request budget shared with other sources; by default its own.

        Raises:
            BrowserUnavailableError: transport is "browser" and there is none.
            ConfigurationError: What the settings name is not a browser.
        """
        self._options = options
        self._transport = transport if options.attach is None else "browser"
        self._clock = clock
        self._budget = budget
        self._browser: BrowserSource | None = None
        self._trouble: BrowserUnavailableError | None = None
        if self._transport != "http":
            self._attempt(self._begin_browser)

    def source(
        self, validators: Mapping[str, str], warn: Callable[[str], None]
    ) -> PayloadSource:
        """The source, ready to fetch; the caller closes it.

        Args:
            validators: ETag of what is stored, by URL; only HTTP uses them.
            warn: Receives one line when HTTP is used instead of the browser.

        Raises:
            BrowserUnavailableError: transport is "browser", and it does not start.
        """
        if self._browser is not None:
            self._attempt(self._browser.start)
        if self._browser is not None and self._trouble is None:
            return self._browser
        if self._trouble is not None:
            warn(f"{self._trouble.message} Going on over plain HTTP.")
        # Each transport's imports cost time only where it is used.
        from nof1_tracker.scraper.http import HttpSource  # noqa: PLC0415

        return HttpSource(self._options, self._clock, validators, self._budget)

    def close(self) -> None:
        """Ends a browser that was begun; after `source`, closes the source again."""
        if self._browser is not None:
            self._browser.close()

    def _attempt(self, step: Callable[[], None]) -> None:
        """Takes a step towards the browser; "auto" later reports how it failed."""
        try:
            step()
        except BrowserUnavailableError as error:
            if self._transport == "browser":
                raise
            self._trouble = error

    def _begin_browser(self) -> None:
        try:
            from nof1_tracker.scraper.browser import BrowserSource  # noqa: PLC0415
        except ImportError as error:
            raise BrowserUnavailableError(
                f"Playwright cannot be imported: {error}.",
                "Run: pip install playwright",
            ) from error
        browser = BrowserSource(self._options, self._clock, self._budget)
        browser.begin()
        self._browser = browser


def open_source(
    options: SourceOptions,
    transport: Transport,
    clock: Clock,
    validators: Mapping[str, str],
    warn: Callable[[str], None],
    budget: RequestBudget | None = None,
) -> PayloadSource:
    """A source that is ready to fetch; the caller closes it.

    Arguments and errors are those of `SourceOpening`.
    """
    return SourceOpening(options, transport, clock, budget).source(validators, warn)
