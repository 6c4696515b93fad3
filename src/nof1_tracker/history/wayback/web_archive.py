"""The Wayback Machine over HTTP: searches, and bodies as they were."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Final

from nof1_tracker.clock import Clock
from nof1_tracker.errors import PayloadError, SourceError
from nof1_tracker.history.polite_client import (
    ClientOptions,
    HttpAnswer,
    PoliteClient,
)
from nof1_tracker.history.wayback.cdx_pages import (
    TIMESTAMP,
    Capture,
    CdxPage,
    parse_cdx,
)
from nof1_tracker.history.weight_budget import REQUEST_WEIGHT, WeightBudget

log = logging.getLogger(__name__)

PER_MINUTE: Final = 24
"""Requests a minute: what the archive allows for searches, kept for bodies too."""
ROWS: Final = 5_000
"""Captures that one search asks for."""
_ORIGINAL: Final = "x-archive-orig-"


@dataclass(frozen=True, slots=True)
class Memento:
    """The body of a capture, as the site served it.

    Attributes:
        url: Where the archive has it.
        content_type, date, age: Headers of the site's own answer; None where the archive
            does not repeat them.
    """

    url: str
    capture: Capture
    body: bytes = field(repr=False)
    content_type: str | None = None
    date: str | None = None
    age: str | None = None


class WebArchive:
    """Searches a web archive and fetches from it. Use it as a context manager.

    Attributes:
        base_url: Its address, without a slash at the end.
    """

    def __init__(self, base_url: str, options: ClientOptions, clock: Clock) -> None:
        self.base_url = base_url
        budget = WeightBudget(clock, PER_MINUTE * REQUEST_WEIGHT)
        self._client = PoliteClient(options, clock, budget)

    def __enter__(self) -> "WebArchive":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def search(
        self, pattern: str, since: datetime | None, until: datetime | None
    ) -> Iterator[Capture]:
        """The captures of addresses like the pattern in [since, until), page by page.

        Args:
            pattern: An address without its scheme; * at its end stands for anything.

        Raises:
            SourceBusyError: The archive is busy, or asks for a long pause.
            SourceUnreachableError: There is no connection.
            SourceError: Its answer is not that of a search.
        """
        key: str | None = None
        asked: set[str | None] = set()
        while key not in asked:
            asked.add(key)
            page = self._page(self._query(pattern, since, until, key))
            yield from (
                each
                for each in page.captures
                if (since is None or since <= each.captured_at)
                and (until is None or each.captured_at < until)
            )
            if page.resume_key is None:
                return
            key = page.resume_key
        raise SourceError(f"{self.base_url} goes round in circles in a search.")

    def _query(
        self,
        pattern: str,
        since: datetime | None,
        until: datetime | None,
        key: str | None,
    ) -> dict[str, str]:
        query = {
            "url": pattern,
            "output": "json",
            "collapse": "digest",
            "showResumeKey": "true",
            "limit": str(ROWS),
        }
        if since is not None:
            query["from"] = since.strftime(TIMESTAMP)
        if until is not None:
            query["to"] = until.strftime(TIMESTAMP)
        if key is not None:
            query["resumeKey"] = key
        return query

    def _page(self, query: dict[str, str]) -> CdxPage:
        answer = self._client.get(f"{self.base_url}/cdx/search/cdx", query)
        if answer.status != HTTPStatus.OK:
            raise SourceError(f"{self.base_url} answered a search {answer.status}.")
        try:
            return parse_cdx(answer.body)
        except PayloadError as error:
            raise SourceError(
                f"{self.base_url} did not answer a search as expected: {error}."
            ) from error

    def address(self, capture: Capture) -> str:
        """Where the archive has the body of a capture as it was."""
        return f"{self.base_url}/web/{capture.timestamp}id_/{capture.original}"

    def fetch(self, capture: Capture) -> Memento | None:
        """The body of a capture; None if the archive no longer serves that one.

        A redirect leads to another capture, of another time.

        Raises:
            SourceBusyError: The archive is busy, or asks for a long pause.
            SourceUnreachableError: There is no connection.
            SourceError: The answer cannot be used.
        """
        url = self.address(capture)
        answer = self._client.get(url)
        if answer.status != HTTPStatus.OK:
            log.info("%s answered %s.", url, answer.status)
            return None
        return _memento(url, capture, answer)


def _memento(url: str, capture: Capture, answer: HttpAnswer) -> Memento:
    headers = answer.headers
    return Memento(
        url,
        capture,
        answer.body,
        headers.get(f"{_ORIGINAL}content-type") or headers.get("content-type"),
        headers.get(f"{_ORIGINAL}date"),
        headers.get(f"{_ORIGINAL}age"),
    )
