"""Finds the browser to start. Nothing here imports or starts Playwright."""

import json
import os
import re
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from nof1_tracker.errors import (
    BrowserUnavailableError,
    ConfigurationError,
    SourceBusyError,
    SourceError,
    SourceUnreachableError,
)
from nof1_tracker.scraper.fetch import SourceOptions

LAUNCH_FLAGS = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)

REMEDY = (
    "Run: playwright install chromium (or: apt install chromium-headless-shell), "
    "or use --transport http."
)

# The headless shell starts three times faster and takes half the memory, but it
# has no window to show.
_HEADLESS_ONLY = "chromium-headless-shell"
_ON_PATH = (_HEADLESS_ONLY, "chromium", "google-chrome")


def find_browser(options: SourceOptions) -> Path:
    """The browser to start: the configured one, Playwright's own, or one on PATH.

    Raises:
        ConfigurationError: The configured browser is not an executable file.
        BrowserUnavailableError: None is installed.
    """
    if options.browser_path:
        return _configured(options.browser_path)
    for path in _playwright_browsers(headless=options.headless):
        if _is_program(path):
            return path
    for name in _ON_PATH:
        found = shutil.which(name)
        if found and (options.headless or name != _HEADLESS_ONLY):
            return Path(found)
    raise BrowserUnavailableError("No browser is installed.", REMEDY)


def _configured(browser_path: str) -> Path:
    found = shutil.which(Path(browser_path).expanduser())
    if found is None:
        raise ConfigurationError(
            f"SCRAPER_BROWSER_PATH is {browser_path!r}, which is not a program.",
            "Give the path of a Chromium or Chrome, or leave it unset.",
        )
    return Path(found)


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _playwright_browsers(*, headless: bool) -> list[Path]:
    """The paths of this Playwright's own Chromium, whether it is installed or not.

    They follow from its list of revisions: asking Playwright would start its driver.
    """
    spec = find_spec("playwright")
    if spec is None or not spec.submodule_search_locations:
        return []
    package = Path(spec.submodule_search_locations[0], "driver", "package")
    revisions = _revisions(package / "browsers.json")
    registry = _registry(package)
    found: list[Path] = []
    if headless and "chromium-headless-shell" in revisions:
        folder = f"chromium_headless_shell-{revisions['chromium-headless-shell']}"
        found += registry.glob(f"{folder}/chrome-*/*headless*shell")
    if "chromium" in revisions:
        folder = f"chromium-{revisions['chromium']}"
        found += registry.glob(f"{folder}/chrome-*/chrome")
        found += registry.glob(f"{folder}/chrome-mac*/*.app/Contents/MacOS/*")
    return found


def _revisions(browsers_json: Path) -> dict[str, str]:
    try:
        listed = json.loads(browsers_json.read_bytes())["browsers"]
        return {entry["name"]: entry["revision"] for entry in listed}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _registry(package: Path) -> Path:
    """The folder into which `playwright install` puts browsers."""
    configured = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    if configured == "0":
        return package / ".local-browsers"
    if configured:
        return Path(configured).absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ms-playwright"
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "ms-playwright"


def may_use_sandbox() -> bool:
    """False for root, for whom Chromium refuses to start with its sandbox."""
    return not hasattr(os, "geteuid") or os.geteuid() != 0


def explain_launch_failure(message: str, path: Path) -> BrowserUnavailableError:
    """Playwright's long launch log as one line with a remedy."""
    if "shared librar" in message:
        return BrowserUnavailableError(
            f"The browser {path} lacks system libraries.",
            "Run: playwright install-deps chromium, or use --transport http.",
        )
    if "ProcessSingleton" in message or "existing browser session" in message:
        return BrowserUnavailableError(
            "Another browser uses the profile in SCRAPER_PROFILE_DIR.",
            "Close it, or set another folder.",
        )
    if "X server" in message or "DISPLAY" in message:
        return BrowserUnavailableError(
            f"The browser {path} found no display to open its window on.",
            "Set SCRAPER_HEADLESS=true.",
        )
    first = message.strip().splitlines()[0] if message.strip() else "no reason given"
    return BrowserUnavailableError(
        f"The browser {path} does not start: {first.rstrip('.')}.", REMEDY
    )


_NO_CONNECTION = {
    "ERR_CONNECTION_REFUSED": "the connection was refused",
    "ERR_CONNECTION_TIMED_OUT": "no answer",
    "ERR_NAME_NOT_RESOLVED": "its name does not resolve",
    "ERR_NAME_RESOLUTION_FAILED": "its name does not resolve",
    "ERR_INTERNET_DISCONNECTED": "this machine is offline",
    "ERR_ADDRESS_UNREACHABLE": "its address cannot be reached",
    "ERR_ADDRESS_INVALID": "its address is not valid",
    "ERR_PROXY_CONNECTION_FAILED": "the proxy does not answer",
    "ERR_TUNNEL_CONNECTION_FAILED": "the proxy refuses the connection",
    "ERR_UNSAFE_PORT": "browsers refuse this port",
}


def explain_navigation(message: str, url: str) -> SourceError:
    """Why a page did not open, in plain words, from Playwright's message."""
    found = re.search(r"net::(ERR_[A-Z0-9_]+)", message)
    code = found.group(1) if found else ""
    reason = _NO_CONNECTION.get(code)
    if code.startswith("ERR_CERT_"):
        reason = f"its TLS certificate is not valid ({code})"
    if code.startswith("ERR_SSL_"):
        reason = f"the TLS handshake failed ({code})"
    if reason is not None:
        return SourceUnreachableError(
            f"No connection to {url}: {reason}.",
            "Check the network and NOF1_BASE_URL (--base-url).",
        )
    if code == "ERR_TOO_MANY_REDIRECTS":
        return SourceError(f"{url} redirects in a circle.")
    return SourceBusyError(f"{url} did not open as a page ({code or 'no answer'}).")
