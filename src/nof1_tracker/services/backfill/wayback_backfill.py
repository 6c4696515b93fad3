"""Brings back what a web archive kept of the site.

Each body is handed on as if it had been fetched at its capture's time. What was fetched
is noted in the transaction that stores it, by the address of the capture and the
digest of its body, in the table that holds the validators of the site's bodies: so a
backfill that was killed goes on where it was, whether or not bodies are recorded. What
is recorded and waits for the database is stored, and so noted, before the next search.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import Engine, UnitOfWork
from nof1_tracker.errors import (
    DatabaseError,
    SourceBusyError,
    SourceError,
    SourceUnreachableError,
    TrackerError,
)
from nof1_tracker.history.wayback.cdx_pages import Capture
from nof1_tracker.history.wayback.web_archive import Memento, WebArchive
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.payloads import (
    WAYBACK,
    FetchFailure,
    LeftOut,
    RawPayload,
    Request,
)
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.scraper.containers.served_at import served_at
from nof1_tracker.scraper.fetch import Answer
from nof1_tracker.scraper.parsing.saved_table import saved_table
from nof1_tracker.scraper.site_addresses import SiteAddresses
from nof1_tracker.scraper.wire.shapes import is_retired, recognise
from nof1_tracker.services.backfill.polite_options import polite_options
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.recorded.recording import Recording
from nof1_tracker.services.storing.store_payload import Report

log = logging.getLogger(__name__)

_PATTERNS: Final = ("nof1.ai/api/*", "nof1.ai/", "nof1.ai/leaderboard")
"""The site's JSON, and the pages that show the leaderboard's table."""
_PAGES: Final = ("", "/", "/leaderboard")
_TIMEOUT: Final = 120.0
"""Seconds for one body: old captures are slow to come."""
_PATIENCE: Final = 5
"""Captures in a row that may fail until the archive is taken to be out of order."""

Outcome = RawPayload | FetchFailure | LeftOut


@dataclass(frozen=True, slots=True)
class WaybackPlan:
    """What a search found, and what of it is to be fetched.

    Attributes:
        wanted: Captures to fetch, oldest first, each body once.
        known: Number of captures whose body was fetched earlier.
        repeated: Number of captures of a body that another has.
        useless: Number of captured errors, redirects and pages in place of JSON.
    """

    wanted: tuple[Capture, ...]
    known: int
    repeated: int
    useless: int

    @property
    def by_endpoint(self) -> Mapping[Endpoint, int]:
        """How many captures of each endpoint are wanted, most first."""
        counts = Counter(_request(each).endpoint for each in self.wanted)
        return dict(counts.most_common())


@dataclass(frozen=True)
class WaybackBackfill:
    """Stores in one database what a web archive has of the site.

    Attributes:
        report: Is called with a few words on the current step.
        recording: Records each body before it is stored; None stores alone.
    """

    engine: Engine
    clock: Clock
    archive: WebArchive
    report: Report = lambda _: None
    recording: Recording | None = None

    def plan(self, since: datetime | None, until: datetime | None) -> WaybackPlan:
        """Searches for captures in [since, until), and leaves out what was fetched.

        What an earlier run recorded and could not store is stored first.

        Raises:
            SourceError: The archive cannot be searched now.
            DatabaseError: The database failed.
            ArchiveError: The database does not know our own archive.
        """
        self._collector().catch_up()
        self.report("searching the web archive")
        found = [
            capture
            for pattern in _PATTERNS
            for capture in self.archive.search(pattern, since, until)
        ]
        return chosen(found, self._fetched())

    def run(self, plan: WaybackPlan) -> RunSummary:
        """Fetches and stores what is wanted.

        Raises:
            DatabaseError: The database failed; whole bodies stored so far stay.
            WaitingError: It failed, and what it did not store is recorded.
        """
        return self._collector().import_payloads(
            self.payloads(plan), self.archive.base_url, WAYBACK
        )

    def _collector(self) -> Collector:
        return Collector(
            self.engine, self.clock, report=self.report, recording=self.recording
        )

    def payloads(self, plan: WaybackPlan) -> Iterator[Outcome]:
        """The bodies that are data, in order of time; then what was left out, in words.

        Ends early where the archive asks for a pause, or cannot be reached.
        """
        left_out: Counter[str] = Counter()
        failed = 0
        for number, capture in enumerate(plan.wanted, start=1):
            self.report(f"capture {number:,} of {len(plan.wanted):,}")
            try:
                payload = self._payload(capture)
            except SourceError as error:
                failed += 1
                if _ends_it(error) or failed == _PATIENCE:
                    yield FetchFailure(_request(capture), _told(error))
                    break
                yield FetchFailure(_request(capture), error)
                continue
            failed = 0
            if isinstance(payload, RawPayload):
                yield payload
            else:
                left_out[payload] += 1
        yield from _notes(left_out)

    def _payload(self, capture: Capture) -> RawPayload | str:
        """The payload in a capture; or what it is instead, and that is noted."""
        memento = self.archive.fetch(capture)
        found = "no longer served" if memento is None else payload_in(memento)
        if isinstance(found, str):
            self._note_fetched(capture)
        return found

    def _fetched(self) -> Mapping[str, str]:
        """The digests of the bodies that were fetched, by address."""
        with UnitOfWork(self.engine) as unit:
            return unit.repositories.journal.validators(self.archive.base_url)

    def _note_fetched(self, capture: Capture) -> None:
        """Notes a body that is not data; without a note it is fetched once more."""
        try:
            with UnitOfWork(self.engine, writes=True) as unit:
                unit.repositories.journal.note_validator(
                    self.archive.address(capture), capture.digest, self.clock.now()
                )
                unit.commit()
        except DatabaseError as error:
            if self.recording is None:
                raise
            log.warning("Not noted as fetched: %s", error)


def open_web_archive(base_url: str, clock: Clock) -> WebArchive:
    """The web archive at an address, asked under this program's own name."""
    return WebArchive(base_url, polite_options(_TIMEOUT, "NOF1_WAYBACK_URL"), clock)


