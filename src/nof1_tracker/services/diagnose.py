"""Checks everything that a scrape needs, and says how to correct what is wrong."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from nof1_tracker.database.config import DatabaseSettings
from nof1_tracker.errors import BrowserUnavailableError, CheckpointError, TrackerError
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.payloads import FetchFailure, RawPayload, Request
from nof1_tracker.scraper.browsing.chromium import find_browser
from nof1_tracker.scraper.browsing.own_browser import (
    USUAL_ADDRESS,
    answers_at,
    private_folder,
)
from nof1_tracker.scraper.open_source import Transport, open_source
from nof1_tracker.services.source_options import configured_source, source_to_open
from nof1_tracker.settings import (
    AlertSettings,
    AppSettings,
    ArchiveSettings,
    HistorySettings,
    ScraperSettings,
    load_settings,
)


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        ok: None where it is not an error: one of several ways, which is not there.
    """

    subject: str
    ok: bool | None
    text: str
    remedy: str = ""
    error: TrackerError | None = None


def examine() -> Iterator[Finding]:
    """Yields one finding per subject; each may depend on those before it."""
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("settings", _settings),
        ("database", _database),
        ("schema", _schema),
        ("browser", _browser),
    )
    for subject, check in checks:
        yield _found(subject, check)
    site = _found("site", lambda: _served("http"))
    if isinstance(site.error, CheckpointError):
        yield from _ways_through(site)
    else:
        yield site


def _found(subject: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, True, check())
    except TrackerError as error:
        return Finding(subject, False, error.message, error.remedy, error)


def _settings() -> str:
    settings = load_settings(ScraperSettings)
    load_settings(HistorySettings)
    load_settings(AppSettings)
    load_settings(AlertSettings)
    load_settings(ArchiveSettings)
    load_settings(DatabaseSettings)
    return (
        f"{settings.base_url}, at most {settings.rate_limit} requests a minute,"
        f" {settings.timeout / 1000:g} s for an answer"
    )


def _database() -> str:
    from nof1_tracker.database.connection import get_engine
    from nof1_tracker.database.engine.checks import ensure_writable, server_version
    from nof1_tracker.database.engine.create_engine import shown_url

    engine = get_engine()
    version = server_version(engine)
    ensure_writable(engine)
    return f"{shown_url(engine)} answers ({version})"


def _schema() -> str:
    from nof1_tracker.database.connection import get_engine
    from nof1_tracker.database.engine.schema import SCHEMA_HEAD, ensure_schema

    ensure_schema(get_engine())
    return f"{SCHEMA_HEAD}, as this version requires"


def _browser() -> str:
    return str(find_browser(configured_source()))


def _served(transport: Transport) -> str:
    from nof1_tracker.clock import SystemClock

    options = source_to_open()
    source = open_source(options, transport, SystemClock(), {}, lambda _: None)
    try:
        result = next(iter(source.fetch([Request(Endpoint.PRICES)])))
    finally:
        source.close()
    if isinstance(result, FetchFailure):
        raise result.error
    known = isinstance(result, RawPayload) and result.endpoint is Endpoint.PRICES
    return "it serves prices" if known else "it answers, but not as expected"


# --- a site behind a bot checkpoint -------------------------------------------


def _ways_through(plain: Finding) -> Iterator[Finding]:
    """Which ways past a checkpoint there are here; the browser's is tried, once."""
    yield _found("site", _served_in_browser)
    yield Finding("http", None, plain.text)
    ways: tuple[tuple[str, Callable[[], str]], ...] = (
        ("window", _window),
        ("profile", _profile),
        ("attach", _attachable),
    )
    for subject, check in ways:
        way = _found(subject, check)
        yield replace(way, ok=way.ok or None, remedy="")
    yield Finding("import", True, "nof1-tracker import site.har, from any browser")


def _served_in_browser() -> str:
    return f"behind a bot checkpoint; a browser is let in: {_served('browser')}"


def _window() -> str:
    try:
        path = find_browser(replace(configured_source(), headless=False))
    except BrowserUnavailableError as error:
        raise TrackerError("no browser is installed that has a window") from error
    has_display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not has_display:
        raise TrackerError("there is no display to show a window on")
    return f"SCRAPER_HEADLESS=false shows the window of {path}"


def _profile() -> str:
    folder = configured_source().profile_dir
    if folder is None:
        raise TrackerError("SCRAPER_PROFILE_DIR is not set: no session is kept")
    return f"the session is kept in {private_folder(Path(folder))}"


def _attachable() -> str:
    if not answers_at(USUAL_ADDRESS):
        raise TrackerError(f"no browser answers at {USUAL_ADDRESS}")
    return f"a browser answers: scrape --attach {USUAL_ADDRESS}"
