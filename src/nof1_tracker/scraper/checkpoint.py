"""Tells the page of a bot checkpoint from an answer of the site, and says what is left.

A host may put a checkpoint in front of its sites: a client that it does not know gets a
page whose script looks at the browser, sets a cookie and loads the page again. It is
known by header, status, content type and title, never by words in a body: a conversation may
say anything. It is not a rate limit: to wait and ask again does not help.
"""

from enum import StrEnum
from html.parser import HTMLParser
from urllib.parse import urlsplit

from nof1_tracker.errors import CheckpointError

HEADER = "x-vercel-mitigated"
TITLE = "Vercel Security Checkpoint"
REFUSALS = (403, 429)
"""Statuses of a checkpoint's page."""
MOST_OF_A_PAGE = 65_536
"""Bytes of a refusal's page that are read, to find its title."""

GUIDE = "docs/how-to/checkpoint.md"
_WINDOW = "a window (SCRAPER_HEADLESS=false with SCRAPER_PROFILE_DIR)"
_ATTACH = "your own Chrome (scrape --attach)"
_SAVED = f"or a HAR file saved in your browser (import site.har). See {GUIDE}"


class Checkpoint(StrEnum):
    """What the checkpoint did."""

    CHALLENGE = "challenge"
    DENY = "deny"


def checkpoint_in(
    status: int, mitigated: str | None, content_type: str, title: str
) -> Checkpoint | None:
    """What the checkpoint did; None if the answer is not its page.

    Args:
        mitigated: The header x-vercel-mitigated; None without one.
        title: The title of the page, "" if it is not known.
    """
    is_page = is_html(content_type)
    if mitigated in tuple(Checkpoint) and (is_page or status in REFUSALS):
        return Checkpoint(mitigated)
    if is_page and status in (200, *REFUSALS) and title.strip() == TITLE:
        return Checkpoint.CHALLENGE
    return None


def is_html(content_type: str) -> bool:
    """True for text/html, whatever its parameters."""
    return content_type.partition(";")[0].strip().lower() == "text/html"


def title_of(page: bytes) -> str:
    """The title of an HTML page; "" without one. A title within a script does not count."""
    reader = _TitleReader()
    reader.feed(page[:MOST_OF_A_PAGE].decode("utf-8", "replace"))
    return reader.title or ""


class _TitleReader(HTMLParser):
    """Reads the first title of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.title: str | None = None
        self._inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self._inside = tag == "title" and self.title is None

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.title = (self.title or "") + data

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._inside = False


# --- told to people -----------------------------------------------------------


def refused(
    checkpoint: Checkpoint, url: str, status: int, transport: str
) -> CheckpointError:
    """The error for an answer that the checkpoint gave to that transport."""
    site = _site(url)
    if transport == "http":
        return CheckpointError(
            f"The bot checkpoint of {site} does not let plain HTTP in ({status}):"
            " a browser is needed.",
            f"Use --transport browser. If that is refused too: {_WINDOW}, {_ATTACH},"
            f" {_SAVED}.",
            status=status,
        )
    if checkpoint is Checkpoint.DENY:
        told = f"The bot checkpoint of {site} denied this browser ({status})."
        return _refused(told, status)
    return _refused(
        f"The bot checkpoint of {site} keeps asking a browser that it had let in"
        f" ({status}).",
        status,
    )


def not_let_in(url: str, status: int, seconds: float) -> CheckpointError:
    """The error for a check that was not over after that many seconds."""
    return _refused(
        f"The bot checkpoint of {_site(url)} did not let this browser in"
        f" within {seconds:g} s ({status}).",
        status,
    )


def closed_meanwhile(url: str) -> CheckpointError:
    """The error for a page that was closed, by a person or by the browser's end."""
    return _refused(
        f"The page was closed before the bot checkpoint of {_site(url)} let it in.", 0
    )


def _refused(message: str, status: int) -> CheckpointError:
    remains = f"What remains: {_WINDOW}, {_ATTACH}, {_SAVED}."
    return CheckpointError(message, remains, status=status)


def _site(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