def chosen(found: Iterable[Capture], fetched: Mapping[str, str]) -> WaybackPlan:
    """Which captures to fetch.

    Identical bodies count as one, served when it was first captured.

    Args:
        fetched: Digests of the bodies that were fetched, by address.
    """
    digests = set(fetched.values())
    wanted: dict[str, Capture] = {}
    tally: Counter[str] = Counter()
    for capture in sorted(found, key=lambda one: (one.captured_at, one.original)):
        if not _may_be_data(capture):
            tally["useless"] += 1
        elif capture.digest in digests:
            tally["known"] += 1
        elif capture.digest in wanted:
            tally["repeated"] += 1
        else:
            wanted[capture.digest] = capture
    return WaybackPlan(
        tuple(wanted.values()), tally["known"], tally["repeated"], tally["useless"]
    )


_is_payload_address = SiteAddresses()


def _may_be_data(capture: Capture) -> bool:
    if not capture.is_answer:
        return False
    if _is_page_address(capture.original):
        return True
    return _is_payload_address(capture.original) and not capture.is_page


def _is_page_address(url: str) -> bool:
    return urlsplit(url).path in _PAGES


def payload_in(memento: Memento) -> RawPayload | str:
    """The payload of the site that was captured; or, in words, what it is instead."""
    capture = memento.capture
    answer = Answer(
        memento.url,
        HTTPStatus.OK,
        memento.body,
        content_type=memento.content_type or "",
    )
    if answer.checkpoint is not None:
        return "a checkpoint's page"
    is_page = _is_page_address(capture.original)
    body = saved_table(memento.body) if is_page else memento.body
    if body is None:
        return "a page without the leaderboard's figures"
    endpoint = recognise(body)
    if endpoint is None or is_retired(body):
        return "not a payload of the site"
    at = served_at(memento.date, memento.age, capture.captured_at)
    at = at or capture.captured_at
    return RawPayload(
        body=body,
        origin=memento.url,
        captured_at=at,
        transport=WAYBACK,
        endpoint=endpoint,
        etag=capture.digest,
        observed_at=at,
        status=None if is_page else HTTPStatus.OK,  # a table is derived from its page
    )


def _request(capture: Capture) -> Request:
    """What the site was asked for when it was captured."""
    parts = urlsplit(capture.original)
    if parts.path in _PAGES:
        return Request(Endpoint.RENDERED_LEADERBOARD)
    name = parts.path.removeprefix("/api/").partition("/")[0]
    return Request(Endpoint(name), tuple(parse_qsl(parts.query)))


def _ends_it(error: TrackerError) -> bool:
    """Whether the archive must not, or cannot, be asked for anything more now."""
    if isinstance(error, SourceBusyError):
        return error.retry_after is not None
    return isinstance(error, SourceUnreachableError)


def _told(error: SourceError) -> SourceError:
    return SourceError(
        f"{error.message} What was fetched so far is stored, and will not be fetched"
        " again: run the same command later."
    )


def _notes(left_out: Counter[str]) -> Iterator[LeftOut]:
    for what, count in sorted(left_out.items()):
        yield LeftOut(f"captures left out, {what}: {count:,}")
