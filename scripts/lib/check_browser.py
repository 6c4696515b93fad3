"""Prints the browser that the program would use, after starting it once.

`--configured` uses the settings of the environment and `.env`; `--defaults` ignores
them, as the tests do. The browser must also start, because a download may lack the
system libraries that it needs.
Exit codes: 0 it starts; 2 a setting is wrong; 3 there is none, or it does not start.
"""

import logging
import sys

from nof1_tracker.clock import SystemClock
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.scraper.browser import BrowserSource
from nof1_tracker.scraper.browsing.chromium import find_browser
from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.settings import DEFAULT_BASE_URL, ScraperSettings, load_settings


def configured() -> SourceOptions:
    """The browser options from the settings."""
    settings = load_settings(ScraperSettings)
    path = settings.browser_path
    return SourceOptions(
        DEFAULT_BASE_URL,
        timeout_ms=settings.timeout,
        headless=settings.headless,
        browser_path=None if path is None else str(path),
    )


def main(arguments: list[str]) -> int:
    logging.disable()
    try:
        defaults = "--defaults" in arguments
        options = SourceOptions(DEFAULT_BASE_URL) if defaults else configured()
        path = find_browser(options)
        with BrowserSource(options, SystemClock()) as source:
            source.start()
    except ConfigurationError:
        return 2
    except Exception:  # noqa: BLE001  a driver that does not run raises only this
        return 3
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
