"""Checks everything that a scrape needs, and says how to correct what is wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nof1_tracker.database.config import DatabaseSettings
from nof1_tracker.errors import TrackerError
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.payloads import FetchFailure, RawPayload, Request
from nof1_tracker.services.source_options import configured_source
from nof1_tracker.settings import (
    AlertSettings,
    AppSettings,
    ScraperSettings,
    load_settings,
)


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    subject: str
    ok: bool
    text: str
    remedy: str = ""


def examine() -> Iterator[Finding]:
    """Yields one finding per subject; each may depend on those before it."""
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("settings", _settings),
        ("database", _database),
        ("schema", _schema),
        ("browser", _browser),
        ("site", _site),
    )
    for subject, check in checks:
        try:
            yield Finding(subject, True, check())
        except TrackerError as error:
            yield Finding(subject, False, error.message, error.remedy)


def _settings() -> str:
    settings = load_settings(ScraperSettings)
    load_settings(AppSettings)
    load_settings(AlertSettings)
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
    from nof1_tracker.scraper.browsing.chromium import find_browser

    return str(find_browser(configured_source()))


def _site() -> str:
    from nof1_tracker.clock import SystemClock
    from nof1_tracker.scraper.open_source import open_source

    source = open_source(configured_source(), "http", SystemClock(), {}, lambda _: None)
    try:
        result = next(iter(source.fetch([Request(Endpoint.PRICES)])))
    finally:
        source.close()
    if isinstance(result, FetchFailure):
        raise result.error
    known = isinstance(result, RawPayload) and result.endpoint is Endpoint.PRICES
    return "it serves prices" if known else "it answers, but not as expected"
