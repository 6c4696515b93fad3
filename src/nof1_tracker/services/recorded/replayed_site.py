"""Use case: the addresses of the site, as they answered at a moment, from the archive."""

import time
from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from threading import Lock
from typing import Final
from urllib.parse import parse_qsl

from nof1_tracker.archive.reading.served_addresses import ServedAddresses
from nof1_tracker.database.connection import Engine
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.archive.archive_positions import Position
from nof1_tracker.records.archive.replayed_answer import ReplayedAnswer
from nof1_tracker.services.archive import archives_to_read
from nof1_tracker.services.recorded.recording import LATER

_FRESH: Final = 2.0
"""Seconds for which what was recorded since is not looked for."""


class Replay:
    """The archive of a database, asked as the site is; may be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._addresses: ServedAddresses | None = None
        self._looked_at = 0.0

    def answer(self, path: str, query: str, moment: datetime) -> ReplayedAnswer | None:
        """What the address answered last, at the moment or before.

        Args:
            path: From `/api/` on.

        Returns:
            None if nothing was recorded of it by then.

        Raises:
            ArchiveError: There is no archive, or it cannot be read.
        """
        addresses = self._refreshed()
        with self._lock:
            seen = [
                found
                for each in _fitting(addresses.queries(path), query)
                if (found := addresses.latest((path, each), moment)) is not None
            ]
        if not seen:
            return None
        served_at, place = max(seen)
        return _replayed(addresses, place, served_at)

    def first(self, path: str) -> datetime | None:
        """When the path was first answered; None if that was never recorded.

        Raises:
            ArchiveError: There is no archive, or it cannot be read.
        """
        addresses = self._refreshed()
        with self._lock:
            return addresses.first(path)

    def span(self) -> tuple[datetime, datetime]:
        """When the first and the last answer of all was served.

        Raises:
            ArchiveError: There is no archive, or it cannot be read.
            ConfigurationError: Nothing is recorded.
        """
        span = self._refreshed().span()
        if span is None:
            raise ConfigurationError(
                "The archive holds no answer of the site.",
                "Record one with `nof1-tracker scrape`, or `import` what was saved.",
            )
        return span

    def _refreshed(self) -> ServedAddresses:
        with self._lock:
            if self._addresses is None:
                self._addresses = ServedAddresses(archives_to_read(self._engine, ())[0])
            elif time.monotonic() < self._looked_at + _FRESH:
                return self._addresses
            self._addresses.refresh()
            self._looked_at = time.monotonic()
            return self._addresses


def _fitting(known: Iterable[str], query: str) -> list[str]:
    """Queries whose answers hold what this one asks for.

    Beside the same query, those that leave out less of what is old.
    """
    wanted, marker = _parts(query)
    return [
        each
        for each in known
        if (found := _parts(each))[0] == wanted
        and (found[1] == marker or (marker is not None and (found[1] or 0) <= marker))
    ]


def _parts(query: str) -> tuple[list[tuple[str, str]], int | None]:
    """Its parameters in order, and the hour from which on it asks for account totals."""
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    marker = next((value for name, value in pairs if name == LATER), "")
    if not marker.isdecimal():
        return pairs, None
    return [each for each in pairs if each[0] != LATER], int(marker)


def _replayed(
    addresses: ServedAddresses, place: Position, served_at: datetime
) -> ReplayedAnswer:
    headers, body = addresses.answer(place)
    if not any(name.lower() == "date" for name, _ in headers):
        headers += (("Date", format_datetime(served_at, usegmt=True)),)
    return ReplayedAnswer(body, headers, served_at)
