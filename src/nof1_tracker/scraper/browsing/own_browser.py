"""A browser that keeps its session, or that a person has opened: what must be so.

Nothing here imports or starts Playwright.
"""

import os
import stat
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from nof1_tracker.errors import BrowserUnavailableError, ConfigurationError

USUAL_ADDRESS = "http://127.0.0.1:9222"
_START = (
    "Start Chrome or Chromium with --remote-debugging-port=9222 --user-data-dir=DIR,"
    f" and use --attach {USUAL_ADDRESS}."
)


def private_folder(path: Path) -> Path:
    """The folder of a session, made if there is none; to read it is to have the session.

    Raises:
        ConfigurationError: It cannot be used, or other users may read it.
    """
    folder = path.expanduser().absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = stat.S_IMODE(folder.stat().st_mode)
    except OSError as error:
        raise ConfigurationError(
            f"SCRAPER_PROFILE_DIR is {str(path)!r}, which cannot be used:"
            f" {error.strerror}.",
            "Set it to a folder of your own.",
        ) from error
    if mode & 0o077:
        raise ConfigurationError(
            f"SCRAPER_PROFILE_DIR is {str(path)!r}, which other users may read"
            f" (mode {mode:04o}).",
            f"Run: chmod 700 {folder}",
        )
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise ConfigurationError(
            f"SCRAPER_PROFILE_DIR is {str(path)!r}, which cannot be written.",
            "Set it to a folder of your own.",
        )
    return folder


def loopback_address(url: str) -> str:
    """The address of a browser's debugging port on this machine.

    To reach such a port is to control the browser, so it must not leave the machine.

    Raises:
        ConfigurationError: It is not such an address, or not on loopback.
    """
    try:
        parts = urlsplit(url)
        host, is_http = parts.hostname or "", parts.scheme in ("http", "ws")
        has_port = parts.port is not None
    except ValueError:
        host, is_http, has_port = "", False, False
    if not (is_http and has_port and "@" not in url):
        raise ConfigurationError(
            f"{url!r} is not the address of a browser's debugging port.", _START
        )
    if not _is_loopback(host):
        raise ConfigurationError(
            f"--attach takes a browser on this machine only, not one at {host}.", _START
        )
    return url


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def answers_at(url: str) -> bool:
    """True if a browser's debugging port answers at the address."""
    import httpx  # noqa: PLC0415  who only starts a browser does without

    try:
        with httpx.Client(trust_env=False, timeout=2) as client:
            answer = client.get(f"{url}/json/version")
            return answer.is_success and "webSocketDebuggerUrl" in answer.text
    except httpx.HTTPError:
        return False


def no_browser_at(url: str) -> BrowserUnavailableError:
    """The error for a debugging port that nothing answers at."""
    return BrowserUnavailableError(f"No browser answers at {url}.", _START)
