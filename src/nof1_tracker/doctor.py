"""Checks everything that a scrape needs, each with what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nof1_tracker.database.alert_settings import AlertSettings
from nof1_tracker.database.config import (
    AppSettings,
    DatabaseSettings,
    ScraperSettings,
    load_settings,
)
from nof1_tracker.errors import TrackerError
from nof1_tracker.records import Endpoint, FetchFailure, RawPayload, Request
from nof1_tracker.visiting import configured_source


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    subject: str
    ok: bool
    text: str
    remedy: str = ""


def examine() -> Iterator[Finding]:
    """Yields one finding per subject, in the order in which they build on another."""
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
    from nof1_tracker.database import connection

    engine = connection.get_engine()
    version = connection.server_version(engine)
    connection.ensure_writable(engine)
    return f"{connection.shown_url(engine)} answers ({version})"


def _schema() -> str:
    from nof1_tracker.database.connection import get_engine
    from nof1_tracker.database.schema import SCHEMA_HEAD, ensure_schema

    ensure_schema(get_engine())
    return f"{SCHEMA_HEAD}, as this program needs it"


def _browser() -> str:
    from nof1_tracker.scraper.chromium import find_browser

    return str(find_browser(configured_source()))


def _site() -> str:
    from nof1_tracker.scraper.fetch import SystemClock
    from nof1_tracker.scraper.opening import open_source

    source = open_source(configured_source(), "http", SystemClock(), {}, lambda _: None)
    try:
        result = next(iter(source.fetch([Request(Endpoint.PRICES)])))
    finally:
        source.close()
    if isinstance(result, FetchFailure):
        raise result.error
    known = isinstance(result, RawPayload) and result.endpoint is Endpoint.PRICES
    return "it serves prices" if known else "it answers, but not as expected"
