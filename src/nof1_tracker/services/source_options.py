"""The options of a source, from the settings."""

from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.settings import ScraperSettings, load_settings


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
