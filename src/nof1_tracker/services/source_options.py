"""The options of a source, from the settings."""

import logging
from functools import cache
from pathlib import Path

from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.settings import ScraperSettings, load_settings, stands_in_dotenv

_log = logging.getLogger(__name__)


def configured_source(
    base_url: str | None = None, attach: str | None = None
) -> SourceOptions:
    """How to fetch from the site, from the environment.

    Args:
        attach: Address of a running browser's debugging port, to use that browser.

    Raises:
        ConfigurationError: A setting is wrong.
    """
    settings = load_settings(ScraperSettings)
    path, profile = settings.browser_path, settings.profile_dir
    return SourceOptions(
        base_url=base_url or settings.base_url,
        timeout_ms=settings.timeout,
        rate_limit=settings.rate_limit,
        headless=settings.headless,
        browser_path=None if path is None else str(path),
        checkpoint_timeout_ms=settings.checkpoint_timeout,
        profile_dir=None if profile is None else str(profile),
        attach=attach,
    )


def source_to_open(
    base_url: str | None = None, attach: str | None = None
) -> SourceOptions:
    """As `configured_source`, for a caller that fetches with them.

    A browser that `.env` names is named before it is started: the file may have come
    with a folder that somebody else filled.
    """
    options = configured_source(base_url, attach)
    path = options.browser_path
    if path is not None and stands_in_dotenv("SCRAPER_BROWSER_PATH"):
        _name_browser(path)
    return options


@cache
def _name_browser(path: str) -> None:
    _log.warning("%s names the browser to start: %s", Path(".env").absolute(), path)
